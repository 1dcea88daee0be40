"""What several architectures are made of: activations, first weights, and the limit of size."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal

from torch import Tensor, nn

Activation = Literal["relu", "leaky_relu", "elu", "silu", "gelu", "mish", "sigmoid", "tanh", "identity"]

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "silu": nn.SiLU,
    "gelu": nn.GELU,
    "mish": nn.Mish,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "identity": nn.Identity,
}

MOST_RATE = 32
RATES = re.compile(r"\d{1,2}(,\d{1,2}){0,31}", re.ASCII)

PARAMETERS_MOST = 200_000_000  # 0.8 GB in float32, 3.2 GB with gradients and AdamW's state


def activation_of(name: str, slope: float = 0.01) -> nn.Module:
    """An activation by name; slope: what leaky ReLU lets through of negative values."""
    return nn.LeakyReLU(slope) if name == "leaky_relu" else ACTIVATIONS[name]()


class Flatten(nn.Module):
    """(N, C, H, W) to (N, H * W * C): channels run fastest, as they do in channels_last memory.

    There it is free. torch's own order would move every number, and the gradient would come back in another layout
    than the activations have: a step of the default network on MNIST then takes a sixth longer.
    """

    def forward(self, maps: Tensor) -> Tensor:
        return maps.permute(0, 2, 3, 1).flatten(1)


def he_init(model: nn.Module, activation: str, head: nn.Linear | None = None, slope: float = 0.01) -> None:
    """First weights that keep the size of signals from layer to layer (He et al., 2015); biases are 0.

    Activations that torch knows no gain for (ELU, SiLU, GELU, Mish) take that of ReLU, which they resemble.
    The head, where there is one, is followed by no activation: its gain is 1. slope: of leaky ReLU.
    """
    gains = {"identity": "linear", "sigmoid": "sigmoid", "tanh": "tanh", "leaky_relu": "leaky_relu"}
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            linear = module is head
            gain: Any = "linear" if linear else gains.get(activation, "relu")
            nn.init.kaiming_normal_(module.weight, a=slope if activation == "leaky_relu" else 0.0, nonlinearity=gain)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def residual_init(model: nn.Module) -> None:
    """First weights of residual networks: He's for convolutions (by fan-out, as torchvision), torch's for the rest."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


def conv_norm_relu(channels: int, filters: int, rate: int = 1, *, kernel: int = 3, stride: int = 1) -> list[nn.Module]:
    """Convolution without bias, batch norm, ReLU; padded so that stride 1 keeps the size, whatever the rate."""
    padding = rate * (kernel // 2)
    conv = nn.Conv2d(channels, filters, kernel, stride, padding=padding, dilation=rate, bias=False)
    return [conv, nn.BatchNorm2d(filters), nn.ReLU()]


def checked_rates(text: str) -> str:
    """Dilation rates as a text, `1,2,4`, without blanks.

    Raises:
        ValueError: it is none, or a rate is out of bounds.
    """
    text = text.replace(" ", "")
    if not RATES.fullmatch(text) or not all(1 <= int(one) <= MOST_RATE for one in text.split(",")):
        raise ValueError(f"give whole numbers from 1 to {MOST_RATE}, such as 1,2,4")
    return text


def rate_of_each(text: str, depth: int) -> list[int]:
    """The dilation of each layer: the rates, repeated to the last."""
    given = [int(one) for one in text.split(",")]
    return [given[layer % len(given)] for layer in range(depth)]


def too_small(shape: tuple[int, int, int], layer: str, smallest: int) -> str:
    """The sentence for a picture too small for a layer; empty when both sides have `smallest` pixels."""
    _, height, width = shape
    if min(height, width) >= smallest:
        return ""
    return (
        f"A picture of {height}x{width} pixels is too small for the layer {layer}: "
        f"the smallest size that fits is {smallest}x{smallest}."
    )


def too_small_to_halve(shape: tuple[int, int, int], layers: list[str]) -> str:
    """The sentence for a picture that is one pixel wide before all layers (stride 2, padded) have halved it."""
    side = min(shape[1:])
    for layer in layers:
        if side < 2:
            return too_small(shape, f"{layer} (halves the picture)", 2 ** (len(layers) - 1) + 1)
        side = (side + 1) // 2
    return ""


def too_large(parameters: int, cure: str) -> str:
    """The sentence for a network with so many parameters or more, with what to do; empty when they are few enough."""
    if parameters <= PARAMETERS_MOST:
        return ""
    return (
        f"This network would have more than {parameters:,} parameters; "
        f"at most {PARAMETERS_MOST:,} are allowed. Try {cure}."
    )
