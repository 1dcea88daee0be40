"""What sets that are drawn here share: their size and number, splits, and a second property beside the class.

The second property is what a network may fall for: a ground's tint, a texture, a colour. Where it can agree with the
class, the share of pictures in which it does is exact in each class of each split, and all else stays as it was: with
another share the same figures stand in the same places.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from cnn_core.base.errors import UserError
from cnn_core.base.options import Facts, fits, hints
from cnn_core.data.sampling import Sampled
from cnn_core.data.sets import About, DataFacts, DataSet, Split
from cnn_core.data.sets._drawing import CHUNK
from cnn_core.data.splits import stratified

Bytes = NDArray[np.uint8]
Whole = NDArray[np.int64]
Chosen = Mapping[str, Whole]  # places of the pictures by split


class DrawnOptions(Sampled):
    size: int = Field(
        24, ge=16, le=96, title="Size", description="Width and height.", json_schema_extra=hints(unit="px")
    )
    count: int = Field(
        2100, ge=80, le=20_000, title="Pictures", description="In all; 70 % train, 10 % validate, 20 % test."
    )
    seed: int = Field(0, ge=0, le=2**32 - 1, title="Seed", description="Another number draws other pictures.")


class AgreeingOptions(DrawnOptions):
    agreement: float = Field(
        0.95,
        ge=0,
        le=1,
        title="Agreement",
        description="Share of training and validation pictures in which both say the same; 0.5 tells nothing.",
        json_schema_extra=hints(step=0.05),
    )
    test_agreement: float = Field(
        0.5,
        ge=0,
        le=1,
        title="Agreement in the test",
        description="The same share of the test pictures; at 0 they always contradict.",
        json_schema_extra=hints(step=0.05),
    )


class Drawn:
    """A source whose pictures are drawn at once, a few hundred at a time; an entry says how."""

    about: About
    download = None
    unfit = staticmethod(fits)

    @abstractmethod
    def classes(self, options: Any) -> tuple[str, ...]:
        """In the order of the targets."""

    @abstractmethod
    def channels(self, options: Any) -> int:
        """1 or 3."""

    @abstractmethod
    def second(self, options: Any, targets: Whole, chosen: Chosen) -> Whole:
        """The second property of each picture (N,), drawn apart from all else."""

    @abstractmethod
    def paint(
        self, options: Any, targets: Whole, second: Whole, rng: np.random.Generator
    ) -> tuple[Bytes, NDArray[np.bool_]]:
        """Some pictures, (N, size, size, C), and where their figures are, (N, size, size)."""

    def facts(self, options: DrawnOptions) -> DataFacts:
        kept = held_out(options.count)
        shape = (self.channels(options), options.size, options.size)
        splits = {"train": options.count - sum(kept.values()), **kept}
        return DataFacts(self.classes(options), shape, splits, masks=True)

    def missing(self, options: DrawnOptions, folder: Path) -> str:
        return ""

    def load(self, options: DrawnOptions, folder: Path) -> DataSet:
        if sentence := self.unfit(options, Facts()):
            raise UserError(sentence)
        targets = np.arange(options.count, dtype=np.int64) % len(self.classes(options))
        chosen = stratified(targets, held_out(options.count), options.seed)
        second, rng = self.second(options, targets, chosen), np.random.default_rng(options.seed)
        parts = [slice(start, start + CHUNK) for start in range(0, options.count, CHUNK)]
        drawn = [self.paint(options, targets[part], second[part], rng) for part in parts]
        pictures, masks = (np.concatenate(some) for some in zip(*drawn, strict=True))
        splits = {name: Split(pictures[at], targets[at], masks[at].astype(np.uint8)) for name, at in chosen.items()}
        return DataSet(self.classes(options), splits)


def held_out(count: int) -> dict[str, int]:
    """How many of so many pictures are kept from training, by split."""
    return {"val": count // 10, "test": count // 5}


def agreeing(options: AgreeingOptions, targets: Whole, chosen: Chosen) -> Whole:
    """Of two classes, what the second property says: the class itself in as many pictures as the options ask for."""
    rng = np.random.default_rng([options.seed, 1])
    said = 1 - targets
    for split, places in chosen.items():
        share = options.test_agreement if split == "test" else options.agreement
        for label in (0, 1):
            mine = rng.permutation(places[targets[places] == label])
            agree = mine[: round(share * len(mine))]
            said[agree] = label
    return said


def grained(levels: NDArray[Any], grain: int, rng: np.random.Generator) -> Bytes:
    """Colours (N, H, W, C) as bytes, with noise of up to `grain` of 255, the same in all channels of a pixel."""
    noise = rng.integers(-grain, grain + 1, (*levels.shape[:3], 1))
    return np.clip(levels + noise, 0, 255).astype(np.uint8)
