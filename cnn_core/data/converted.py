"""Large sets in a form of our own, so that they can be mapped: one file of pictures, one of targets.

They stand in `.arrays` of the data folder, under a name that changes with the files they were made of; where that
folder cannot be written, the arrays are in memory. All of it can be deleted at any time.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from cnn_core.base.files import sha256, sync_folder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Part = tuple[NDArray[np.uint8], NDArray[np.int64]]

FOLDER = ".arrays"
LARGE = 64_000_000  # bytes of source files from which on pictures are mapped rather than held


def converted(folder: Path, name: str, sources: Sequence[Path], parts: Callable[[], Iterable[Part]]) -> Part:
    """Pictures uint8 (N, H, W, C) and targets int64 (N,) of all parts one after the other; mapped where they are large.

    Args:
        folder: the data folder. name: of the set. sources: the files that the parts are read from, which are there.
        parts: reads them, one at a time; called only where that was not done before.
    """
    stats = [path.stat() for path in sources]
    if sum(one.st_size for one in stats) < LARGE:
        return _joined(list(parts()))
    stamp = sha256(
        json.dumps(
            [[path.name, one.st_size, one.st_mtime_ns] for path, one in zip(sources, stats, strict=True)]
        ).encode()
    )
    places = [folder / FOLDER / f"{name}-{stamp[:16]}.{what}.npy" for what in ("pictures", "targets")]
    found = _mapped(*places)
    if found is None:
        rows = list(parts())
        if not _write(name, places, rows):
            return _joined(rows)
        found = _mapped(*places) or _joined(rows)
    return found


def _joined(rows: list[Part]) -> Part:
    return np.concatenate([one for one, _ in rows]), np.concatenate([one for _, one in rows])


def _mapped(pictures: Path, targets: Path) -> Part | None:
    """The two files, if they are there and whole."""
    try:
        shown = np.load(pictures, mmap_mode="r", allow_pickle=False)
        meant = np.load(targets, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    whole = (shown.ndim, shown.dtype, meant.dtype, meant.shape) == (4, np.uint8, np.int64, shown.shape[:1])
    return (np.asarray(shown), meant) if whole else None


def _write(name: str, places: list[Path], rows: list[Part]) -> bool:
    """Write both files, the pictures first; False where they cannot be written."""
    try:
        places[0].parent.mkdir(exist_ok=True)
        for old in places[0].parent.glob(f"{name}-*"):
            old.unlink()  # of other source files; who has it mapped keeps it
        for place, column in zip(places, zip(*rows, strict=True), strict=True):
            _whole(place, column)
        sync_folder(places[0].parent)
    except OSError:
        return False
    return True


def _whole(place: Path, pieces: Sequence[NDArray[Any]]) -> None:
    """One array from pieces, whole or not there. Written, not mapped: on a full disk that is an error and no crash."""
    aside = place.with_name(f"{place.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        with aside.open("wb") as file:
            _header(file, pieces)
            for piece in pieces:
                file.write(np.ascontiguousarray(piece).data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(place)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def _header(file: IO[bytes], pieces: Sequence[NDArray[Any]]) -> None:
    shape = (sum(map(len, pieces)), *pieces[0].shape[1:])
    descr = np.lib.format.dtype_to_descr(pieces[0].dtype)
    np.lib.format.write_array_header_1_0(file, {"descr": descr, "fortran_order": False, "shape": shape})
