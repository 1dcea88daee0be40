"""Sigmoid makes the gradients of a deep network vanish, and so do the library's first weights with ReLU.

The slope of a sigmoid is at most 1/4, so each layer takes at least that from what comes back: after ten layers the
first convolution hears almost nothing. That is half of it. PyTorch's own first weights are smaller than ReLU needs,
and the gradient shrinks some hundred times over ten layers as well; with He's weights it keeps its size. The lab
measures the gradient of the first over that of the last convolution before anything is learned. He et al., 2015.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from cnn_core.base.errors import Failed
from cnn_core.base.options import Entry, Options
from cnn_core.experiment import Choice, missing
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

CASES = {  # name: activation, first weights
    "sigmoid": ("sigmoid", "library"),
    "tanh": ("tanh", "library"),
    "relu": ("relu", "library"),
    "relu_he": ("relu", "he"),
}
PICTURES = 256


class ActivationVanishingOptions(Options):
    data: Literal["digits", "mnist"] = Field("digits", title="Data set", description="Whose pictures go through.")
    depth: int = Field(10, ge=2, le=32, title="Convolutions", description="Of 12 channels each, nothing pooled.")


def gradients(data: str, depth: int, activation: str, init: str, seed: int) -> list[float]:
    """The gradient of each convolution, first to last, before anything is learned."""
    import torch

    from cnn_core.labs.gradients import batch, conv_gradients
    from cnn_core.models import build_model

    pictures, targets = batch(data, PICTURES)
    torch.manual_seed(seed)
    shape = (pictures.shape[1], pictures.shape[2], pictures.shape[3])
    model = build_model("conv_stack", shape, 10, depth=depth, width=12, activation=activation, init=init)
    return conv_gradients(model, pictures, targets)


def measure(options: ActivationVanishingOptions, seed: int, bench: Bench) -> Reading:
    """Each activation with its first weights."""
    if lacking := missing(Choice(name=options.data)):
        raise Failed(f"{lacking} Or choose digits.")
    numbers, curves = {}, {}
    for name, (activation, init) in CASES.items():
        bench.say(f"{activation}, {init} weights")
        norms = gradients(options.data, options.depth, activation, init, seed)
        numbers[f"ratio_{name}"] = norms[0] / norms[-1]
        curves[name.replace("_he", ", He")] = [(float(layer), norm) for layer, norm in enumerate(norms, 1)]
    return Reading(numbers, curves)


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    sigmoid, relu, he = (numbers[f"ratio_{name}"] for name in ("sigmoid", "relu", "relu_he"))
    said = f"first over last: sigmoid {sigmoid:.1e}, ReLU {relu:.1e} with the library's weights and {he:.2g} with He's"
    if sigmoid < 1e-6 and sigmoid < 1e-3 * relu and he > 0.1:
        return "confirmed", f"The gradient vanishes with sigmoid, and mostly with the first weights otherwise; {said}."
    if sigmoid < 1e-3 * relu:
        return "not at this scale", f"Sigmoid is far behind, but not by all that the rule asks; {said}."
    return "refuted", f"Sigmoid is no worse than ReLU here; {said}."


ENTRY: Entry[Lab] = Entry(
    options=ActivationVanishingOptions,
    build=Lab(
        title="Vanishing by layer",
        varies="Activation and first weights of a stack of convolutions: sigmoid, tanh and ReLU as the library "
        "starts them, ReLU with He's weights.",
        rule="Confirmed when the gradient of the first over that of the last layer is below 1e-6 with sigmoid and "
        "a thousand times below "
        "ReLU's, and above 0.1 with ReLU and He's weights; refuted when sigmoid is not a thousand times below ReLU.",
        numbers={f"ratio_{name}": f"First over last gradient: {a}, {i} weights." for name, (a, i) in CASES.items()},
        measure=measure,
        judge=judge,
        next="Train `conv_stack` with sigmoid and with ReLU, and watch how long the first one stays at chance.",
        seconds=2,
        chart=Chart("Gradient of each convolution before anything is learned", "layer", "norm", log=True),
    ),
    tiny={"depth": 4},
)
