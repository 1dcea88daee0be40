"""Shapes: colour pictures of geometric figures on varied grounds, drawn here, with exact masks.

One figure a picture: the class. Place, size, rotation, colours and ground (plain, gradient, stripes, noise, blobs) say
nothing about it, so a network must look at the outline; and as it is known which pixels belong to the figure, an
explanation can be checked against the truth. The same options always give the same pictures.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from cnn_core.base.errors import UserError
from cnn_core.base.options import Entry, Facts, hints
from cnn_core.data.sampling import Sampled
from cnn_core.data.sets import About, DataFacts, DataSet, Source, Split
from cnn_core.data.sets._drawing import FIGURES, draw, draw_bright
from cnn_core.data.sets._drawn import held_out
from cnn_core.data.splits import stratified

LOOKS = {"varied": draw, "bright": draw_bright}
MOST_BYTES = 4 * 2**30


class ShapesOptions(Sampled):
    size: int = Field(
        32, ge=16, le=512, title="Size", description="Width and height.", json_schema_extra=hints(unit="px")
    )
    count: int = Field(
        6000, ge=80, le=1_000_000, title="Pictures", description="In all; 70 % train, 10 % validate, 20 % test."
    )
    classes: int = Field(4, ge=2, le=8, title="Classes", description=f"The first so many of {', '.join(FIGURES)}.")
    look: Literal["varied", "bright"] = Field(
        "varied",
        title="Look",
        description="Figures of any colour on any ground, or grey and brighter than their noisy ground: easier.",
    )
    seed: int = Field(0, ge=0, le=2**32 - 1, title="Seed", description="Another number draws other pictures.")
    split_seed: int = Field(
        0,
        ge=0,
        le=2**32 - 1,
        title="Split seed",
        description="Which pictures fall into which split.",
        json_schema_extra=hints(advanced=True),
    )


class Shapes:
    """Drawn at once: 3,000 pictures of 32 x 32 take about half a second."""

    about = About("Shapes", "drawn here, by ConvScope", "Apache 2.0, as ConvScope itself")
    download = None

    def facts(self, options: ShapesOptions) -> DataFacts:
        kept = held_out(options.count)
        train = options.count - sum(kept.values())
        shape = (3, options.size, options.size)
        return DataFacts(tuple(FIGURES)[: options.classes], shape, {"train": train, **kept}, masks=True)

    def missing(self, options: ShapesOptions, folder: Path) -> str:
        return ""

    def load(self, options: ShapesOptions, folder: Path) -> DataSet:
        if sentence := _unfit(options, Facts()):
            raise UserError(sentence)
        targets = np.arange(options.count, dtype=np.int64) % options.classes  # as many of each as possible
        pictures, masks = LOOKS[options.look](targets, options.size, np.random.default_rng(options.seed))
        chosen = stratified(targets, held_out(options.count), options.split_seed)
        splits = {name: Split(pictures[at], targets[at], masks[at]) for name, at in chosen.items()}
        return DataSet(tuple(FIGURES)[: options.classes], splits)


def _unfit(options: ShapesOptions, facts: Facts) -> str:
    size = options.count * options.size**2 * 4  # three channels and a mask
    if size <= MOST_BYTES:
        return ""
    return (
        f"data.count {options.count} with data.size {options.size} would take {size / 2**30:.1f} GB of memory; "
        f"at most {MOST_BYTES // (options.size**2 * 4)} pictures of this size are drawn."
    )


ENTRY: Entry[Source] = Entry(options=ShapesOptions, build=Shapes(), tiny={"count": 80, "size": 16}, unfit=_unfit)
