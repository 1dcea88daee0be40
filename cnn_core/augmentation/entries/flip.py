"""Flip: mirror pictures at random, left to right or top to bottom.

Doubles the variety for things that look alike mirrored, such as animals and most objects. Not for digits and letters:
a mirrored 2 is no 2, and b becomes d. Vertical flips suit pictures from above or through a microscope.
Drawn anew for each picture in each epoch; costs almost nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from cnn_core.augmentation.entries import Augmentation
from cnn_core.augmentation.entries._moves import Moves, Sources, steps
from cnn_core.base.options import Entry, Facts, Options, hints

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class FlipOptions(Options):
    horizontal: float = Field(
        0.5,
        ge=0,
        le=1,
        title="Left to right",
        description="Chance that a picture is mirrored left to right. Wrong for digits and letters.",
        json_schema_extra=hints(step=0.05),
    )
    vertical: float = Field(
        0.0,
        ge=0,
        le=1,
        title="Top to bottom",
        description="Chance that a picture is mirrored top to bottom. Wrong where there is an up and a down.",
        json_schema_extra=hints(step=0.05),
    )


class Flip(Moves):
    """Draws (count, 2), uint8: 1 where a picture is mirrored vertically, horizontally."""

    def draw(self, options: FlipOptions, count: int, generator: torch.Generator) -> Tensor:
        import torch

        chances = torch.tensor([options.vertical, options.horizontal])
        return (torch.rand(count, 2, generator=generator) < chances).to(torch.uint8)

    def sources(self, options: FlipOptions, drawn: Tensor, height: int, width: int) -> Sources:
        return _mirrored(drawn[:, :1], height), _mirrored(drawn[:, 1:], width)


def _mirrored(flipped: Tensor, length: int) -> Tensor:
    import torch

    places = steps(flipped, length)
    return torch.where(flipped.bool(), places.flip(1), places)


def unfit(options: FlipOptions, facts: Facts) -> str:
    """What moves goes another way in a mirrored film."""
    if facts.frames == 1:
        return ""
    return "flip mirrors films, and what moves goes another way then: its class would be wrong; leave it out."


ENTRY: Entry[Augmentation] = Entry(options=FlipOptions, build=Flip(), tiny={"vertical": 0.5}, unfit=unfit)
