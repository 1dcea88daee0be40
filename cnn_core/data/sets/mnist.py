"""MNIST: 70,000 handwritten digits of 28 x 28 grey pixels, the classic first data set.

LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition" (1998). 60,000 digits for
training, the last 5,000 of them kept for validation, and 10,000 for testing, all in the order of the files. Fetched
once by torchvision (12 MB); read here with numpy, which starts two seconds sooner.
"""

from __future__ import annotations

import contextlib
import gzip
import math
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cnn_core.base.errors import Failed
from cnn_core.base.options import Entry, Options
from cnn_core.data.sets import DataFacts, DataSet, Source, Split

if TYPE_CHECKING:
    from numpy.typing import NDArray

FILES = {  # split of the files: pictures, labels
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
CLASSES = tuple("0123456789")
SIDE = 28


class MnistOptions(Options):
    """Nothing to choose: the splits are those of the files."""


class Mnist:
    """torchvision's four files in `MNIST/raw` of the data folder, packed (.gz) or unpacked."""

    def facts(self, options: MnistOptions) -> DataFacts:
        return DataFacts(CLASSES, (1, SIDE, SIDE), {"train": 55_000, "val": 5_000, "test": 10_000})

    def missing(self, options: MnistOptions, folder: Path) -> str:
        absent = [name for name in (*FILES["train"], *FILES["test"]) if _find(folder, name) is None]
        if not absent:
            return ""
        return (
            f"MNIST is missing ({absent[0]} is not in {_raw(folder)}); it has to be fetched once from the network "
            "(12 MB), or set CONVSCOPE_DATA to a folder that has MNIST/raw."
        )

    def load(self, options: MnistOptions, folder: Path) -> DataSet:
        if self.missing(options, folder):
            _fetch(folder)
        if sentence := self.missing(options, folder):
            raise Failed(sentence)
        pictures, targets = _pair(folder, *FILES["train"])
        first = len(pictures) - len(pictures) // 12  # 55,000 of 60,000
        return DataSet(
            CLASSES,
            {
                "train": Split(pictures[:first], targets[:first]),
                "val": Split(pictures[first:], targets[first:]),
                "test": Split(*_pair(folder, *FILES["test"])),
            },
        )


def _raw(folder: Path) -> Path:
    return folder / "MNIST" / "raw"


def _find(folder: Path, name: str) -> Path | None:
    places = (_raw(folder) / name, _raw(folder) / f"{name}.gz")
    return next((place for place in places if place.is_file()), None)


def _fetch(folder: Path) -> None:
    """Let torchvision download the files; what it says goes to stderr.

    Raises:
        Failed: no network, or no place to write.
    """
    from torchvision.datasets import MNIST

    try:
        with contextlib.redirect_stdout(sys.stderr):
            MNIST(str(folder), train=True, download=True)
    except (OSError, RuntimeError) as error:  # URLError is an OSError; RuntimeError: every mirror failed
        raise Failed(
            f"MNIST is not in {_raw(folder)} and could not be fetched ({type(error).__name__}). It needs a network "
            "once (12 MB); or set CONVSCOPE_DATA to a folder that has MNIST/raw."
        ) from error


def _pair(folder: Path, images: str, labels: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """One file of pictures with its labels: uint8 (N, 28, 28, 1), int64 (N,)."""
    of_pictures, of_labels = (_find(folder, name) or _raw(folder) / name for name in (images, labels))
    pictures, targets = _idx(of_pictures, dimensions=3), _idx(of_labels, dimensions=1)
    if pictures.shape[1:] != (SIDE, SIDE):
        raise _damaged(of_pictures, f"its pictures are {pictures.shape[2]} x {pictures.shape[1]}")
    if len(pictures) != len(targets):
        raise _damaged(of_labels, f"it has {len(targets)} labels for {len(pictures)} pictures")
    if targets.max() > 9:
        raise _damaged(of_labels, f"it has the label {targets.max()}")
    return pictures[..., None], targets.astype(np.int64)


def _idx(path: Path, dimensions: int) -> NDArray[np.uint8]:
    """An idx file: zero, zero, 8 (bytes), dimensions; the sizes as big-endian int32; the values."""
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(path, "it cannot be read to its end") from error
    start = 4 + 4 * dimensions
    if data[:4] != bytes([0, 0, 8, dimensions]) or len(data) < start:
        raise _damaged(path, "it does not begin as such a file does")
    sizes = np.frombuffer(data, ">i4", dimensions, 4)
    if len(data) - start != math.prod(sizes.tolist()) or (sizes < 1).any():  # 64 bits would wrap round
        raise _damaged(path, f"it holds {len(data) - start:,} bytes where {' x '.join(map(str, sizes))} are stated")
    return np.frombuffer(data, np.uint8, offset=start).reshape(sizes)


def _damaged(path: Path, why: str) -> Failed:
    return Failed(f"{path} is damaged: {why}. Delete it and load MNIST again, so that it is fetched anew.")


ENTRY: Entry[Source] = Entry(options=MnistOptions, build=Mnist(), tiny={})
