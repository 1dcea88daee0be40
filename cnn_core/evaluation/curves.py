"""ROC curves: each class against the rest, their mean, and all answers together. Undefined is None, never 0."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnn_core.evaluation.basics import softmax

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Line = tuple[Floats, Floats]
_NOTHING = (np.zeros(0), np.zeros(0))
MOST = 400  # points of a curve that is drawn


@dataclass(frozen=True, eq=False)
class Roc:
    """One ROC curve: how many are found (`tpr`) against how many others are taken for them (`fpr`), both 0..1, rising.

    name: of the class. positives, negatives: pictures of the class, and others. auc: the area, of all thresholds; None
    where the curve is not defined: without pictures of the class, or without others. fpr, tpr: float64 (P,), from
    (0, 0) to (1, 1); empty where it is not defined.
    """

    name: str
    positives: int
    negatives: int
    auc: float | None
    fpr: Floats
    tpr: Floats


@dataclass(frozen=True)
class RocCurves:
    """The curves of a split. per_class: in the order of the classes.

    macro: the mean of the defined curves, every class counts the same; its area is the mean of theirs.
    micro: every answer for every class in one heap, as one question of yes or no.
    """

    per_class: tuple[Roc, ...]
    macro: Roc
    micro: Roc


def roc(logits: NDArray[np.float32], targets: NDArray[np.int64], classes: Sequence[str], most: int = MOST) -> RocCurves:
    """The ROC curves of a split, by the probabilities of the classes.

    Args:
        logits: (N, K). targets: (N,), in 0..K-1. classes: K names. most: points that a curve may have, at least 3.
    """
    scores, targets = softmax(logits), np.asarray(targets)
    steps = [_steps(scores[:, index], targets == index) for index in range(len(classes))]
    hits = np.zeros(scores.shape, dtype=bool)
    hits[np.arange(len(scores)), targets] = True
    return RocCurves(
        per_class=tuple(_curve(name, one, most) for name, one in zip(classes, steps, strict=True)),
        macro=_macro(steps, most),
        micro=_curve("all answers together", _steps(scores.ravel(), hits.ravel()), most),
    )


@dataclass(frozen=True)
class _Steps:
    """A curve in whole numbers: how many were `found` and `taken` after each threshold, from (0, 0).

    Only where the line turns, int64 (P,); empty where it is not defined. doubled: twice the area, exact.
    """

    positives: int
    negatives: int
    found: Counts
    taken: Counts
    doubled: int = 0

    @property
    def auc(self) -> float:
        return self.doubled / (2 * self.positives * self.negatives)

    @property
    def line(self) -> Line:
        return self.taken / self.negatives, self.found / self.positives


def _steps(scores: Floats, ours: NDArray[np.bool_]) -> _Steps:
    """All thresholds; equal scores are one threshold. Our own, for whole numbers: nothing is lost by rounding."""
    positives = int(ours.sum())
    negatives = len(ours) - positives
    if not positives or not negatives or not np.isfinite(scores).all():
        return _Steps(positives, negatives, np.zeros(0, np.int64), np.zeros(0, np.int64))
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
    found = np.insert(ours[order].cumsum()[ends], 0, 0)
    taken = np.insert(ends + 1, 0, 0) - found
    doubled = int((np.diff(taken) * (found[1:] + found[:-1])).sum())
    turns = np.diff(taken)[:-1] * np.diff(found)[1:] != np.diff(taken)[1:] * np.diff(found)[:-1]
    kept = np.concatenate([[True], turns, [True]])
    return _Steps(positives, negatives, found[kept], taken[kept], doubled)


def _curve(name: str, steps: _Steps, most: int) -> Roc:
    if not len(steps.found):
        return Roc(name, steps.positives, steps.negatives, None, *_NOTHING)
    return Roc(name, steps.positives, steps.negatives, steps.auc, *thinned(*steps.line, most))


def thinned(x: Floats, y: Floats, most: int) -> Line:
    """A rising line from (0, 0) to (1, 1) with at most so many points and the same area under it.

    The line is cut into stretches of equal length (across plus up). Each becomes two straight pieces through a point
    in the stretch's own box, chosen so that the area stays: nowhere is it farther off than the box is large.
    """
    if len(x) <= most:
        return x, y
    along = x + y
    cuts = np.unique(np.searchsorted(along, np.linspace(0, along[-1], max(2, (most + 1) // 2))))
    areas = np.insert(np.cumsum(np.diff(x) * (y[1:] + y[:-1]) / 2), 0, 0.0)[cuts]
    left, low = x[cuts], y[cuts]
    across, up = np.diff(left), np.diff(low)
    extra = np.diff(areas) - across * (low[1:] + low[:-1]) / 2  # above the straight line: at most half the box
    share = 0.5 - np.divide(extra, across * up, out=np.zeros_like(extra), where=across * up > 0)
    share = np.clip(share, 0, 1)  # rounding
    return _woven(left, left[:-1] + share * across), _woven(low, low[:-1] + (1 - share) * up)


def _woven(ends: Floats, between: Floats) -> Floats:
    joined = np.empty(len(ends) + len(between))
    joined[::2], joined[1::2] = ends, between
    return joined


def _macro(curves: Sequence[_Steps], most: int) -> Roc:
    """The mean height of the defined curves at every share of others; upright pieces stay upright."""
    defined = [one for one in curves if len(one.found)]
    name = "mean of the classes"
    if not defined:
        return Roc(name, 0, 0, None, *_NOTHING)
    auc = math.fsum(one.auc for one in defined) / len(defined)
    found, taken = sum(one.positives for one in defined), sum(one.negatives for one in defined)
    return Roc(name, found, taken, auc, *thinned(*_mean_line([one.line for one in defined]), most))


def _mean_line(lines: Sequence[Line]) -> Line:
    """The mean of lines, from where each of them jumps and where its slope changes: no curve is walked twice."""
    places, jumps, bends = [], [], []
    for x, y in lines:
        across, up = np.diff(x), np.diff(y)
        slopes = np.divide(up, across, out=np.zeros_like(up), where=across > 0)
        places += [x[:-1], x[1:]]
        jumps += [np.where(across > 0, 0, up), np.zeros_like(up)]
        bends += [slopes, -slopes]
    grid, at = np.unique(np.concatenate(places), return_inverse=True)
    jump = np.bincount(at, np.concatenate(jumps)) / len(lines)
    slope = np.bincount(at, np.concatenate(bends)).cumsum() / len(lines)
    rise = np.insert(slope[:-1] * np.diff(grid), 0, 0.0)
    after = np.clip((jump + rise).cumsum(), 0, 1)
    before = np.clip(after - jump, 0, 1)
    after[-1] = 1.0  # rounding
    return grid.repeat(2), np.stack([before, after], axis=1).ravel()
