"""A small convolutional network: a few convolutions, halved between them, then one dense layer.

Good for pictures up to about 64 pixels, and trained in seconds to minutes. Each block is convolution, pooling
(in all but the last), batch norm and activation; the width doubles at each halving. With batch norm the convolutions
have no bias, as the norm would take it away again. Pooling comes first because all that follows then costs a quarter;
without batch norm max pooling gives the same for every activation that never falls (all but SiLU, GELU and Mish).
Takes (N, C, H, W), gives logits (N, classes). After LeCun et al., 1989, with batch norm (Ioffe and Szegedy, 2015) and
global average pooling (Lin, Chen and Yan, 2013).
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Literal

from pydantic import Field
from torch import nn

from cnn_core.base.options import Entry, Facts, Options, hints
from cnn_core.models.blocks import ACTIVATIONS, Activation, Flatten, he_init, too_large, too_small
from cnn_core.models.zoo import BuildModel


class SmallCnnOptions(Options):
    depth: int = Field(3, ge=1, le=8, title="Convolutions", description="Blocks; the picture is halved between them.")
    width: int = Field(
        32, ge=1, le=256, title="Width", description="Filters of the first block; doubled at each halving."
    )
    kernel: Literal[1, 3, 5, 7] = Field(3, title="Kernel", description="Side of the filters, in pixels.")
    activation: Activation = Field("relu", title="Activation", description="What follows each convolution.")
    pooling: Literal["max", "average"] = Field(
        "max", title="Pooling", description="How two by two places become one: the largest value, or their mean."
    )
    batch_norm: bool = Field(
        True, title="Batch norm", description="Normalise each channel after its convolution: faster, steadier learning."
    )
    dropout: float = Field(
        0.0,
        ge=0.0,
        le=0.9,
        title="Dropout",
        description="Share of features set to 0 before the dense layer while training.",
        json_schema_extra=hints(step=0.05),
    )
    global_pooling: bool = Field(
        False,
        title="Global pooling",
        description="Average each channel before the dense layer; else every place has its own weights.",
    )


def small_cnn(options: SmallCnnOptions, input_shape: tuple[int, int, int], num_classes: int) -> nn.Module:
    """See `BuildModel` for the shapes."""
    channels, height, width = input_shape
    layers: list[nn.Module] = []
    for block in range(options.depth):
        filters = options.width * 2**block
        layers += _block(options, channels, filters, pooled=block < options.depth - 1)
        channels = filters
    positions = 1 if options.global_pooling else _positions(options, height, width)
    head = nn.Linear(channels * positions, num_classes)
    parts: list[tuple[str, nn.Module]] = [("features", nn.Sequential(*layers))]
    if options.global_pooling:
        parts.append(("pool", nn.AdaptiveAvgPool2d(1)))
    parts.append(("flatten", Flatten()))
    if options.dropout:
        parts.append(("dropout", nn.Dropout(options.dropout)))
    model = nn.Sequential(OrderedDict([*parts, ("head", head)]))
    he_init(model, options.activation, head)
    return model


def _block(options: SmallCnnOptions, channels: int, filters: int, pooled: bool) -> list[nn.Module]:
    padding = options.kernel // 2
    layers: list[nn.Module] = [
        nn.Conv2d(channels, filters, options.kernel, padding=padding, bias=not options.batch_norm)
    ]
    if pooled:
        layers.append(nn.MaxPool2d(2) if options.pooling == "max" else nn.AvgPool2d(2))
    if options.batch_norm:
        layers.append(nn.BatchNorm2d(filters))
    return [*layers, ACTIVATIONS[options.activation]()]


def _positions(options: SmallCnnOptions, height: int, width: int) -> int:
    halved = 2 ** (options.depth - 1)
    return (height // halved) * (width // halved)


def unfit(options: SmallCnnOptions, facts: Facts) -> str:
    """A picture that is pooled away, or a network too large for any machine we know."""
    channels, height, width = facts.input_shape
    side, layer = min(height, width), 1  # the index of the first pooling
    for _ in range(options.depth - 1):
        if side < 2:
            return too_small(facts.input_shape, f"features.{layer} (pooling)", 2 ** (options.depth - 1))
        side, layer = side // 2, layer + (4 if options.batch_norm else 3)
    parameters = 0
    for block in range(options.depth):
        filters = options.width * 2**block
        parameters += channels * filters * options.kernel**2
        channels = filters
    parameters += channels * facts.classes * (1 if options.global_pooling else _positions(options, height, width))
    return too_large(parameters, "a smaller width or depth, or global pooling")


ENTRY: Entry[BuildModel] = Entry(options=SmallCnnOptions, build=small_cnn, tiny={"depth": 2, "width": 4}, unfit=unfit)
