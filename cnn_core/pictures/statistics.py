"""Mean and standard deviation of stored pictures, exact."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

CHUNK = 1 << 22  # bytes counted at once: bincount makes eight bytes of each


def channel_mean_std(pictures: NDArray[np.uint8]) -> tuple[list[float], list[float]]:
    """Per channel over all pixels of uint8 (N, H, W, C), in 0..1, float64.

    The 256 values are counted, so the sums are whole numbers and nothing is rounded before the last division. Sums
    are pooled: the mean of each picture's own deviation would be another, smaller number.
    """
    channels = pictures.shape[-1]
    counts = np.zeros((channels, 256), dtype=np.int64)
    step = max(1, CHUNK // max(1, pictures[:1].size))
    for start in range(0, len(pictures), step):
        for channel in range(channels):
            counts[channel] += np.bincount(pictures[start : start + step, ..., channel].ravel(), minlength=256)
    found = [_mean_std(one) for one in counts.tolist()]
    return [mean for mean, _ in found], [std for _, std in found]


def _mean_std(counts: list[int]) -> tuple[float, float]:
    """From how often each value occurs; Python's whole numbers, since the squares pass 64 bits at 60,000 pictures."""
    total = sum(counts)
    pixels = sum(value * count for value, count in enumerate(counts))
    squares = sum(value * value * count for value, count in enumerate(counts))
    variance = (squares * total - pixels * pixels) / total**2
    return pixels / total / 255, math.sqrt(variance) / 255
