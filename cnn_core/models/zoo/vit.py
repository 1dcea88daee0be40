"""A small vision transformer: the picture cut into patches, and every patch asks all others.

Each patch becomes a vector, with a learned one for its place added; blocks of self-attention and small dense layers
follow; the mean of all goes to the head. From the first block on every place sees the whole picture, and nothing says
that near is more important than far: that has to be learned, so it wants more pictures than a convolution. A picture
whose sides are no multiple of the patch is filled up with zeros at the right and below. Takes (N, C, H, W), gives
logits (N, classes). Dosovitskiy et al., 2021.
"""

from __future__ import annotations

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from cnn_core.base.options import Entry, Facts, Options, hints
from cnn_core.models.attention import EncoderBlock
from cnn_core.models.blocks import too_large
from cnn_core.models.zoo import BuildModel

MOST_PATCHES = 1024  # each looks at all: the work grows with the square


class VitOptions(Options):
    patch: int = Field(
        4, ge=1, le=32, title="Patch", description="Side of a patch.", json_schema_extra=hints(unit="px")
    )
    depth: int = Field(3, ge=1, le=24, title="Blocks", description="Each of attention and two dense layers.")
    width: int = Field(48, ge=4, le=768, title="Width", description="Numbers for each patch; a multiple of the heads.")
    heads: int = Field(4, ge=1, le=16, title="Heads", description="Answers side by side in each attention.")
    dropout: float = Field(
        0.0,
        ge=0.0,
        le=0.9,
        title="Dropout",
        description="Share of what a block adds that is set to 0 while training.",
        json_schema_extra=hints(step=0.05),
    )


class Vit(nn.Module):
    """(N, C, H, W) to logits (N, num_classes)."""

    def __init__(self, options: VitOptions, input_shape: tuple[int, int, int], num_classes: int) -> None:
        super().__init__()
        channels, height, width = input_shape
        self.side = options.patch
        self.cut = nn.Conv2d(channels, options.width, options.patch, options.patch)
        self.place = nn.Parameter(torch.empty(1, _patches(options, height, width), options.width))
        nn.init.trunc_normal_(self.place, std=0.02)
        self.blocks = nn.Sequential(
            *(EncoderBlock(options.width, options.heads, options.dropout) for _ in range(options.depth))
        )
        self.norm = nn.LayerNorm(options.width)
        self.head = nn.Linear(options.width, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        below, right = (-side % self.side for side in x.shape[2:])
        x = self.cut(functional.pad(x, (0, right, 0, below))).flatten(2).transpose(1, 2)
        x = self.norm(self.blocks(x + self.place))
        logits: Tensor = self.head(x.mean(1))
        return logits


def _patches(options: VitOptions, height: int, width: int) -> int:
    return -(-height // options.patch) * -(-width // options.patch)


def vit(options: VitOptions, input_shape: tuple[int, int, int], num_classes: int) -> nn.Module:
    """See `BuildModel` for the shapes."""
    return Vit(options, input_shape, num_classes)


def unfit(options: VitOptions, facts: Facts) -> str:
    """A width that the heads cannot share, too many patches, or too many parameters."""
    if options.width % options.heads:
        lower = options.width // options.heads * options.heads
        near = " and ".join(str(one) for one in (lower, lower + options.heads) if one)
        return f"model.width is {options.width}, but must be a multiple of model.heads; the nearest are {near}."
    channels, height, width = facts.input_shape
    patches = _patches(options, height, width)
    if patches > MOST_PATCHES:
        return (
            f"model.patch is {options.patch}, which cuts a picture of {height}x{width} pixels into {patches:,} "
            f"patches; at most {MOST_PATCHES:,} are allowed: choose a larger one."
        )
    weights = options.depth * 8 * options.width**2 + options.width * (patches + channels * options.patch**2)
    return too_large(weights, "a smaller width or depth")


ENTRY: Entry[BuildModel] = Entry(
    options=VitOptions, build=vit, tiny={"patch": 8, "depth": 1, "width": 8, "heads": 2}, unfit=unfit
)
