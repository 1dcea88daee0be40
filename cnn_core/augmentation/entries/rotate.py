"""Rotate: turn pictures about their middle, by a few degrees or upside down.

A few degrees, up to 15 or 20, suit most things that are photographed by hand. A half turn suits what has no up, such as
cells or pictures from above; never digits: a 6 becomes a 9. What turns in from outside is black. Pixels are moved, not
mixed, so masks stay masks. Drawn anew for each picture in each epoch, every angle equally likely.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pydantic import Field

from cnn_core.augmentation.entries import Augmentation
from cnn_core.base.options import Entry, Options, hints

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class RotateOptions(Options):
    degrees: float = Field(
        10.0,
        ge=0,
        le=180,
        title="Up to",
        description="Largest angle, to either side.",
        json_schema_extra=hints(unit="°", step=5),
    )
    half_turn: float = Field(
        0.0,
        ge=0,
        le=1,
        title="Half turn",
        description="Chance that a picture is put upside down as well. Wrong for digits and letters.",
        json_schema_extra=hints(step=0.05),
    )


class Rotate:
    """Draws (count, 1), float32: the angle, in degrees against the clock."""

    def draw(self, options: RotateOptions, count: int, generator: torch.Generator) -> Tensor:
        import torch

        drawn = torch.rand(count, 2, generator=generator)
        angle = (2 * drawn[:, :1] - 1) * options.degrees
        return angle + 180.0 * (drawn[:, 1:] < options.half_turn)

    def apply(self, options: RotateOptions, pictures: Tensor, drawn: Tensor) -> Tensor:
        """Each pixel is the one that lies nearest to where it comes from."""
        import torch

        count, height, width, channels = pictures.shape
        radians = drawn[:, :1, None] * (math.pi / 180)
        cos, sin = radians.cos(), radians.sin()
        down = (torch.arange(height, device=pictures.device) - (height - 1) / 2)[None, :, None]
        right = (torch.arange(width, device=pictures.device) - (width - 1) / 2)[None, None, :]
        rows = (cos * down + sin * right + (height - 1) / 2).round().long()
        columns = (cos * right - sin * down + (width - 1) / 2).round().long()
        inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        source = (rows.clamp(0, height - 1) * width + columns.clamp(0, width - 1)).view(count, -1, 1)
        moved = pictures.reshape(count, -1, channels).gather(1, source.expand(-1, -1, channels))
        return moved.view(pictures.shape).masked_fill(~inside[..., None], 0)


ENTRY: Entry[Augmentation] = Entry(options=RotateOptions, build=Rotate())
