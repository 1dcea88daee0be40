"""Relations: a small square left or right of a small cross, further apart than a small field sees.

Each picture has one of both, in the same row, with 8 to 12 pixels between their middles. Neither alone says anything:
the class is where they stand to each other, and to know it something must see both. Place and brightness are drawn at
random.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from cnn_core.base.options import Entry, Facts, hints
from cnn_core.data.sets import About, Source
from cnn_core.data.sets._drawn import Bytes, Chosen, Drawn, DrawnOptions, Whole, grained

CLASSES = ("square left", "square right")
SIGNS = np.array([[[1, 1, 1], [1, 1, 1], [1, 1, 1]], [[0, 1, 0], [1, 1, 1], [0, 1, 0]]], dtype=bool)
EDGE = 2  # pixels from the border to a sign's middle, at least
GROUND, BRIGHT = (30, 80), (170, 230)
GRAIN = 20


class RelationsOptions(DrawnOptions):
    nearest: int = Field(
        8,
        ge=4,
        le=80,
        title="Nearest",
        description="Least distance between the two middles.",
        json_schema_extra=hints(unit="px"),
    )
    farthest: int = Field(
        12, ge=4, le=80, title="Farthest", description="Largest distance.", json_schema_extra=hints(unit="px")
    )


class Relations(Drawn):
    """As many left as right, every distance equally likely."""

    about = About("Relations", "drawn here, by ConvScope", "Apache 2.0, as ConvScope itself")

    def classes(self, options: RelationsOptions) -> tuple[str, ...]:
        return CLASSES

    def channels(self, options: RelationsOptions) -> int:
        return 1

    def second(self, options: RelationsOptions, targets: Whole, chosen: Chosen) -> Whole:
        """The distance, in pixels."""
        rng = np.random.default_rng([options.seed, 1])
        return rng.integers(options.nearest, options.farthest + 1, len(targets))

    def paint(
        self, options: RelationsOptions, targets: Whole, second: Whole, rng: np.random.Generator
    ) -> tuple[Bytes, NDArray[np.bool_]]:
        count, size = len(targets), options.size
        left = EDGE + (rng.random(count) * (size - 2 * EDGE - second)).astype(np.int64)
        row = rng.integers(EDGE, size - EDGE, count)
        masks = np.zeros((count, size, size), dtype=np.bool_)
        for sign, column in zip((targets, 1 - targets), (left, left + second), strict=True):
            masks |= _stamped(SIGNS[sign], row, column, size)
        bright, ground = (rng.integers(*levels, (count, 1, 1)) for levels in (BRIGHT, GROUND))
        return grained(np.where(masks, bright, ground)[..., None], GRAIN, rng), masks

    @staticmethod
    def unfit(options: RelationsOptions, facts: Facts) -> str:
        """Distances in the wrong order, or too long for the picture."""
        if options.nearest > options.farthest:
            return f"data.nearest is {options.nearest}, but must be at most data.farthest, which is {options.farthest}."
        longest = options.size - 2 * EDGE - 1
        if options.farthest > longest:
            return (
                f"data.farthest is {options.farthest}, but pictures of {options.size} pixels have room for {longest}."
            )
        return ""


def _stamped(signs: NDArray[np.bool_], row: Whole, column: Whole, size: int) -> NDArray[np.bool_]:
    """Signs (N, 3, 3) with their middles at these places of an empty picture each, (N, size, size)."""
    empty = np.zeros((len(signs), size, size), dtype=np.bool_)
    around = np.arange(-1, 2)
    rows, columns = row[:, None, None] + around[None, :, None], column[:, None, None] + around[None, None, :]
    empty[np.arange(len(signs))[:, None, None], rows, columns] = signs
    return empty


ENTRY: Entry[Source] = Entry(
    options=RelationsOptions, build=Relations(), tiny={"count": 80, "size": 24}, unfit=Relations.unfit
)
