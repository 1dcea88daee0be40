"""A stack of convolutions, all of one width at full size, then one dense layer: depth and reach alone.

Nothing is pooled between the layers, so what a place sees follows from kernel and dilation: each layer adds
(kernel - 1) times its rate to the receptive field. Rates are repeated until all layers have one: 1,2,4 over six layers
is 1,2,4,1,2,4. First weights are He's (for the activation) or the library's own, which are smaller. Takes (N, C, H, W),
gives logits (N, classes). Dilation after Yu and Koltun, 2016; first weights after He et al., 2015.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Literal

from pydantic import Field, field_validator
from torch import nn

from cnn_core.base.options import Entry, Facts, Options
from cnn_core.models.blocks import (
    ACTIVATIONS,
    Activation,
    Flatten,
    checked_rates,
    he_init,
    rate_of_each,
    too_large,
)
from cnn_core.models.zoo import BuildModel


class ConvStackOptions(Options):
    depth: int = Field(6, ge=1, le=32, title="Convolutions", description="Layers, all at full size.")
    width: int = Field(12, ge=1, le=256, title="Width", description="Filters of each layer.")
    kernel: Literal[1, 3, 5, 7] = Field(3, title="Kernel", description="Side of the filters, in pixels.")
    rates: str = Field(
        "1", title="Dilation rates", description="By layer, from the first on, such as 1,2,4; repeated to the last."
    )
    activation: Activation = Field("relu", title="Activation", description="What follows each convolution.")
    batch_norm: bool = Field(False, title="Batch norm", description="Normalise each channel after its convolution.")
    init: Literal["he", "library"] = Field(
        "he", title="First weights", description="He's, made for the activation, or those that PyTorch gives by itself."
    )
    global_pooling: bool = Field(
        True,
        title="Global pooling",
        description="Average each channel before the dense layer; else every place has its own weights.",
    )

    @field_validator("rates")
    @classmethod
    def _rates_are_numbers(cls, text: str) -> str:
        return checked_rates(text)


def rates(options: ConvStackOptions) -> list[int]:
    """The dilation of each layer."""
    return rate_of_each(options.rates, options.depth)


def conv_stack(options: ConvStackOptions, input_shape: tuple[int, int, int], num_classes: int) -> nn.Module:
    """See `BuildModel` for the shapes."""
    channels, height, width = input_shape
    layers: list[nn.Module] = []
    for rate in rates(options):
        padding = rate * (options.kernel // 2)
        conv = nn.Conv2d(
            channels, options.width, options.kernel, padding=padding, dilation=rate, bias=not options.batch_norm
        )
        norm = [nn.BatchNorm2d(options.width)] if options.batch_norm else []
        layers += [conv, *norm, ACTIVATIONS[options.activation]()]
        channels = options.width
    positions = 1 if options.global_pooling else height * width
    head = nn.Linear(channels * positions, num_classes)
    parts: list[tuple[str, nn.Module]] = [("features", nn.Sequential(*layers))]
    if options.global_pooling:
        parts.append(("pool", nn.AdaptiveAvgPool2d(1)))
    model = nn.Sequential(OrderedDict([*parts, ("flatten", Flatten()), ("head", head)]))
    if options.init == "he":
        he_init(model, options.activation, head)
    return model


def unfit(options: ConvStackOptions, facts: Facts) -> str:
    """A network too large for any machine we know."""
    channels, height, width = facts.input_shape
    inner = (options.depth - 1) * options.width**2 + channels * options.width
    positions = 1 if options.global_pooling else height * width
    weights = inner * options.kernel**2 + options.width * positions * facts.classes
    return too_large(weights, "a smaller width or depth, or global pooling")


ENTRY: Entry[BuildModel] = Entry(options=ConvStackOptions, build=conv_stack, tiny={"depth": 2, "width": 4}, unfit=unfit)
