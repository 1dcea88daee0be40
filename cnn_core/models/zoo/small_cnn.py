"""A small convolutional network: a few convolutions, halved between them, then one dense layer.

Good for pictures up to about 64 pixels, and trained in seconds to minutes. Each block is convolution, pooling
(in all but the last), batch norm and activation; the width doubles at each halving. With batch norm the convolutions
have no bias, as the norm would take it away again. Pooling comes first because all that follows then costs a quarter;
without batch norm max pooling gives the same for every activation that never falls (all but SiLU, GELU and Mish).
Takes (N, C, H, W), gives logits (N, classes). After LeCun et al., 1989, with batch norm (Ioffe and Szegedy, 2015) and
global average pooling (Lin, Chen and Yan, 2013).

*Separable* splits each convolution but the first into one filter a channel and a 1x1 that mixes the channels, with
batch norm and activation between (MobileNet: Howard et al., 2017). *Bottleneck* squeezes to a quarter of the filters
by a 1x1 before each but the first (Szegedy et al., 2014). Two 3x3 in place of one 5x5 see as far: that is *Per block* 2
(Simonyan and Zisserman, 2014).
"""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Literal, NamedTuple

from pydantic import Field, ValidationInfo, field_validator
from torch import nn

from cnn_core.base.options import Entry, Facts, Options, hints
from cnn_core.models.blocks import Activation, Flatten, activation_of, he_init, too_large, too_small
from cnn_core.models.zoo import BuildModel

SQUEEZE = 4  # a bottleneck's 1x1 has this many times fewer filters
MOST_WIDTH = 32_768  # of a block: the largest width, doubled as often as it can be
WIDTHS = re.compile(r"\d{1,5}(,\d{1,5}){0,7}", re.ASCII)


class SmallCnnOptions(Options):
    depth: int = Field(3, ge=1, le=8, title="Convolutions", description="Blocks; the picture is halved between them.")
    width: int = Field(
        32, ge=1, le=256, title="Width", description="Filters of the first block; doubled at each halving."
    )
    kernel: Literal[1, 3, 5, 7] = Field(3, title="Kernel", description="Side of the filters, in pixels.")
    convolution: Literal["plain", "separable", "bottleneck"] = Field(
        "plain", title="Convolution", description="All at once, channel by channel and then 1x1, or 1x1 first."
    )
    repeat: int = Field(1, ge=1, le=4, title="Per block", description="Convolutions before the picture is halved.")
    widths: str = Field(
        "",
        title="Widths",
        description="Filters block by block, such as 8,20,31, in place of the width; empty: the width, doubled.",
        json_schema_extra=hints(advanced=True),
    )
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
    channel_dropout: float = Field(
        0.0,
        ge=0.0,
        le=0.9,
        title="Channel dropout",
        description="Share of whole channels set to 0 after each block while training: neighbours in a map say much "
        "the same, so dropping single ones takes little away.",
        json_schema_extra=hints(step=0.05, advanced=True),
    )
    slope: float = Field(
        0.01,
        ge=0.0,
        le=1.0,
        title="Leaky slope",
        description="What leaky ReLU lets through of negative values; only with that activation.",
        json_schema_extra=hints(step=0.01, advanced=True),
    )
    bias_start: float = Field(
        0.0,
        ge=-100.0,
        le=100.0,
        title="First bias",
        description="The bias with which every convolution starts; far below 0 a ReLU gives nothing. Only without "
        "batch norm.",
        json_schema_extra=hints(step=0.5, advanced=True),
    )

    @field_validator("widths")
    @classmethod
    def _one_for_each_block(cls, text: str, info: ValidationInfo) -> str:
        text, depth = text.replace(" ", ""), info.data.get("depth", 0)
        if text and not (
            WIDTHS.fullmatch(text)
            and all(1 <= int(one) <= MOST_WIDTH for one in text.split(","))
            and len(text.split(",")) == depth
        ):
            raise ValueError(f"give {depth} whole numbers from 1 to {MOST_WIDTH:,}, one a block, such as 8,16")
        return text


def widths(options: SmallCnnOptions) -> list[int]:
    """Filters of each block."""
    if options.widths:
        return [int(one) for one in options.widths.split(",")]
    return [options.width * 2**block for block in range(options.depth)]


class _Conv(NamedTuple):
    """One convolution to be made."""

    channels: int
    filters: int
    kernel: int
    groups: int = 1


def small_cnn(options: SmallCnnOptions, input_shape: tuple[int, int, int], num_classes: int) -> nn.Module:
    """See `BuildModel` for the shapes."""
    channels, height, width = input_shape
    layers: list[nn.Module] = []
    blocks = _plan(options, channels)
    for block, convolutions in enumerate(blocks):
        for place, conv in enumerate(convolutions, 1):
            pooled = place == len(convolutions) and block < options.depth - 1
            layers += _layers(options, conv, pooled=pooled)
    channels = blocks[-1][-1].filters
    positions = 1 if options.global_pooling else _positions(options, height, width)
    head = nn.Linear(channels * positions, num_classes)
    parts: list[tuple[str, nn.Module]] = [("features", nn.Sequential(*layers))]
    if options.global_pooling:
        parts.append(("pool", nn.AdaptiveAvgPool2d(1)))
    parts.append(("flatten", Flatten()))
    if options.dropout:
        parts.append(("dropout", nn.Dropout(options.dropout)))
    model = nn.Sequential(OrderedDict([*parts, ("head", head)]))
    he_init(model, options.activation, head, options.slope)
    for part in model.modules():
        if isinstance(part, nn.Conv2d) and part.bias is not None:
            nn.init.constant_(part.bias, options.bias_start)
    return model


def _plan(options: SmallCnnOptions, channels: int) -> list[list[_Conv]]:
    """The convolutions of each block, in order."""
    blocks = []
    for block, filters in enumerate(widths(options)):
        convolutions: list[_Conv] = []
        for place in range(options.repeat):
            way = "plain" if block == place == 0 else options.convolution  # of a grey picture there is one channel
            convolutions += _convolution(way, channels, filters, options.kernel)
            channels = filters
        blocks.append(convolutions)
    return blocks


def _convolution(way: str, channels: int, filters: int, kernel: int) -> list[_Conv]:
    if way == "separable":
        return [_Conv(channels, channels, kernel, groups=channels), _Conv(channels, filters, 1)]
    if way == "bottleneck":
        narrow = max(1, filters // SQUEEZE)
        return [_Conv(channels, narrow, 1), _Conv(narrow, filters, kernel)]
    return [_Conv(channels, filters, kernel)]


def _layers(options: SmallCnnOptions, conv: _Conv, *, pooled: bool) -> list[nn.Module]:
    layers: list[nn.Module] = [
        nn.Conv2d(
            conv.channels,
            conv.filters,
            conv.kernel,
            padding=conv.kernel // 2,
            groups=conv.groups,
            bias=not options.batch_norm,
        )
    ]
    if pooled:
        layers.append(nn.MaxPool2d(2) if options.pooling == "max" else nn.AvgPool2d(2))
    if options.batch_norm:
        layers.append(nn.BatchNorm2d(conv.filters))
    layers.append(activation_of(options.activation, options.slope))
    return [*layers, nn.Dropout2d(options.channel_dropout)] if options.channel_dropout and pooled else layers


def _positions(options: SmallCnnOptions, height: int, width: int) -> int:
    halved = 2 ** (options.depth - 1)
    return (height // halved) * (width // halved)


def unfit(options: SmallCnnOptions, facts: Facts) -> str:
    """A picture that is pooled away, a bias that is not there, or a network too large for any machine we know."""
    if options.bias_start and options.batch_norm:
        return (
            f"model.bias_start is {options.bias_start:g}, but with batch norm the convolutions have no bias; "
            "switch model.batch_norm off, or choose 0."
        )
    channels, height, width = facts.input_shape
    blocks, each = _plan(options, channels), 3 if options.batch_norm else 2  # modules of a convolution
    side, layer = min(height, width), 0
    for block in blocks[:-1]:
        layer += each * len(block) + 1
        if side < 2:
            return too_small(facts.input_shape, f"features.{layer - each} (pooling)", 2 ** (options.depth - 1))
        side, layer = side // 2, layer + bool(options.channel_dropout)
    parameters = sum(one.channels * one.filters // one.groups * one.kernel**2 for block in blocks for one in block)
    channels = blocks[-1][-1].filters
    parameters += channels * facts.classes * (1 if options.global_pooling else _positions(options, height, width))
    return too_large(parameters, "a smaller width or depth, or global pooling")


ENTRY: Entry[BuildModel] = Entry(options=SmallCnnOptions, build=small_cnn, tiny={"depth": 2, "width": 4}, unfit=unfit)
