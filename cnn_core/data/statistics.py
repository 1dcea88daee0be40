"""Numbers about a split: per-channel mean and standard deviation, pictures by class, their mean, and a few of each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cnn_core.pictures.statistics import channel_mean_std

__all__ = ["channel_mean_std", "class_counts", "mean_pictures", "some_of_each"]

CHUNK = 1 << 24  # bytes of pictures added up at once


def class_counts(targets: NDArray[np.int64], classes: int) -> list[int]:
    """How many of int64 (N,) belong to each class 0..classes-1; a class without pictures counts 0."""
    return np.bincount(targets, minlength=classes).tolist()


def mean_pictures(pictures: NDArray[np.uint8], targets: NDArray[np.int64], classes: int) -> NDArray[np.uint8]:
    """The mean of the pictures of each class, rounded: uint8 (classes, H, W, C). Black where a class has none.

    Sums are of whole numbers, and a chunk at a time, so nothing is rounded before the division.
    """
    found = np.zeros((classes, *pictures.shape[1:]), dtype=np.uint8)
    step = max(1, CHUNK // max(1, pictures[:1].size))
    for label in range(classes):
        mine = np.flatnonzero(targets == label)
        if len(mine):
            total = np.zeros(pictures.shape[1:], dtype=np.int64)
            for start in range(0, len(mine), step):
                total += pictures[mine[start : start + step]].sum(axis=0, dtype=np.int64)
            found[label] = (2 * total + len(mine)) // (2 * len(mine))
    return found


def some_of_each(targets: NDArray[np.int64], labels: Sequence[int], count: int, turn: int = 0) -> list[list[int]]:
    """Positions of `count` pictures of each label, other ones for every `turn`; fewer where there are no more."""
    found = []
    for label in labels:
        mine = np.flatnonzero(targets == label)
        found.append(mine[(turn * count + np.arange(min(count, len(mine)))) % max(1, len(mine))].tolist())
    return found
