"""Probabilities from logits, counts of right and wrong, and how far a share of few can be trusted."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Z95 = 1.959963984540054  # the middle 95 % of a normal distribution lie within this many standard deviations


def log_softmax(logits: ArrayLike) -> NDArray[np.float64]:
    """Logits (N, K) to logarithms of probabilities, float64 (N, K); exact also for logits far apart.

    A row with a NaN or an infinity gives NaN.
    """
    shifted = np.asarray(logits, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        shifted = shifted - shifted.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def softmax(logits: ArrayLike) -> NDArray[np.float64]:
    """Logits (N, K) to probabilities, float64 (N, K); rows sum to 1."""
    return np.exp(log_softmax(logits))


def confusion_matrix(targets: ArrayLike, predicted: ArrayLike, k: int) -> NDArray[np.int64]:
    """Counts (K, K): row = true class, column = predicted class. Both int (N,), in 0..k-1.

    Raises:
        ValueError: a class outside 0..k-1.
    """
    true, said = (np.asarray(one, dtype=np.int64) for one in (targets, predicted))
    if true.size and (min(true.min(), said.min()) < 0 or max(true.max(), said.max()) >= k):
        raise ValueError(f"classes must be in 0..{k - 1}")
    return np.bincount(true * k + said, minlength=k * k).reshape(k, k)


def wilson(right: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share of `right` in `n`, by E. B. Wilson, 1927. Of nothing, nothing is known: (0, 1)."""
    if n == 0:
        return 0.0, 1.0
    share, z2 = right / n, Z95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n**2))
    return max(0.0, middle - half), min(1.0, middle + half)
