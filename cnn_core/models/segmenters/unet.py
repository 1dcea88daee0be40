"""U-Net: down to a small map that has seen much, up again, with the fine maps laid beside on the way.

Each level is two 3x3 convolutions with batch norm and ReLU; pooling halves the map and doubles the width, a transposed
2x2 convolution brings it back, and what the level had before it was pooled is laid beside it, so that borders are not
lost. Sides that do not halve evenly are padded and cut again. Takes (N, C, H, W), gives logits (N, classes, H, W).
Ronneberger, Fischer and Brox, 2015.
"""

from __future__ import annotations

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from cnn_core.base.options import Entry, Facts, Options
from cnn_core.models.blocks import conv_norm_relu, residual_init, too_large
from cnn_core.models.zoo import BuildModel


class UnetOptions(Options):
    levels: int = Field(2, ge=1, le=5, title="Levels", description="How often the map is halved.")
    width: int = Field(8, ge=1, le=128, title="Width", description="Filters at full size; doubled at each halving.")


class Unet(nn.Module):
    """(N, C, H, W) to logits (N, num_classes, H, W)."""

    def __init__(self, options: UnetOptions, channels: int, num_classes: int) -> None:
        super().__init__()
        widths = [options.width * 2**level for level in range(options.levels + 1)]
        self.down = nn.ModuleList(
            _twice(before, after) for before, after in zip([channels, *widths], widths[:-1], strict=False)
        )
        self.pool = nn.MaxPool2d(2)
        self.bottom = _twice(widths[-2], widths[-1])
        upwards = list(zip(widths[::-1], widths[-2::-1], strict=False))
        self.up = nn.ModuleList(nn.ConvTranspose2d(before, after, 2, stride=2) for before, after in upwards)
        self.merge = nn.ModuleList(_twice(2 * after, after) for _, after in upwards)
        self.head = nn.Conv2d(widths[0], num_classes, 1)
        residual_init(self)

    def forward(self, x: Tensor) -> Tensor:
        height, width = x.shape[2:]
        step = 2 ** len(self.down)
        x = functional.pad(x, (0, -width % step, 0, -height % step))
        beside = []
        for level in self.down:
            x = level(x)
            beside.append(x)
            x = self.pool(x)
        x = self.bottom(x)
        for grow, merge, kept in zip(self.up, self.merge, reversed(beside), strict=True):
            x = merge(torch.cat([kept, grow(x)], dim=1))
        return self.head(x)[:, :, :height, :width]


def _twice(channels: int, filters: int) -> nn.Sequential:
    return nn.Sequential(*conv_norm_relu(channels, filters), *conv_norm_relu(filters, filters))


def unet(options: UnetOptions, input_shape: tuple[int, int, int], num_classes: int) -> nn.Module:
    """See `segmenters.SHELF` for the shapes."""
    return Unet(options, input_shape[0], num_classes)


def unfit(options: UnetOptions, facts: Facts) -> str:
    """A picture with nothing left to halve, or too many parameters."""
    smallest = 2**options.levels
    if min(facts.input_shape[1:]) < smallest:
        return (
            f"model.levels is {options.levels}, but a picture of {facts.input_shape[1]}x{facts.input_shape[2]} pixels "
            f"can be halved at most {min(facts.input_shape[1:]).bit_length() - 1} times."
        )
    return too_large(60 * (options.width * 2**options.levels) ** 2, "fewer levels or a smaller width")


ENTRY: Entry[BuildModel] = Entry(options=UnetOptions, build=unet, tiny={"levels": 1, "width": 2}, unfit=unfit)
