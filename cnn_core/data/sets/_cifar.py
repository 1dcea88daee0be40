"""CIFAR's files, in either of the two forms in which they are published: read by us, nothing in them is run.

torchvision's form are the pickles of `cifar-…-py…` (see `_batches`); the binary one, `cifar-…-bin…`, is rows of bytes:
one or two labels, then 3,072 values, red, green, blue, each row by row.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cnn_core.base.errors import Failed
from cnn_core.base.options import Options
from cnn_core.data.converted import converted
from cnn_core.data.sets import About, DataFacts, DataSet, Download, Split
from cnn_core.data.sets._batches import NotABatch, read_batch
from cnn_core.data.sets._lacking import lacking

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Part = tuple[NDArray[np.uint8], NDArray[np.int64]]

SIDE = 32
VALUES = 3 * SIDE * SIDE


@dataclass(frozen=True)
class CifarSet:
    """Files for training, then the one for testing, in `download.place`; or the binary ones. A `Source`.

    train, test: names of the pickles. labels: their key of the labels. binary: folder of the binary form; its files
    have the same names and end in .bin. label_bytes: labels in each of their rows, the last one being ours.
    """

    name: str
    about: About
    download: Download
    classes: tuple[str, ...]
    train: tuple[str, ...]
    test: str
    labels: str
    binary: str
    label_bytes: int

    def facts(self, options: Options) -> DataFacts:
        return DataFacts(self.classes, (3, SIDE, SIDE), {"train": 45_000, "val": 5_000, "test": 10_000})

    def missing(self, options: Options, folder: Path) -> str:
        if self._files(folder):
            return ""
        absent = [name for name in (*self.train, self.test) if not (folder / self.download.place / name).is_file()]
        return lacking(self.name, self.about, self.download, folder, absent[0])

    def load(self, options: Options, folder: Path) -> DataSet:
        files = self._files(folder)
        if not files:
            raise Failed(self.missing(options, folder))
        pictures, targets = self._all(folder, "train", files[:-1])
        first = len(pictures) - len(pictures) // 10  # 45,000 of 50,000
        return DataSet(
            self.classes,
            {
                "train": Split(pictures[:first], targets[:first]),
                "val": Split(pictures[first:], targets[first:]),
                "test": Split(*self._all(folder, "test", files[-1:])),
            },
        )

    def _all(self, folder: Path, part: str, files: list[Path]) -> Part:
        return converted(folder, f"{self.name}-{part}", files, lambda: map(self._read, files))

    def _files(self, folder: Path) -> list[Path]:
        """Those of one form, all of them, training first; nothing where neither form is whole."""
        names = (*self.train, self.test)
        forms = (
            [folder / self.download.place / name for name in names],
            [folder / self.binary / f"{name}.bin" for name in names],
        )
        return next((form for form in forms if all(path.is_file() for path in form)), [])

    def _read(self, path: Path) -> Part:
        """One file: pictures uint8 (N, 32, 32, 3) and targets int64 (N,)."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise self._damaged(path, "it cannot be read to its end") from error
        try:
            rows, targets = self._binary(data) if path.suffix == ".bin" else read_batch(data, self.labels)
        except NotABatch as error:
            raise self._damaged(path, str(error)) from error
        if len(rows) != len(targets):
            raise self._damaged(path, f"it has {len(targets)} labels for {len(rows)} pictures")
        if not 0 <= targets.min() <= targets.max() < len(self.classes):
            raise self._damaged(path, f"it has the label {targets.min() if targets.min() < 0 else targets.max()}")
        planes = rows.reshape(-1, 3, SIDE, SIDE)
        return np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), targets

    def _binary(self, data: bytes) -> Part:
        row = self.label_bytes + VALUES
        if not data or len(data) % row:
            raise NotABatch(f"it holds {len(data):,} bytes, not rows of {row:,}")
        rows = np.frombuffer(data, np.uint8).reshape(-1, row)
        return rows[:, self.label_bytes :], rows[:, self.label_bytes - 1].astype(np.int64)

    def _damaged(self, path: Path, why: str) -> Failed:
        return Failed(f"{path} is damaged: {why}. Delete it and download {self.about.title} again.")
