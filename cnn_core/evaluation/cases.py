"""The pictures behind the numbers: which were wrong, and which were right but only just."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnn_core.evaluation.basics import softmax


@dataclass(frozen=True)
class Case:
    """One picture of a split: its index there, its class, the class that was said, and how sure (0..1)."""

    index: int
    target: int
    said: int
    probability: float


def mistakes(logits: NDArray[np.float32], targets: NDArray[np.int64]) -> list[Case]:
    """All pictures that were wrong, the surest first.

    Args:
        logits: (N, K). targets: (N,).
    """
    return [one for one in _cases(logits, targets) if one.said != one.target]


def only_just(logits: NDArray[np.float32], targets: NDArray[np.int64], most: int) -> list[Case]:
    """The pictures that were right with the least probability, at most so many, the least sure first."""
    return [one for one in reversed(_cases(logits, targets)) if one.said == one.target][:most]


def mixed_up(logits: NDArray[np.float32], targets: NDArray[np.int64], target: int, said: int) -> list[Case]:
    """The pictures of one cell of the confusion matrix, the surest first."""
    return [one for one in _cases(logits, targets) if (one.target, one.said) == (target, said)]


def sureness(
    logits: NDArray[np.float32], targets: NDArray[np.int64], bins: int = 10
) -> tuple[list[float] | None, list[float] | None]:
    """How sure it was: the shares of the right pictures, and of the wrong ones, by probability of the class it said.

    Each list sums to 1 over equal bins of 0..1 (the last holds 1); None where there is no such picture.
    """
    probabilities = softmax(logits)
    sure, right = probabilities.max(1), probabilities.argmax(1) == targets
    place = np.minimum((sure * bins).astype(int), bins - 1)
    return _shares(place[right], bins), _shares(place[~right], bins)


def _shares(places: NDArray[np.int64], bins: int) -> list[float] | None:
    return None if len(places) == 0 else (np.bincount(places, minlength=bins) / len(places)).tolist()


def _cases(logits: NDArray[np.float32], targets: NDArray[np.int64]) -> list[Case]:
    probabilities = softmax(logits)
    said = probabilities.argmax(1)
    sure = probabilities.max(1)
    order = np.argsort(-sure, kind="stable")
    return [Case(int(i), int(targets[i]), int(said[i]), float(sure[i])) for i in order]
