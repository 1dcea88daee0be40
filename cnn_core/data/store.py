"""Data sets in memory, read once for the whole process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from cnn_core.base.options import Options
from cnn_core.base.settings import data_folder
from cnn_core.data import sampling
from cnn_core.data.sets import SHELF, DataSet

if TYPE_CHECKING:
    from numpy.typing import NDArray

KEEP = 3
KEEP_BYTES = 2 * 2**30  # of all that is kept; the one that was asked for last stays, however large

Key = tuple[str, str, str]  # name, options, data folder

_lock = threading.Lock()
_kept: OrderedDict[Key, DataSet] = OrderedDict()
_reading: WeakValueDictionary[Key, threading.Lock] = WeakValueDictionary()  # a lock lives as long as somebody waits


def load(name: str, options: Options) -> DataSet:
    """A data set of the shelf with validated options; the last three are kept, fewer of large ones. Read-only.

    Whoever asks for a sample has it drawn from the whole set, which is read once for all of them.
    Whoever asks for a set that is just being read waits for it; other sets are not held up by a slow one.

    Raises:
        UnknownName: no such data set. Failed: it is missing or damaged; says where, and what to do.
    """
    name = SHELF.known(name)
    folder = data_folder()
    key = (name, options.model_dump_json(), str(folder))
    with _lock:
        turn = _reading.setdefault(key, threading.Lock())
    with turn:
        found = _recall(key)
        if found is None:
            found = _read_only(_made(name, options, folder))
            _keep(key, found)
    return found


def _made(name: str, options: Options, folder: Path) -> DataSet:
    source, whole = SHELF.load(name).build, sampling.whole(options)
    if whole == options:
        return source.load(options, folder)
    return sampling.sample(options, load(name, whole), source.facts(whole))


def _recall(key: Key) -> DataSet | None:
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
        return _kept.get(key)


def _keep(key: Key, data: DataSet) -> None:
    with _lock:
        _kept[key] = data
        while len(_kept) > KEEP or (len(_kept) > 1 and sum(map(_size, _kept.values())) > KEEP_BYTES):
            _kept.popitem(last=False)


def _size(data: DataSet) -> int:
    return sum(array.nbytes for array in _arrays(data))


def _read_only(data: DataSet) -> DataSet:
    for array in _arrays(data):
        array.flags.writeable = False
    return data


def _arrays(data: DataSet) -> Iterator[NDArray[Any]]:
    for split in data.splits.values():
        yield from (one for one in (split.pictures, split.targets, split.masks) if one is not None)
