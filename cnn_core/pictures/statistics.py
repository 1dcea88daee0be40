"""Mean and standard deviation of stored pictures, exact."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

CHUNK = 1 << 22  # bytes added up at once: their squares take two bytes each
MOST = 66_000  # pictures added up at once: 255² times more would pass 32 bits


def channel_mean_std(pictures: NDArray[np.uint8]) -> tuple[list[float], list[float]]:
    """Per channel over all pixels of uint8 (N, H, W, C), in 0..1, float64.

    Values and their squares are added up as whole numbers, so nothing is rounded before the last division. Sums are
    pooled: the mean of each picture's own deviation would be another, smaller number.
    """
    channels = pictures.shape[-1]
    sums, squares = [0] * channels, [0] * channels
    step = max(1, min(MOST, CHUNK // max(1, pictures[:1].size)))
    for start in range(0, len(pictures), step):
        chunk = pictures[start : start + step]
        for totals, values in ((sums, chunk), (squares, np.square(chunk, dtype=np.uint16))):
            by_place = values.sum(axis=0, dtype=np.uint32).astype(np.uint64)  # first along pictures: quick
            for channel, total in enumerate(by_place.sum(axis=(0, 1)).tolist()):
                totals[channel] += total
    count = pictures[..., 0].size
    found = [_mean_std(count, *both) for both in zip(sums, squares, strict=True)]
    return [mean for mean, _ in found], [std for _, std in found]


def _mean_std(count: int, total: int, squares: int) -> tuple[float, float]:
    """From sums in Python's whole numbers, since their products pass 64 bits at 60,000 pictures."""
    variance = (squares * count - total * total) / count**2
    return total / count / 255, math.sqrt(variance) / 255
