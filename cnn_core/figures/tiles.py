"""Filters and activation maps as small pictures, one a tile, and all tiles in one picture (numpy)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cnn_core.figures.heat import paint
from cnn_core.figures.signed import paint_signed

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]
WIDE = 1024  # pixels across a mosaic, about
GAP = 2


def color_tiles(weights: Floats, scale: float) -> Pixels:
    """Filters that read red, green and blue, (K, 3, h, w), as colours: uint8 (K, h, w, 3).

    One symmetric scale: -scale is 0, zero is middle grey, scale is 255, in each colour.
    """
    share = weights / scale if scale > 0 else np.zeros_like(weights)
    return np.round(127.5 + 127.5 * np.clip(share, -1, 1).transpose(0, 2, 3, 1)).astype(np.uint8)


def strongest_inputs(weights: Floats) -> NDArray[np.int64]:
    """For each filter of (K, C, h, w) the input map to which it gives the largest weights (root of sum of squares)."""
    return np.asarray((weights.astype(np.float64) ** 2).sum(axis=(2, 3)).argmax(axis=1))


def filter_tiles(weights: Floats, scale: float, inputs: NDArray[np.int64] | int) -> Pixels:
    """What each filter of (K, C, h, w) does to one input map: uint8 (K, h, w, 3), orange to teal, -scale..scale.

    Args:
        inputs: the input map, one for each filter (K,), or the same for all.
    """
    return _bytes(paint_signed(weights[np.arange(len(weights)), inputs], scale))


def map_tiles(maps: Floats, signed: bool, most: float | None = None) -> Pixels:
    """Activation maps (C, H, W) as pictures: uint8 (C, H, W, 3).

    Args:
        signed: orange to teal around zero; else dark to bright from zero.
        most: the value of the last colour, for all; None: each map has its own.
    """
    how = paint_signed if signed else paint
    return np.stack([_bytes(how(one, most)) for one in maps])


def vector_tiles(values: Floats, signed: bool) -> Pixels:
    """A vector (C,) as tiles of one colour each on one scale: uint8 (C, 1, 1, 3)."""
    return map_tiles(values[:, None, None], signed, float(np.abs(values).max(initial=0)))


def kernel_table(weights: Floats, scale: float, order: Sequence[int] | NDArray[np.int64]) -> Pixels:
    """All weights of (K, C, h, w): a row a filter in this order, a column an input map; uint8 (rows, columns, 3).

    Kernels of 1 x 1 stand close, as a matrix; larger ones a pixel apart, on grey.
    """
    count, inputs, height, width = weights.shape
    painted = _bytes(paint_signed(weights[np.asarray(order)], scale))
    gap = 0 if height * width == 1 else 1
    room = np.full((count, inputs, height + gap, width + gap, 3), 128, np.uint8)
    room[:, :, :height, :width] = painted
    table = room.transpose(0, 2, 1, 3, 4).reshape(count * (height + gap), inputs * (width + gap), 3)
    return enlarge(table[: len(table) - gap, : table.shape[1] - gap], WIDE)


def mosaic(tiles: Pixels) -> Pixels:
    """Tiles uint8 (N, h, w, 3) in rows, enlarged by whole pixels, on white: uint8 (rows, columns, 3)."""
    count, height, width, _ = tiles.shape
    columns = math.ceil(math.sqrt(count * height / width))
    rows = math.ceil(count / columns)
    times = max(1, WIDE // (columns * width + (columns - 1) * GAP))
    height, width = height * times, width * times
    whole = np.full((rows * (height + GAP), columns * (width + GAP), 3), 255, np.uint8)
    for place, tile in enumerate(tiles):
        top, left = place // columns * (height + GAP), place % columns * (width + GAP)
        whole[top : top + height, left : left + width] = _times(tile, times)
    return whole[:-GAP, :-GAP]


def enlarge(picture: Pixels, side: int) -> Pixels:
    """A picture by as many whole times as its longer side stays within `side`, at least once."""
    return _times(picture, max(1, side // max(picture.shape[:2])))


def _times(picture: Pixels, times: int) -> Pixels:
    return picture.repeat(times, axis=0).repeat(times, axis=1)


def _bytes(picture: Floats) -> Pixels:
    return np.round(picture * 255).astype(np.uint8)
