"""Data sets in memory, read once for the whole process."""

from __future__ import annotations

import threading
from collections import OrderedDict

from cnn_core.base.options import Options
from cnn_core.base.settings import data_folder
from cnn_core.data.sets import SHELF, DataSet

KEEP = 3

Key = tuple[str, str, str]  # name, options, data folder

_lock = threading.Lock()
_kept: OrderedDict[Key, DataSet] = OrderedDict()
_reading: dict[Key, threading.Lock] = {}


def load(name: str, options: Options) -> DataSet:
    """A data set of the shelf with validated options; the last three are kept. Its arrays are read-only.

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
            found = _read_only(SHELF.load(name).build.load(options, folder))
            _keep(key, found)
    return found


def _recall(key: Key) -> DataSet | None:
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
        return _kept.get(key)


def _keep(key: Key, data: DataSet) -> None:
    with _lock:
        _kept[key] = data
        while len(_kept) > KEEP:
            _kept.popitem(last=False)


def _read_only(data: DataSet) -> DataSet:
    for split in data.splits.values():
        for array in (split.pictures, split.targets, split.masks):
            if array is not None:
                array.flags.writeable = False
    return data
