"""Grounds: a disc or a square on tinted ground, where the tint agrees with the class as often as you say.

A warm ground goes with the disc and a cold one with the square, in 95 of 100 training pictures unless told otherwise:
a network may learn the ground instead of the figure. Test pictures have a share of their own, so it shows: at 0.5 the
ground says nothing, at 0 it always says the other class. After Xiao et al., 2020 (noise or signal: the role of image
backgrounds).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnn_core.base.options import Entry
from cnn_core.data.sets import About, Source
from cnn_core.data.sets._drawing import figure_masks
from cnn_core.data.sets._drawn import AgreeingOptions, Bytes, Chosen, Drawn, Whole, agreeing, grained

CLASSES = ("disc", "square")
TINTS = np.array([(120, 90, 60), (60, 90, 120)])  # warm, cold; equally bright in the middle channel
BRIGHT = (170, 236)  # grey of the figures
GRAIN = 18


class Grounds(Drawn):
    """As many discs as squares."""

    about = About("Grounds", "drawn here, by ConvScope", "Apache 2.0, as ConvScope itself")

    def classes(self, options: AgreeingOptions) -> tuple[str, ...]:
        return CLASSES

    def channels(self, options: AgreeingOptions) -> int:
        return 3

    def second(self, options: AgreeingOptions, targets: Whole, chosen: Chosen) -> Whole:
        return agreeing(options, targets, chosen)

    def paint(
        self, options: AgreeingOptions, targets: Whole, second: Whole, rng: np.random.Generator
    ) -> tuple[Bytes, NDArray[np.bool_]]:
        masks = figure_masks(targets, options.size, rng)  # the first two: circle, square
        grey = rng.integers(*BRIGHT, (len(targets), 1, 1, 1))
        ground = TINTS[second][:, None, None] + rng.integers(-25, 26, (len(targets), 1, 1, 1))
        return grained(np.where(masks[..., None], grey, ground), GRAIN, rng), masks


ENTRY: Entry[Source] = Entry(options=AgreeingOptions, build=Grounds(), tiny={"count": 80, "size": 16})
