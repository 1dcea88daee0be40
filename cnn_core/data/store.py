"""Data sets in memory, read once for the whole process."""

from __future__ import annotations

import threading
from collections import OrderedDict

from cnn_core.base.options import Options
from cnn_core.base.settings import data_folder
from cnn_core.data.sets import SHELF, DataSet

KEEP = 3

_lock = threading.Lock()
_kept: OrderedDict[tuple[str, str, str], DataSet] = OrderedDict()


def load(name: str, options: Options) -> DataSet:
    """A data set of the shelf with validated options; the last three are kept. Its arrays are read-only.

    Raises:
        UnknownName: no such data set. Failed: it is missing or damaged; says where, and what to do.
    """
    name = SHELF.known(name)
    folder = data_folder()
    key = (name, options.model_dump_json(), str(folder))
    with _lock:  # also while reading: a second visitor who asks for the same set waits for the first
        if key not in _kept:
            _kept[key] = _read_only(SHELF.load(name).build.load(options, folder))
        _kept.move_to_end(key)
        while len(_kept) > KEEP:
            _kept.popitem(last=False)
        return _kept[key]


def _read_only(data: DataSet) -> DataSet:
    for split in data.splits.values():
        for array in (split.pictures, split.targets, split.masks):
            if array is not None:
                array.flags.writeable = False
    return data
