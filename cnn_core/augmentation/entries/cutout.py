"""Cutout: a black square over a random place, so that the network cannot rely on one part alone.

The middle of the square lies anywhere in the picture, so at an edge only a part of it covers something, and every place
is covered about as often. Made for photographs of 32 x 32 pixels with squares of 16 (ten kinds) or 8 (a hundred kinds).
On digits a large square hides what tells them apart. DeVries and Taylor, 2017.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from cnn_core.augmentation.entries import Augmentation
from cnn_core.base.options import Entry, Facts, Options, hints

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class CutoutOptions(Options):
    size: int = Field(
        4,
        ge=1,
        le=256,
        title="Size",
        description="Side of the square; a quarter to a half of the picture is common.",
        json_schema_extra=hints(unit="px"),
    )
    chance: float = Field(
        1.0,
        ge=0,
        le=1,
        title="Chance",
        description="That a picture is covered at all.",
        json_schema_extra=hints(step=0.05),
    )


class Cutout:
    """Draws (count, 3), float32: whether a picture is spared (at least `chance`), and the middle in shares of it."""

    def draw(self, options: CutoutOptions, count: int, generator: torch.Generator) -> Tensor:
        import torch

        return torch.rand(count, 3, generator=generator)

    def apply(self, options: CutoutOptions, pictures: Tensor, drawn: Tensor) -> Tensor:
        _, height, width, _ = pictures.shape
        rows = _covered(drawn[:, 1], height, options.size)
        columns = _covered(drawn[:, 2], width, options.size)
        covered = rows[:, :, None] & columns[:, None, :] & (drawn[:, 0] < options.chance)[:, None, None]
        return pictures.masked_fill(covered[..., None], 0)


def _covered(middle: Tensor, length: int, size: int) -> Tensor:
    """Which of 0..length-1 lie under a square whose middle is at this share (B,): bool (B, length)."""
    import torch

    places = torch.arange(length, device=middle.device)[None]
    first = ((middle * length).long() - size // 2)[:, None]
    return (places >= first) & (places < first + size)


def _unfit(options: CutoutOptions, facts: Facts) -> str:
    side = min(facts.input_shape[1:])
    if options.size <= side:
        return ""
    return f"A cutout of {options.size} pixels is larger than the pictures ({side} px); at most {side} fits."


ENTRY: Entry[Augmentation] = Entry(options=CutoutOptions, build=Cutout(), tiny={"size": 3}, unfit=_unfit)
