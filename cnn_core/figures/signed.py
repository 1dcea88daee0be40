"""Colours for values with a sign: orange below zero, teal above, and the middle exactly at zero (numpy, Pillow).

Both ends are equally far from the middle in lightness, and they differ for every kind of colour-blindness.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cnn_core.figures.overlay import SIDE, Pixels, enlarged, grey, smooth

# From -1 over 0 to 1, as #rrggbb; the house's orange and teal are three quarters of the way.
_STOPS = ("5e2503", "b4490f", "eeb48c", "f4f4f2", "9ccdc7", "0b6a67", "053b3b")
_AT = (-1.0, -0.7, -0.3, 0.0, 0.3, 0.7, 1.0)
_BELOW, _ABOVE = (0.94, 0.45, 0.10), (0.10, 0.72, 0.68)  # what is laid over a grey picture: brighter, to be seen there
HALF = 127  # colours on each side of zero


@lru_cache(maxsize=1)
def _table() -> NDArray[np.float32]:
    """float32 (255, 3) in 0..1, from the lowest to the highest value; number 127 is zero."""
    rows = np.array([[int(one[i : i + 2], 16) for i in (0, 2, 4)] for one in _STOPS]) / 255
    where = np.linspace(-1, 1, 2 * HALF + 1)
    return np.stack([np.interp(where, _AT, rows[:, channel]) for channel in range(3)], axis=1).astype(np.float32)


def paint_signed(values: NDArray[np.float32], most: float | None = None) -> NDArray[np.float32]:
    """Values (...) as colours, float32 (..., 3) in 0..1.

    Args:
        most: the value that gets the last colour, and its negative the first; default the largest without its sign.
    """
    top = float(np.abs(values).max(initial=0)) if most is None else most
    share = np.clip(values / top, -1, 1) if top > 0 else np.zeros_like(values)
    return _table()[np.round(share * HALF).astype(np.intp) + HALF]


def signed_bar(width: int = 512, height: int = 12) -> Pixels:
    """The colours from the lowest (left) to the highest value, uint8 (height, width, 3)."""
    row = paint_signed(np.linspace(-1, 1, width, dtype=np.float32), 1.0)
    return np.round(np.broadcast_to(row, (height, width, 3)) * 255).astype(np.uint8)


def signed_picture(values: NDArray[np.float32], most: float | None = None, side: int = SIDE) -> Pixels:
    """A map (H, W) alone, smooth, uint8 (h, w, 3), the longer side `side` pixels."""
    return np.round(paint_signed(smooth(values, side), most) * 255).astype(np.uint8)


def signed_overlay(
    picture: Pixels,
    values: NDArray[np.float32],
    opacity: float = 0.5,
    most: float | None = None,
    side: int = SIDE,
) -> Pixels:
    """Values as colour on the grey picture, the denser the farther from zero; where they are zero it is bare.

    Args:
        picture: uint8 (H, W, C). values: float32 (H, W) of the same picture. opacity: 0 shows the bare picture.
        most: as for `paint_signed`.
    """
    top = float(np.abs(values).max(initial=0)) if most is None else most
    large = smooth(values, side)
    share = np.clip(large / top, -1, 1) if top > 0 else np.zeros_like(large)
    return _tinted(grey(enlarged(picture, side)), share, min(1.0, 1.85 * opacity))


def tint_bar(opacity: float = 0.5, width: int = 512, height: int = 12) -> Pixels:
    """The colours of `signed_overlay` on middle grey, from the lowest value (left) to the highest."""
    share = np.linspace(-1, 1, width, dtype=np.float32)[None].repeat(height, axis=0)
    return _tinted(np.full((height, width), 0.5, np.float32), share, min(1.0, 1.85 * opacity))


def _tinted(ground: NDArray[np.float32], share: NDArray[np.float32], strength: float) -> Pixels:
    """Orange or teal over grey (H, W); the paint gets no paler towards zero, else zeros look like lines."""
    paint = np.where((share < 0)[..., None], np.asarray(_BELOW, np.float32), np.asarray(_ABOVE, np.float32))
    cover = (np.abs(share) ** 0.7 * strength)[..., None]
    return np.round((ground[..., None] * (1 - cover) + paint * cover) * 255).astype(np.uint8)
