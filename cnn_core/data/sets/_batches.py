"""The one kind of pickle that CIFAR's files are, read without running it.

A pickle is a program. Of its instructions only those that build dicts, lists, tuples, texts, bytes and whole numbers
are carried out, and its calls reach nothing of numpy's: they note what array is meant, and the array is made here, of
bytes that are checked. So a foreign file can hold other pictures, and nothing worse.
"""

from __future__ import annotations

import io
import math
import pickle
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CODES = (
    *("PROTO", "FRAME", "STOP", "MARK", "NONE", "NEWTRUE", "NEWFALSE", "BININT", "BININT1", "BININT2"),
    *("BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8"),
    *("BINUNICODE", "SHORT_BINUNICODE", "EMPTY_DICT", "EMPTY_LIST", "EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2"),
    *("TUPLE3", "APPEND", "APPENDS", "SETITEM", "SETITEMS", "BINPUT", "LONG_BINPUT", "MEMOIZE", "BINGET"),
    *("LONG_BINGET", "GLOBAL", "STACK_GLOBAL", "REDUCE", "BUILD"),
)
_UINT8 = ("u1", "|u1", "uint8", b"u1", b"|u1")


class NotABatch(Exception):
    """The bytes are not such a pickle; the text says why."""


class _Named:
    """A dtype, as far as its name goes."""

    __slots__ = ("name",)

    def __init__(self, name: Any = "", *_: Any) -> None:
        self.name = name

    def __setstate__(self, state: Any) -> None:
        """Byte order and such: a byte has none."""


class _Array:
    """What a pickle says of an array: shape, type, whether columns come first, and its bytes."""

    __slots__ = ("state",)

    def __init__(self, *_: Any) -> None:
        self.state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state  # (version, shape, dtype, columns first, bytes)

    def array(self) -> NDArray[np.uint8]:
        """The array itself, read-only."""
        if not isinstance(self.state, tuple) or len(self.state) != 5:
            raise NotABatch("an array in it has no contents")
        _, shape, dtype, columns_first, data = self.state
        if not isinstance(dtype, _Named) or dtype.name not in _UINT8 or not isinstance(data, bytes):
            raise NotABatch("an array in it is not of bytes")
        if not isinstance(shape, tuple) or not all(type(side) is int and side >= 0 for side in shape):
            raise NotABatch("an array in it has no shape")
        if math.prod(shape) != len(data):
            raise NotABatch(f"an array in it holds {len(data):,} bytes where {' x '.join(map(str, shape))} are stated")
        return np.frombuffer(data, np.uint8).reshape(shape, order="F" if columns_first else "C")


class _Buffered:
    """numpy's `_frombuffer(bytes, dtype, shape, order)`, as newer pickles call it."""

    __slots__ = ()

    def __call__(self, data: Any, dtype: Any, shape: Any, order: Any = "C") -> _Array:
        found = _Array()
        found.state = (1, shape, dtype, order == "F", data)
        return found


class _Encoded:
    """`_codecs.encode(text, "latin1")`: how Python 3 writes bytes for Python 2."""

    __slots__ = ()

    def __call__(self, text: Any, how: Any = "") -> bytes:
        if not isinstance(text, str) or how not in ("latin1", b"latin1"):
            raise NotABatch("it holds a text of another kind")
        return text.encode("latin1")


_NAMES: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Named,
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy._core.multiarray", "_reconstruct"): _Array,
    ("numpy.core.numeric", "_frombuffer"): _Buffered(),
    ("numpy._core.numeric", "_frombuffer"): _Buffered(),
    ("_codecs", "encode"): _Encoded(),
}


class _Reader(pickle._Unpickler):
    """Python's own, not the quick one: that one keeps its notes in a list, which a file can blow up to any size."""

    dispatch: ClassVar[dict[int, Any]] = {
        getattr(pickle, code)[0]: pickle._Unpickler.dispatch[getattr(pickle, code)[0]] for code in _CODES
    }
    read: Callable[[int], bytes]  # set by `load`
    append: Callable[[Any], None]

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data), encoding="bytes")
        self.most = len(data)

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _NAMES:
            raise NotABatch("it asks for something that no such file needs")
        return _NAMES[module, name]

    def load_bytearray8(self) -> None:
        """As bytes, and no more of them than there are."""
        (size,) = struct.unpack("<Q", self.read(8))
        if size > self.most:
            raise NotABatch("it ends too early")
        self.append(self.read(size))

    dispatch[pickle.BYTEARRAY8[0]] = load_bytearray8


def read_batch(data: bytes, labels: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Pictures uint8 (N, 3072) and their labels int64 (N,) from the bytes of one of CIFAR's pickles.

    Args:
        labels: the key of the labels, `labels` or `fine_labels`.

    Raises:
        NotABatch: they are something else, or damaged.
    """
    try:
        record = _Reader(data).load()
    except NotABatch:
        raise
    except MemoryError as error:
        raise NotABatch("it is too large") from error
    except Exception as error:  # a damaged program fails in any way it likes
        raise NotABatch("it is not such a file, or not whole") from error
    if not isinstance(record, dict):
        raise NotABatch("it is not such a file")
    named = {key.decode("latin1") if isinstance(key, bytes) else key: value for key, value in record.items()}
    return _pictures(named.get("data")), _labels(named.get(labels), labels)


def _pictures(found: Any) -> NDArray[np.uint8]:
    if not isinstance(found, _Array):
        raise NotABatch("it has no pictures")
    pictures = found.array()
    if pictures.ndim != 2 or pictures.shape[1] != 3072 or not len(pictures):
        raise NotABatch(f"its pictures are {' x '.join(map(str, pictures.shape))}, not N x 3072")
    return pictures


def _labels(found: Any, name: str) -> NDArray[np.int64]:
    if not isinstance(found, list) or not all(type(one) is int for one in found):
        raise NotABatch(f"it has no {name.replace('_', ' ')}")
    return np.array(found, dtype=np.int64)
