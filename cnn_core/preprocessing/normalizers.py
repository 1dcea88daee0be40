"""The ways in which texts and libraries turn pixels 0..255 into numbers, each exactly invertible but for flat pictures.

ConvScope's own step is `steps.scale`; these are beside it for comparison, and to see what another library's network
would get. Constants of ImageNet: torchvision's (Krizhevsky's mean and deviation, 0..1) and Caffe's (mean of BGR,
0..255).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Pixels = NDArray[np.uint8]
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # R, G, B in 0..1
CAFFE_MEAN = (103.939, 116.779, 123.68)  # B, G, R in 0..255


@dataclass(frozen=True)
class Normalizer:
    """One way, per channel: `(pixel - subtract) / divide`, after the order of the channels was turned where `bgr`.

    fit: gives subtract and divide, float64 (3,), for a picture uint8 (H, W, 3). fixed: whether they are the same for
    every picture.
    """

    name: str
    formula: str
    fit: Callable[[Pixels], tuple[Floats, Floats]]
    fixed: bool = True
    bgr: bool = False

    def __call__(self, picture: Pixels) -> Floats:
        """float64 (H, W, 3) from uint8 (H, W, 3), R G B; comes out B, G, R where `bgr`."""
        subtract, divide = self.fit(picture)
        turned = picture[..., ::-1] if self.bgr else picture
        return (turned.astype(np.float64) - subtract) / divide

    def back(self, values: Floats, picture: Pixels) -> Pixels:
        """The picture that `values` came from; `picture`: what it was fitted to."""
        subtract, divide = self.fit(picture)
        pixels = np.clip(np.rint(values * divide + subtract), 0, 255).astype(np.uint8)
        return pixels[..., ::-1] if self.bgr else pixels

    def range(self) -> list[tuple[float, float]]:
        """What 0 and 255 become, by channel, for one that is fixed: R, G, B, or B, G, R where `bgr`."""
        subtract, divide = self.fit(np.zeros((1, 1, 3), np.uint8))
        ends = (np.array([[0.0], [255.0]]) - subtract) / divide
        return [(float(low), float(high)) for low, high in ends.T]


def _constant(subtract: tuple[float, ...], divide: tuple[float, ...]) -> Callable[[Pixels], tuple[Floats, Floats]]:
    def fit(picture: Pixels) -> tuple[Floats, Floats]:
        return np.array(subtract), np.array(divide)

    return fit


def _least_most(picture: Pixels) -> tuple[Floats, Floats]:
    """One pair for all channels; a flat picture is only shifted."""
    low, high = float(picture.min()), float(picture.max())
    return np.full(3, low), np.full(3, high - low or 1.0)


def _own(picture: Pixels) -> tuple[Floats, Floats]:
    """Mean and deviation of this picture, one pair for all channels; a flat picture is only shifted."""
    return np.full(3, picture.mean()), np.full(3, picture.std() or 1.0)


_255 = 255.0
NORMALIZERS = (
    Normalizer("unit", "x / 255", _constant((0.0,) * 3, (_255,) * 3)),
    Normalizer("symmetric", "x / 127.5 − 1", _constant((127.5,) * 3, (127.5,) * 3)),
    Normalizer(
        "imagenet",
        "(x / 255 − mean) / std of ImageNet",
        _constant(tuple(_255 * one for one in IMAGENET_MEAN), tuple(_255 * one for one in IMAGENET_STD)),
    ),
    Normalizer("caffe", "x − mean of ImageNet, channels B, G, R", _constant(CAFFE_MEAN, (1.0,) * 3), bgr=True),
    Normalizer("min-max", "(x − least) / (most − least) of this picture", _least_most, fixed=False),
    Normalizer("own mean", "(x − mean) / deviation of this picture", _own, fixed=False),
)
