"""The report of a classifier on one split. Undefined is None, never 0."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.evaluation.agreement import class_row
from cnn_core.evaluation.basics import confusion_matrix, log_softmax, wilson


def report(logits: NDArray[np.float32], targets: NDArray[np.int64], classes: Sequence[str]) -> dict[str, Any]:
    """All numbers of one split, in float64, ready for JSON.

    Args:
        logits: (N, K), as stored. targets: (N,), in 0..K-1. classes: K names.

    Returns:
        n, classes, accuracy, accuracy_interval (Wilson, 95 %), balanced_accuracy, macro_f1, auc_macro, log_loss,
        baseline {class, accuracy}, confusion_matrix (rows true, columns predicted), and per_class, a list of
        {class, precision, recall, f1, support, auc}. The baseline always answers the most frequent class of the split
        that is scored (the first of them on a tie). A class without pictures has None everywhere and leaves the
        means; one that is never predicted has precision None and F1 0. Log loss is None when a logit is not finite.
    """
    log_probabilities = log_softmax(logits)
    matrix = confusion_matrix(targets, np.asarray(logits).argmax(axis=1), len(classes))
    n, right = int(matrix.sum()), int(matrix.trace())
    areas = _areas(np.exp(log_probabilities), targets)
    rows = [{**class_row(matrix, at, name), "auc": areas[at]} for at, name in enumerate(classes)]
    return {
        "n": n,
        "classes": list(classes),
        "accuracy": right / n if n else None,
        "accuracy_interval": list(wilson(right, n)),
        "balanced_accuracy": _mean(row["recall"] for row in rows),
        "macro_f1": _mean(row["f1"] for row in rows),
        "auc_macro": _mean(row["auc"] for row in rows),
        "log_loss": _log_loss(log_probabilities, targets),
        "baseline": _baseline(matrix.sum(axis=1), classes),
        "confusion_matrix": matrix.tolist(),
        "per_class": rows,
    }


def _areas(probabilities: NDArray[np.float64], targets: NDArray[np.int64]) -> list[float | None]:
    """Area under the ROC curve of each class against the rest; None where the class has no picture, or all."""
    from sklearn.metrics import roc_auc_score

    areas: list[float | None] = []
    for index in range(probabilities.shape[1]):
        ours, scores = targets == index, probabilities[:, index]
        defined = ours.any() and not ours.all() and np.isfinite(scores).all()
        areas.append(float(roc_auc_score(ours, scores)) if defined else None)
    return areas


def _log_loss(log_probabilities: NDArray[np.float64], targets: NDArray[np.int64]) -> float | None:
    if not len(targets):
        return None
    loss = -float(log_probabilities[np.arange(len(targets)), targets].mean())
    return max(loss, 0.0) if math.isfinite(loss) else None  # never -0.0


def _baseline(support: NDArray[np.int64], classes: Sequence[str]) -> dict[str, Any] | None:
    if not support.sum():
        return None
    most = int(support.argmax())
    return {"class": classes[most], "accuracy": int(support[most]) / int(support.sum())}


def _mean(values: Iterable[float | None]) -> float | None:
    defined = [value for value in values if value is not None]
    return math.fsum(defined) / len(defined) if defined else None
