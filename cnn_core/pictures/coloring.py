"""Whole stacks of colour pictures in other colours: grey, channels in another order, hues turned."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnn_core.base.errors import UserError

Bytes = NDArray[np.uint8]


def greyed(pictures: Bytes) -> Bytes:
    """uint8 (N, H, W, 3) in grey, all three channels alike: 0.299 R + 0.587 G + 0.114 B (BT.601, as Pillow rounds)."""
    return np.repeat(np.asarray(_one(pictures).convert("L")).reshape(*pictures.shape[:3], 1), 3, axis=3)


def reordered(pictures: Bytes, order: str) -> Bytes:
    """Channels of uint8 (N, H, W, 3) in another order: with `BGR` the first one gets what was blue.

    Raises:
        UserError: not each of R, G and B once.
    """
    if sorted(order) != sorted("RGB"):
        raise UserError(f'order is "{order[:20]}", but must be each of R, G and B once, such as BGR.')
    return np.ascontiguousarray(pictures[..., ["RGB".index(one) for one in order]])


def hue_turned(pictures: Bytes, degrees: float) -> Bytes:
    """uint8 (N, H, W, 3) with every hue turned on the colour circle (HSV, of 256 steps); 120 makes red green."""
    hsv = np.array(_one(pictures).convert("HSV"))
    hsv[..., 0] += np.uint8(round(degrees / 360 * 256) % 256)  # wraps round, as hues do
    return np.asarray(Image.fromarray(hsv, "HSV").convert("RGB")).reshape(pictures.shape)


def _one(pictures: Bytes) -> Image.Image:
    """All pictures as one, each below the other."""
    count, height, width, channels = pictures.shape
    return Image.fromarray(pictures.reshape(count * height, width, channels))
