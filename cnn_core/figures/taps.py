"""Counts on a grid: how many paths lead from each pixel to an output, with holes in plain sight (numpy)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnn_core.figures.style import palette

Pixels = NDArray[np.uint8]


def grid_picture(counts: NDArray[np.int64], theme: str = "light", side: int = 480) -> Pixels:
    """Counts (h, w) as cells, uint8 (H, W, 3): the more the deeper our colour, 0 the colour of mistakes, pale.

    Cells have gaps where they are large enough.
    """
    colors, ground = palette(theme), 16.0 if theme == "dark" else 255.0
    ours, wrong = _rgb(colors.ours), _rgb(colors.wrong)
    seen = ground + (ours - ground) * _depth(counts)[..., None]
    cells = np.where((counts == 0)[..., None], ground + (wrong - ground) * 0.28, seen)
    size = max(1, side // max(counts.shape))
    large = np.repeat(np.repeat(cells, size, 0), size, 1)
    if size >= 6:
        large[::size], large[:, ::size] = ground, ground
    return np.rint(large).astype(np.uint8)


def _depth(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """0.25 for the smallest count above 0, 1 for the largest; by logarithms where they differ by far."""
    most, least = int(counts.max(initial=1)), int(counts[counts > 0].min(initial=counts.max(initial=1)))
    if most <= least:
        return np.ones(counts.shape)
    by = np.log if most > 50 * least else np.asarray
    shares = (by(np.maximum(counts, least)) - by(least)) / (by(most) - by(least))
    return np.asarray(0.25 + 0.75 * shares, np.float64)


def _rgb(color: str) -> NDArray[np.float64]:
    return np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)], np.float64)
