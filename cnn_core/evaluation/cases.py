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


def answers(logits: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """What was said of each picture, the class of the largest probability (N,), and that probability (N,), from 0 to 1.

    Args:
        logits: (N, K).
    """
    probabilities = softmax(logits)
    return probabilities.argmax(1), probabilities.max(1)


def mistakes(logits: NDArray[np.float32], targets: NDArray[np.int64]) -> list[Case]:
    """All pictures that were wrong, the surest first.

    Args:
        logits: (N, K). targets: (N,).
    """
    said, sure = answers(logits)
    return _cases(said, sure, targets, said != targets)


def only_just(logits: NDArray[np.float32], targets: NDArray[np.int64], most: int) -> list[Case]:
    """The pictures that were right with the least probability, at most so many, the least sure first."""
    said, sure = answers(logits)
    return _cases(said, sure, targets, said == targets)[::-1][:most]


def mixed_up(logits: NDArray[np.float32], targets: NDArray[np.int64], target: int, said: int) -> list[Case]:
    """The pictures of one cell of the confusion matrix, the surest first."""
    told, sure = answers(logits)
    return _cases(told, sure, targets, (targets == target) & (told == said))


def sureness(
    logits: NDArray[np.float32], targets: NDArray[np.int64], bins: int = 10
) -> tuple[list[float] | None, list[float] | None]:
    """How sure it was: the shares of the right pictures, and of the wrong ones, by probability of the class it said.

    Each list sums to 1 over equal bins of 0..1 (the last holds 1); None where there is no such picture.
    """
    said, sure = answers(logits)
    right = said == targets
    place = np.minimum((sure * bins).astype(int), bins - 1)
    return _shares(place[right], bins), _shares(place[~right], bins)


def _shares(places: NDArray[np.int64], bins: int) -> list[float] | None:
    return None if len(places) == 0 else (np.bincount(places, minlength=bins) / len(places)).tolist()


def _cases(
    said: NDArray[np.int64], sure: NDArray[np.float64], targets: NDArray[np.int64], wanted: NDArray[np.bool_]
) -> list[Case]:
    """Those that are wanted, the surest first."""
    places = np.flatnonzero(wanted)
    order = places[np.argsort(-sure[places], kind="stable")]
    return [Case(int(i), int(targets[i]), int(said[i]), float(sure[i])) for i in order]
