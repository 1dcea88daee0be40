"""All that a confusion matrix alone can say: precision, recall and F1 in three kinds of mean, MCC and kappa."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
MEANS = ("precision", "recall", "f1")


def agreement(matrix: Counts, classes: Sequence[str]) -> dict[str, Any]:
    """Figures of a confusion matrix; what is not defined is None.

    Args:
        matrix: int64 (K, K), rows true, columns predicted. classes: K names.

    Returns:
        n, accuracy, balanced_accuracy (the mean recall), per_class (class, precision, recall, f1, support), macro and
        weighted ({precision, recall, f1}: means over the classes that have pictures, each alike or by its pictures;
        None where one of them is not defined), mcc (Matthews' correlation, Gorodkin, 2004), kappa (Cohen, 1960).
    """
    rows = [class_row(matrix, at, name) for at, name in enumerate(classes)]
    there = [row for row in rows if row["support"]]
    n, right = int(matrix.sum()), int(matrix.trace())
    return {
        "n": n,
        "accuracy": right / n if n else None,
        "balanced_accuracy": _mean([row["recall"] for row in there], [1] * len(there)),
        "macro": {key: _mean([row[key] for row in there], [1] * len(there)) for key in MEANS},
        "weighted": {key: _mean([row[key] for row in there], [row["support"] for row in there]) for key in MEANS},
        "mcc": mcc(matrix),
        "kappa": kappa(matrix),
        "per_class": rows,
    }


def class_row(matrix: Counts, at: int, name: str) -> dict[str, Any]:
    """class, precision, recall, f1, support. A class without pictures has None everywhere; one that is never predicted
    has precision None and F1 0."""
    right, support, said = (int(counts[at]) for counts in (matrix.diagonal(), matrix.sum(1), matrix.sum(0)))
    return {
        "class": name,
        "precision": right / said if support and said else None,
        "recall": right / support if support else None,
        "f1": 2 * right / (support + said) if support else None,
        "support": support,
    }


def _mean(values: Sequence[float | None], weights: Sequence[int]) -> float | None:
    known = [value for value in values if value is not None]
    if len(known) < len(values) or not known:
        return None
    return math.fsum(value * weight for value, weight in zip(known, weights, strict=True)) / sum(weights)


def mcc(matrix: Counts) -> float | None:
    """Matthews' correlation of answer and truth, -1..1; None where all pictures or all answers are of one class."""
    true, said, n = _totals(matrix)
    spread = (n * n - sum(one * one for one in true)) * (n * n - sum(one * one for one in said))
    if not spread:
        return None
    return (int(matrix.trace()) * n - _by_chance(true, said)) / math.sqrt(spread)


def kappa(matrix: Counts) -> float | None:
    """Cohen's kappa: agreement beyond what the totals give by chance; None where chance alone would be right always."""
    true, said, n = _totals(matrix)
    chance = _by_chance(true, said)
    if n * n == chance:
        return None
    return (int(matrix.trace()) * n - chance) / (n * n - chance)


def _totals(matrix: Counts) -> tuple[list[int], list[int], int]:
    """Pictures and answers by class, and all, as Python's whole numbers: their products may pass 64 bits."""
    return matrix.sum(1).tolist(), matrix.sum(0).tolist(), int(matrix.sum())


def _by_chance(true: list[int], said: list[int]) -> int:
    return sum(one * other for one, other in zip(true, said, strict=True))
