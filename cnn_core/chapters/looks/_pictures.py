"""What several looks show: a photograph that is built in, a digit, grey numbers as a picture."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from cnn_core.chapters.looks import SIDE, Pixels
from cnn_core.data.sets import SHELF as DATASETS
from cnn_core.figures.overlay import enlarged
from cnn_core.pictures import as_picture
from cnn_core.pictures.examples import EXAMPLES, example_bytes


@cache
def photo(number: int = 0) -> Pixels:
    """The flower (0) or the palace (1), uint8 (H, W, 3); not to be written to."""
    return np.asarray(as_picture(example_bytes(EXAMPLES[number])).image.convert("RGB"))


@cache
def digit(target: int, place: int = 0) -> Pixels:
    """A training picture of a digit, uint8 (8, 8)."""
    from cnn_core.experiment import Choice, load_data

    DATASETS.known("digits")
    split = load_data(Choice(name="digits")).splits["train"]
    return np.asarray(split.pictures[np.flatnonzero(split.targets == target)[place], ..., 0])


def square(picture: Pixels) -> Pixels:
    """The middle of a picture, as high as wide."""
    height, width = picture.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return picture[top : top + side, left : left + side]


def shown(picture: Pixels, side: int = SIDE) -> Pixels:
    """A picture large enough to be seen, uint8 (h, w, 3)."""
    return enlarged(picture, side)


def grey_of(values: NDArray[np.float64], most: float | None = None) -> Pixels:
    """Numbers from 0 to `most` (default: the largest) as grey, uint8 (H, W)."""
    top = float(values.max(initial=0)) if most is None else most
    return np.round(255 * np.clip(values / top, 0, 1) if top > 0 else 0 * values).astype(np.uint8)
