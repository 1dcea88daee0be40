"""Masks over pictures: a colour for each class, the background left as it is (numpy)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.figures.overlay import Pixels, grey
from cnn_core.figures.style import class_color

LIT = 0.55  # how much of a pixel the colour is, at opacity 1


def masked(picture: Pixels, labels: NDArray[np.integer[Any]], opacity: float = 0.8) -> Pixels:
    """The grey picture with each labelled pixel in the colour of its class, its border in full: uint8 (H, W, 3).

    Args:
        picture: uint8 (H, W, C) with 1 or 3 channels.
        labels: (H, W), 0 for the background, k for class k-1 of the data.
    """
    colors = mask_colors(int(labels.max(initial=0)))
    ground = np.repeat(grey(picture)[..., None], 3, axis=2)
    share = np.where(labels > 0, LIT * opacity, 0.0)[..., None]
    edge = ((labels > 0) & _edge(labels))[..., None] & (opacity > 0)
    mixed = ground * (1 - share) + colors[labels] * share
    return np.round(255 * np.where(edge, colors[labels], mixed)).astype(np.uint8)


def mask_colors(most: int) -> NDArray[np.float64]:
    """Colours (most + 1, 3) in 0..1 by label; that of the background is black, and never seen."""
    hexes = [class_color(at, "dark") for at in range(most)]
    return np.array([(0, 0, 0), *(tuple(int(one[i : i + 2], 16) for i in (1, 3, 5)) for one in hexes)]) / 255


def _edge(labels: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
    """Pixels whose right or lower, left or upper neighbour has another label."""
    padded = np.pad(labels, 1, mode="edge")
    middle = padded[1:-1, 1:-1]
    around = (padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:])
    return np.any([one != middle for one in around], axis=0)
