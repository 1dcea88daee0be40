"""An activation function: its value and slope anywhere, where it is lowest, and where it is steepest.

Backpropagation multiplies slopes: through a chain of layers the gradient is at most the steepest slope to the power of
their number, times the weights. The sigmoid's is 1/4, so ten of them leave less than a millionth. Values and slopes are
those of PyTorch's own functions, in double precision.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.calculators import Calculator, Step, Worked

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor, nn

    Floats = NDArray[np.float64]

Name = Literal["relu", "leaky_relu", "elu", "silu", "gelu", "gelu_tanh", "mish", "sigmoid", "tanh", "identity"]
REACH, POINTS = 6.0, 120_001  # where extremes are sought: every 0.0001


class ActivationOptions(Options):
    function: Name = Field(
        "gelu", title="Function", description="gelu_tanh is the approximation that older networks use."
    )
    x: float = Field(1.0, ge=-100, le=100, title="x", description="What goes in.")
    slope: float = Field(0.01, ge=0, le=1, title="Slope below 0", description="Of the leaky ReLU alone.")
    alpha: float = Field(1.0, ge=0, le=10, title="Alpha", description="Of the ELU alone: it goes down to -alpha.")
    layers: int = Field(10, ge=1, le=200, title="Layers", description="How many slopes are multiplied in a chain.")


def module(options: ActivationOptions) -> nn.Module:
    """The function as a module."""
    from torch import nn

    from cnn_core.models.blocks import activation_of

    if options.function == "elu":
        return nn.ELU(options.alpha)
    if options.function == "gelu_tanh":
        return nn.GELU(approximate="tanh")
    return activation_of(options.function, options.slope)


def curve(options: ActivationOptions, x: Floats) -> tuple[Floats, Floats]:
    """Values and slopes at x, each float64 (N,)."""
    import torch

    at = torch.from_numpy(x.copy()).requires_grad_()
    values: Tensor = module(options)(at)
    (slopes,) = torch.autograd.grad(values.sum(), at)
    return values.detach().numpy(), slopes.numpy()


def calculate(options: ActivationOptions) -> Worked:
    """Value, slope and extremes."""
    import numpy as np

    grid = np.linspace(-REACH, REACH, POINTS)
    values, slopes = curve(options, grid)
    (value,), (slope,) = curve(options, np.array([options.x]))
    low, steep = int(values.argmin()), int(slopes.argmax())
    bottom = values[low] < min(values[0], values[-1])  # a real minimum, no end that is only approached
    most = round(float(slopes[steep]), 12)
    steps = [
        Step("value", f"Value at {options.x:g}", float(value)),
        Step("slope", f"Slope at {options.x:g}", float(slope)),
        Step("steepest", "Steepest slope", most),
        Step(
            "steepest_at", "Steepest at", float(grid[steep]) if slopes.max() > np.median(slopes[slopes > 0]) else None
        ),
        Step(
            "chain", f"At most, through {options.layers} layers", most**options.layers, f"{most:.6g} ^ {options.layers}"
        ),
        Step("lowest", "Minimum", float(values[low]) if bottom else None),
        Step("lowest_at", "Minimum at", float(grid[low]) if bottom else None),
        Step("zeros", "Zeros, of normal numbers", _zeros(options), unit="%"),
    ]
    return Worked(tuple(steps), notes=("The chain leaves out the weights, which multiply as well.",))


def _zeros(options: ActivationOptions) -> float:
    """The share of a standard normal's quantiles that come out as zero."""
    import torch

    quantiles = torch.special.ndtri((torch.arange(10_000, dtype=torch.float64) + 0.5) / 10_000)
    values, _ = curve(options, quantiles.numpy())
    return float((values == 0).mean())


ENTRY: Entry[Calculator] = Entry(options=ActivationOptions, build=Calculator("Activation", (1,), calculate))
