"""Whether what a file says is of the kind that we write: a folder may come from anywhere, with every seal right."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType
from typing import Any

LARGEST = 2**53  # beyond it whole numbers are not exact, and no count of ours comes near


def is_number(value: object) -> bool:
    """A finite number of a size that can be counted with; True and False are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and -LARGEST < value < LARGEST


def is_count(value: object) -> bool:
    """A whole number from 0 on."""
    return isinstance(value, int) and is_number(value) and value >= 0


def sound(record: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
    """A record whose fields are of the kinds of the usual ones; what is of another kind is replaced by the usual.

    A usual None stands for a number that is not known yet. Fields that `usual` does not name are left as they are.
    """
    return {**record, **{key: _sound(record.get(key, like), like) for key, like in usual.items()}}


def _sound(value: Any, like: Any) -> Any:
    if type(value) is type(like) and isinstance(value, str | bool | NoneType):  # most are
        return value
    if isinstance(like, bool | str):
        fits = False
    elif isinstance(like, int):
        fits = is_count(value)
    else:
        fits = is_number(value) or (like is None and value is None)
    return value if fits else like
