"""Textures: a striped or chequered disc or square; outline and texture name the same class, or contradict.

The class is the outline. In training the texture agrees with it as often as you say: at 1 (usual here) either would
do, and what the network has chosen shows on test pictures in which they contradict (agreement 0 there). At 0.5 the
texture says nothing and the outline alone is left. After Geirhos et al., 2019 (texture bias).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from cnn_core.base.options import Entry, hints
from cnn_core.data.sets import About, Source
from cnn_core.data.sets._drawing import figure_masks
from cnn_core.data.sets._drawn import AgreeingOptions, Bytes, Chosen, Drawn, Whole, agreeing, grained

CLASSES = ("disc", "square")
GROUND, DARK, BRIGHT = (20, 70), (90, 120), (190, 230)
GRAIN = 12


class TexturesOptions(AgreeingOptions):
    agreement: float = Field(
        1.0,
        ge=0,
        le=1,
        title="Agreement",
        description="Share of training and validation pictures in which both say the same; 0.5 tells nothing.",
        json_schema_extra=hints(step=0.05),
    )
    test_agreement: float = Field(
        0.0,
        ge=0,
        le=1,
        title="Agreement in the test",
        description="The same share of the test pictures; at 0 they always contradict.",
        json_schema_extra=hints(step=0.05),
    )


class Textures(Drawn):
    """Stripes go with the disc, chequers with the square; their phase is drawn for each picture."""

    about = About("Textures", "drawn here, by ConvScope", "Apache 2.0, as ConvScope itself")

    def classes(self, options: AgreeingOptions) -> tuple[str, ...]:
        return CLASSES

    def channels(self, options: AgreeingOptions) -> int:
        return 1

    def second(self, options: AgreeingOptions, targets: Whole, chosen: Chosen) -> Whole:
        return agreeing(options, targets, chosen)

    def paint(
        self, options: AgreeingOptions, targets: Whole, second: Whole, rng: np.random.Generator
    ) -> tuple[Bytes, NDArray[np.bool_]]:
        masks = figure_masks(targets, options.size, rng)
        dark, bright, ground = (rng.integers(*levels, (len(targets), 1, 1)) for levels in (DARK, BRIGHT, GROUND))
        inside = np.where(pattern(second, options.size, rng), bright, dark)
        return grained(np.where(masks, inside, ground)[..., None], GRAIN, rng), masks


def pattern(kinds: Whole, size: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Stripes (0) and chequers (1) of two pixels, (N, size, size): where they are bright; half of the places are."""
    phase = rng.integers(0, 4, (2, len(kinds), 1, 1))
    places = np.arange(size)
    down, across = (places[None, :, None] + phase[0]) // 2 % 2, (places[None, None, :] + phase[1]) // 2 % 2
    found: NDArray[np.bool_] = np.where(kinds[:, None, None] == 0, down, (down + across) % 2) == 1
    return found


ENTRY: Entry[Source] = Entry(options=TexturesOptions, build=Textures(), tiny={"count": 80, "size": 16})
