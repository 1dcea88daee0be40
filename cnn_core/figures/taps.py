"""Counts on a grid: how many paths lead from each pixel to an output, with holes in plain sight (numpy)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnn_core.figures.style import palette

Pixels = NDArray[np.uint8]


def grid_picture(counts: NDArray[np.int64], theme: str = "light", side: int = 480) -> Pixels:
    """Counts (h, w) as cells, uint8 (H, W, 3): the more the deeper our colour, 0 the colour of mistakes, pale.

    Counts differ by orders of magnitude, so depth follows their logarithm. Cells have gaps where they are large enough.
    """
    colors, ground = palette(theme), 16.0 if theme == "dark" else 255.0
    ours, wrong = _rgb(colors.ours), _rgb(colors.wrong)
    span = max(float(np.log1p(counts.max(initial=1)) - np.log1p(1)), 1e-9)
    depth = np.clip(0.3 + 0.7 * (np.log1p(counts) - np.log1p(1)) / span, 0.3, 1)
    depth = depth if counts.max(initial=0) > 1 else np.ones_like(depth)
    seen = ground + (ours - ground) * depth[..., None]
    cells = np.where((counts == 0)[..., None], ground + (wrong - ground) * 0.28, seen)
    size = max(1, side // max(counts.shape))
    large = np.repeat(np.repeat(cells, size, 0), size, 1)
    if size >= 6:
        large[::size], large[:, ::size] = ground, ground
    return np.rint(large).astype(np.uint8)


def _rgb(color: str) -> NDArray[np.float64]:
    return np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)], np.float64)
