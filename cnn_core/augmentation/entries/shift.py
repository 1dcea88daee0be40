"""Shift: move pictures by some whole pixels at random, up, down, left and right.

Teaches that a thing is the same wherever it stands; with 4 pixels on 32 it is the "padding and random crop" that nets
are trained with on CIFAR (He et al., 2015). The strip that becomes free is black, repeats the edge, or mirrors the
picture. Drawn anew for each picture in each epoch, every shift equally likely; costs almost nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from cnn_core.augmentation.entries import Augmentation
from cnn_core.augmentation.entries._moves import Moves, Sources, steps
from cnn_core.base.options import Entry, Facts, Options, hints

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class ShiftOptions(Options):
    pixels: int = Field(
        2,
        ge=1,
        le=256,
        title="Up to",
        description="Largest shift in each direction, smaller than the picture.",
        json_schema_extra=hints(unit="px"),
    )
    padding: Literal["black", "edge", "reflect"] = Field(
        "black", title="Padding", description="What fills the strip that becomes free: black, the edge, a mirror image."
    )


class Shift(Moves):
    """Draws (count, 2), int16: by how much a picture moves down and to the right."""

    def draw(self, options: ShiftOptions, count: int, generator: torch.Generator) -> Tensor:
        import torch

        size = (count, 2)
        return torch.randint(-options.pixels, options.pixels + 1, size, generator=generator, dtype=torch.int16)

    def sources(self, options: ShiftOptions, drawn: Tensor, height: int, width: int) -> Sources:
        return (
            _padded(steps(drawn, height) - drawn[:, :1], height, options.padding),
            _padded(steps(drawn, width) - drawn[:, 1:], width, options.padding),
        )


def _padded(places: Tensor, length: int, padding: str) -> Tensor:
    """Places (B, length) that may lie outside 0..length-1 to where their pixel comes from."""
    last = length - 1
    if padding == "edge":
        return places.clamp(0, last)
    if padding == "reflect":  # without repeating the edge, as numpy and torch do it
        return last - (last - places.abs()).abs()
    return places.masked_fill((places < 0) | (places > last), -1)


def _unfit(options: Any, facts: Facts) -> str:
    _, height, width = facts.input_shape
    if options.pixels < min(height, width):
        return ""
    return (
        f"A shift of up to {options.pixels} pixels is larger than the pictures ({width} x {height} px); "
        f"at most {min(height, width) - 1} fits."
    )


ENTRY: Entry[Augmentation] = Entry(options=ShiftOptions, build=Shift(), tiny={"pixels": 1}, unfit=_unfit)
