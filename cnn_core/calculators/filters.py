"""Filters with a meaning, of any size, and what they answer to a picture: for a look at the products and their sum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Meaning = Literal["vertical edge", "horizontal edge", "blur", "sharpen", "nothing"]
MEANINGS: tuple[Meaning, ...] = get_args(Meaning)
Floats = NDArray[np.float64]


def filter_values(meaning: Meaning, kernel: int) -> Floats:
    """The weights of a filter, float64 (kernel, kernel).

    An edge filter has -1 on one side, 1 on the other and 0 in the middle, so its weights sum to 0: it says nothing of a
    flat area, and `kernel` times the height of a step for each column that lies beyond it. Blur is the mean; sharpen
    twice the middle less the mean; nothing gives back the pixel under the middle.
    """
    middle = np.zeros((kernel, kernel))
    middle[kernel // 2, kernel // 2] = 1
    mean = np.full((kernel, kernel), 1 / kernel**2)
    sides = np.sign(np.arange(kernel) - (kernel - 1) / 2)
    return {
        "vertical edge": np.tile(sides, (kernel, 1)),
        "horizontal edge": np.tile(sides[:, None], (1, kernel)),
        "blur": mean,
        "sharpen": 2 * middle - mean,
        "nothing": middle,
    }[meaning]


@dataclass(frozen=True, eq=False)
class Slide:
    """A filter on its way over a picture.

    pixels: float64 (H, W) in 0..1, with the padding around them. weights: float64 (k, k). answers: float64 (h, w).
    """

    pixels: Floats
    weights: Floats
    answers: Floats
    stride: int
    dilation: int
    padding: int


def slide(
    picture: NDArray[np.uint8], weights: Floats, stride: int = 1, padding: int = 0, dilation: int = 1
) -> Slide | None:
    """A filter at all its places on a grey picture, uint8 (H, W); None where it is larger than the padded picture."""
    import torch
    from torch.nn import functional

    pixels = np.pad(picture.astype(np.float64) / 255, padding)
    if (len(weights) - 1) * dilation + 1 > min(pixels.shape):
        return None
    maps, kernels = torch.from_numpy(pixels)[None, None], torch.from_numpy(weights.copy())[None, None]
    answers = functional.conv2d(maps, kernels, stride=stride, dilation=dilation)[0, 0].numpy()
    return Slide(pixels, weights, answers, stride, dilation, padding)
