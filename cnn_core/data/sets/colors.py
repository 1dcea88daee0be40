"""Colours: three figures in three colours of exactly equal brightness; the class is the colour, or the figure.

As grey pictures the three colours are one: their luma (0.299 R + 0.587 G + 0.114 B) is 0.30, and after rounding the
same whole number, so a network that gets grey cannot tell them apart at all. Figures are brighter than the ground, so
their outline stays visible in grey. Figure and colour say nothing about each other. Luma after ITU-R BT.601.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from cnn_core.base.options import Entry
from cnn_core.data.sets import SPLITS, About, DataSet, Source
from cnn_core.data.sets._drawing import FIGURES, figure_masks
from cnn_core.data.sets._drawn import Bytes, Chosen, Drawn, DrawnOptions, Whole, grained
from cnn_core.pictures.coloring import greyed

COLOURS = {"red": (200, 21, 34), "green": (15, 116, 30), "blue": (44, 62, 232)}  # each becomes the grey 76
SHAPES = tuple(FIGURES)[: len(COLOURS)]
GROUND = (14, 40)  # grey of the ground, far below 76
GRAIN = 12  # of 255, the same in all channels; no value leaves 0..255, so it changes every luma alike


class ColorsOptions(DrawnOptions):
    classes: Literal["colour", "figure"] = Field(
        "colour", title="Class", description="What is to be told: the colour, or the figure."
    )
    shown: Literal["colour", "grey"] = Field(
        "colour", title="Shown", description="Training and validation pictures in colour, or in grey as if they were."
    )
    test_shown: Literal["colour", "grey"] = Field(
        "colour", title="Shown in the test", description="The same for the test pictures."
    )


class Colors(Drawn):
    """Balanced: each figure in each colour equally often."""

    about = About("Colours", "drawn here, by ConvScope", "Apache 2.0, as ConvScope itself")

    def classes(self, options: ColorsOptions) -> tuple[str, ...]:
        return tuple(COLOURS) if options.classes == "colour" else SHAPES

    def channels(self, options: ColorsOptions) -> int:
        return 3

    def second(self, options: ColorsOptions, targets: Whole, chosen: Chosen) -> Whole:
        """Figure where the class is the colour, colour where it is the figure."""
        return np.arange(len(targets), dtype=np.int64) // 3 % 3

    def paint(
        self, options: ColorsOptions, targets: Whole, second: Whole, rng: np.random.Generator
    ) -> tuple[Bytes, NDArray[np.bool_]]:
        colours, figures = (targets, second) if options.classes == "colour" else (second, targets)
        masks = figure_masks(figures, options.size, rng)
        ground = rng.integers(*GROUND, (len(targets), 1, 1, 1))
        paint: NDArray[Any] = np.array(list(COLOURS.values()))[colours][:, None, None]
        return grained(np.where(masks[..., None], paint, ground), GRAIN, rng), masks

    def load(self, options: Any, folder: Path) -> DataSet:
        data = super().load(options, folder)
        grey = [name for name in SPLITS if (options.test_shown if name == "test" else options.shown) == "grey"]
        seen = {name: replace(data.splits[name], pictures=greyed(data.splits[name].pictures)) for name in grey}
        return replace(data, splits={**data.splits, **seen})


ENTRY: Entry[Source] = Entry(options=ColorsOptions, build=Colors(), tiny={"count": 80, "size": 16})
