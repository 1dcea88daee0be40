"""Numbers about a split: per-channel mean and standard deviation, pictures by class."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnn_core.pictures.statistics import channel_mean_std

__all__ = ["channel_mean_std", "class_counts"]


def class_counts(targets: NDArray[np.int64], classes: int) -> list[int]:
    """How many of int64 (N,) belong to each class 0..classes-1; a class without pictures counts 0."""
    return np.bincount(targets, minlength=classes).tolist()
