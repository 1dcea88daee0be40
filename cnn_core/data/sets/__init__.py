"""The shelf of data sets. A source says what it has without reading it, and loads it as uint8 arrays."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from cnn_core.base.shelf import Shelf

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnn_core.pictures.framing import Paper

SPLITS = ("train", "val", "test")


@dataclass(frozen=True)
class DataFacts:
    """What is known of a data set before it is read.

    classes: names in the order of the targets. shape: (C, H, W) as stored. splits: number of pictures by split.
    paper: what a drawing for it is like; None: dark ink on a bright ground, taken as it was drawn. masks: whether it
    says which pixels belong to the class. frames: of how many pictures one behind the other each is made, in its
    channels: a film of 6 grey frames has 6.
    """

    classes: tuple[str, ...]
    shape: tuple[int, int, int]
    splits: dict[str, int]
    paper: Paper | None = None
    masks: bool = False
    frames: int = 1


@dataclass(frozen=True)
class About:
    """For people: the name as it is written, who made it, and its licence as its makers state it."""

    title: str
    source: str
    licence: str


@dataclass(frozen=True)
class Remote:
    """A file on the network. urls: places that have it, tried in order. md5 and size (bytes) as they were published.

    sha256: how its SHA-256 begins, for files of which that is published instead of the MD5.
    """

    name: str
    urls: tuple[str, ...]
    md5: str
    size: int
    sha256: str = ""


@dataclass(frozen=True)
class Download:
    """What has to be fetched once, and what becomes of it.

    files: packed. place: where they are unpacked to, in the data folder. holds: the files that are there then.
    needs: free bytes on the disk while that is done.
    """

    files: tuple[Remote, ...]
    place: str
    holds: tuple[str, ...]
    needs: int

    @property
    def size(self) -> int:
        return sum(one.size for one in self.files)


@dataclass(frozen=True)
class Split:
    """pictures: uint8 (N, H, W, C). targets: int64 (N,). masks: uint8 (N, H, W) of 0 and 1, or None."""

    pictures: NDArray[np.uint8]
    targets: NDArray[np.int64]
    masks: NDArray[np.uint8] | None = None


@dataclass(frozen=True)
class DataSet:
    """A data set in memory: its classes and its splits `train`, `val`, `test`."""

    classes: tuple[str, ...]
    splits: dict[str, Split]


class Source(Protocol):
    """What an entry of this shelf builds: `ENTRY = Entry(options=..., build=TheSource())`."""

    @property
    def about(self) -> About: ...

    @property
    def download(self) -> Download | None:
        """None where nothing has to be fetched."""

    def facts(self, options: Any) -> DataFacts:
        """Without reading a file, without torch."""

    def missing(self, options: Any, folder: Path) -> str:
        """Empty when `load` finds all it needs; else one sentence: what is missing, its size, what to do."""

    def load(self, options: Any, folder: Path) -> DataSet:
        """Read what is there; nothing is fetched.

        Raises:
            Failed: what is missing or damaged, where it was looked for, and what to do.
        """


FIRST = ("digits", "mnist", "fashion_mnist", "cifar10", "cifar100", "shapes")
SHELF: Shelf[Source] = Shelf("datasets", "cnn_core.data.sets", "data set", first=FIRST)
