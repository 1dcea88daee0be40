"""Sets in MNIST's form: two idx files of pictures, two of labels. Read with numpy, which starts at once."""

from __future__ import annotations

import gzip
import math
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cnn_core.base.errors import Failed
from cnn_core.base.options import Options
from cnn_core.data.sets import About, DataFacts, DataSet, Download, Remote, Split
from cnn_core.data.sets._lacking import lacking
from cnn_core.pictures.framing import Paper

if TYPE_CHECKING:
    from numpy.typing import NDArray

FILES = {  # split of the files: pictures, labels
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
NAMES = tuple(name for pair in FILES.values() for name in pair)
SIDE = 28


def packed(
    place: str, hosts: tuple[str, ...], md5: tuple[str, str, str, str], sizes: tuple[int, int, int, int]
) -> Download:
    """The four files, packed, in the order of `NAMES`; unpacked they are 55 MB."""
    files = tuple(
        Remote(f"{name}.gz", tuple(f"{host}{name}.gz" for host in hosts), one, size)
        for name, one, size in zip(NAMES, md5, sizes, strict=True)
    )
    return Download(files, place, NAMES, needs=sum(sizes) + 55_000_000)


@dataclass(frozen=True)
class IdxSet:
    """torchvision's four files in `PLACE` of the data folder, packed (.gz) or unpacked. A `Source`."""

    name: str
    about: About
    download: Download
    classes: tuple[str, ...]
    paper: Paper

    def facts(self, options: Options) -> DataFacts:
        return DataFacts(self.classes, (1, SIDE, SIDE), {"train": 55_000, "val": 5_000, "test": 10_000}, self.paper)

    def missing(self, options: Options, folder: Path) -> str:
        absent = [name for name in NAMES if self._find(folder, name) is None]
        return lacking(self.name, self.about, self.download, folder, absent[0]) if absent else ""

    def load(self, options: Options, folder: Path) -> DataSet:
        if sentence := self.missing(options, folder):
            raise Failed(sentence)
        pictures, targets = self._pair(folder, *FILES["train"])
        first = len(pictures) - len(pictures) // 12  # 55,000 of 60,000
        return DataSet(
            self.classes,
            {
                "train": Split(pictures[:first], targets[:first]),
                "val": Split(pictures[first:], targets[first:]),
                "test": Split(*self._pair(folder, *FILES["test"])),
            },
        )

    def _find(self, folder: Path, name: str) -> Path | None:
        raw = folder / self.download.place
        return next((place for place in (raw / name, raw / f"{name}.gz") if place.is_file()), None)

    def _pair(self, folder: Path, images: str, labels: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """One file of pictures with its labels: uint8 (N, 28, 28, 1), int64 (N,)."""
        raw = folder / self.download.place
        of_pictures, of_labels = (self._find(folder, name) or raw / name for name in (images, labels))
        pictures, targets = self._idx(of_pictures, dimensions=3), self._idx(of_labels, dimensions=1)
        if pictures.shape[1:] != (SIDE, SIDE):
            raise self._damaged(of_pictures, f"its pictures are {pictures.shape[2]} x {pictures.shape[1]}")
        if len(pictures) != len(targets):
            raise self._damaged(of_labels, f"it has {len(targets)} labels for {len(pictures)} pictures")
        if targets.max() >= len(self.classes):
            raise self._damaged(of_labels, f"it has the label {targets.max()}")
        return pictures[..., None], targets.astype(np.int64)

    def _idx(self, path: Path, dimensions: int) -> NDArray[np.uint8]:
        """An idx file: zero, zero, 8 (bytes), dimensions; the sizes as big-endian int32; the values."""
        try:
            data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        except (OSError, EOFError, zlib.error) as error:
            raise self._damaged(path, "it cannot be read to its end") from error
        start = 4 + 4 * dimensions
        if data[:4] != bytes([0, 0, 8, dimensions]) or len(data) < start:
            raise self._damaged(path, "it does not begin as such a file does")
        sizes = np.frombuffer(data, ">i4", dimensions, 4)
        if len(data) - start != math.prod(sizes.tolist()) or (sizes < 1).any():  # 64 bits would wrap round
            stated = " x ".join(map(str, sizes))
            raise self._damaged(path, f"it holds {len(data) - start:,} bytes where {stated} are stated")
        return np.frombuffer(data, np.uint8, offset=start).reshape(sizes)

    def _damaged(self, path: Path, why: str) -> Failed:
        return Failed(f"{path} is damaged: {why}. Delete it and download {self.about.title} again.")
