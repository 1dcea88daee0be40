"""Stacks of pictures cut into square patches that change places."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnn_core.base.errors import UserError


def shuffled(pictures: NDArray[np.uint8], a_side: int, seed: int) -> NDArray[np.uint8]:
    """uint8 (N, H, W, C) cut into `a_side` x `a_side` patches, which come back in an order drawn for each picture.

    Every order is equally likely, the old one too: of 2 x 2 patches one picture of 24 stays as it was.

    Raises:
        UserError: the sides of the pictures cannot be cut into so many equal parts.
    """
    count, height, width, channels = pictures.shape
    if a_side < 1 or height % a_side or width % a_side:
        raise UserError(f"Pictures of {height}x{width} pixels cannot be cut into {a_side} equal parts a side.")
    high, wide = height // a_side, width // a_side
    cut = pictures.reshape(count, a_side, high, a_side, wide, channels).swapaxes(2, 3)
    patches = cut.reshape(count, a_side**2, high, wide, channels)
    orders = np.random.default_rng(seed).random((count, a_side**2)).argsort(1)
    mixed = np.take_along_axis(patches, orders[:, :, None, None, None], 1).reshape(cut.shape)
    return np.ascontiguousarray(mixed.swapaxes(2, 3).reshape(pictures.shape))
