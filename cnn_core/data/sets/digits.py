"""Digits: 1,797 real handwritten digits of 8 x 8 grey pixels, learned within seconds.

Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak (1998), UCI; the 1,797 pictures that come inside
scikit-learn, so nothing is downloaded. Pixels are counts 0..16, stored as round(value * 255 / 16). Training,
validation and test pictures (1,257 / 180 / 360) are drawn class by class, so each split has its share of every digit.
"""

from __future__ import annotations

import gzip
import zlib
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from cnn_core.base.errors import Failed
from cnn_core.base.options import Entry, hints
from cnn_core.data.sampling import Sampled
from cnn_core.data.sets import About, DataFacts, DataSet, Source, Split
from cnn_core.data.splits import stratified
from cnn_core.pictures.framing import OPTICAL

if TYPE_CHECKING:
    from numpy.typing import NDArray

HELD_OUT = {"val": 180, "test": 360}


class DigitsOptions(Sampled):
    split_seed: int = Field(
        0,
        ge=0,
        le=2**32 - 1,
        title="Split seed",
        description="Which pictures fall into which split; another number draws other ones.",
        json_schema_extra=hints(advanced=True),
    )


class Digits:
    """scikit-learn's own file, read without importing scikit-learn: that import takes a second, the file 30 ms."""

    about = About("Digits", "E. Alpaydin and C. Kaynak, 1998 (UCI); inside scikit-learn", "CC BY 4.0")
    download = None

    def facts(self, options: DigitsOptions) -> DataFacts:
        return DataFacts(tuple("0123456789"), (1, 8, 8), {"train": 1257, **HELD_OUT}, OPTICAL)

    def missing(self, options: DigitsOptions, folder: Path) -> str:
        return (
            ""
            if _file().is_file()
            else f"The digits are missing: scikit-learn should bring {_file()}; install it again."
        )

    def load(self, options: DigitsOptions, folder: Path) -> DataSet:
        if sentence := self.missing(options, folder):
            raise Failed(sentence)
        table = _table(_file())
        pictures = np.round(table[:, :64] * 255 / 16).astype(np.uint8).reshape(-1, 8, 8, 1)
        targets = table[:, 64].astype(np.int64)
        chosen = stratified(targets, HELD_OUT, options.split_seed)
        splits = {name: Split(pictures[indices], targets[indices]) for name, indices in chosen.items()}
        return DataSet(tuple("0123456789"), splits)


def _table(path: Path) -> NDArray[np.float64]:
    """(1797, 65): 64 counts 0..16, then the digit.

    Raises:
        Failed: the file is damaged.
    """
    try:
        with gzip.open(path, "rt") as lines:
            table = np.loadtxt(lines, delimiter=",", ndmin=2)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise Failed(f"{path} is damaged: install scikit-learn again.") from error
    if table.shape != (1797, 65):
        raise Failed(f"{path} is damaged: install scikit-learn again.")
    return table


def _file() -> Path:
    spec = find_spec("sklearn")
    places = spec.submodule_search_locations if spec else None
    return Path(places[0] if places else "scikit-learn") / "datasets" / "data" / "digits.csv.gz"


ENTRY: Entry[Source] = Entry(options=DigitsOptions, build=Digits(), tiny={})
