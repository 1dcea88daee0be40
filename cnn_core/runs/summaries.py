"""What a list says of each run's validation curve: the last accuracy, and the curve small enough to stand in a row."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from cnn_core.runs.live import validations_once
from cnn_core.runs.run import RunFolder

POINTS = 32  # of a curve in a row: a sparkline is about a hundred pixels wide
REMEMBERED = 2048  # runs


@dataclass(frozen=True)
class Summary:
    """last: the validation accuracy said last, 0..1, None before the first. curve: all of them, at most POINTS."""

    last: float | None = None
    curve: tuple[float, ...] = ()


NOTHING = Summary()
_known: OrderedDict[str, tuple[tuple[int, ...], Summary]] = OrderedDict()


def summary(run: RunFolder) -> Summary:
    """The summary of a run. Costs a stat where its journal has not changed since it was asked last."""
    path = str(run.journal_path)
    try:
        found = run.journal_path.stat()
    except OSError:
        return NOTHING
    stamp = (found.st_mtime_ns, found.st_ino, found.st_size)
    known = _known.get(path)
    if known is not None and known[0] == stamp:
        return known[1]
    try:
        made = _summary(validations_once(run))
    except OSError:  # not ours to read, or gone meanwhile: a list stands all the same
        return NOTHING
    _known[path] = (stamp, made)
    while len(_known) > REMEMBERED:
        _known.popitem(last=False)
    return made


def _summary(rows: list[dict[str, Any]]) -> Summary:
    values = [float(row["val_accuracy"]) for row in rows if row["val_accuracy"] is not None]
    if not values:
        return NOTHING
    last = len(values) - 1
    places = sorted({round(i * last / (POINTS - 1)) for i in range(POINTS)}) if last >= POINTS else range(last + 1)
    return Summary(values[-1], tuple(values[i] for i in places))
