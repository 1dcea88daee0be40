"""What is wrong with a heap of pictures: files that cannot be read, copies, pictures without colour, wrong labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnn_core.base.errors import BadPicture
from cnn_core.pictures import as_picture, open_picture

SIDE = 32  # of the thumbnails that are compared; smaller pictures are compared as they are
ALIKE = 0.985  # correlation from which two pictures are called one
CHUNK = 1024

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Quality:
    """Places of pictures in the heap.

    unreadable: with the reason of each, a sentence. exact: pairs (first, later one) with the same pixels. near: pairs
    (first, later one) of the same picture with other pixels. grey: those without any colour, where most have some.
    """

    unreadable: dict[int, str]
    exact: list[tuple[int, int]]
    near: list[tuple[int, int]]
    grey: list[int]


def quality(files: Sequence[bytes], alike: float = ALIKE) -> Quality:
    """Look through picture files, given as their bytes.

    Args:
        alike: correlation, 0..1, from which two pictures are near copies.
    """
    images: dict[int, Image.Image] = {}
    unreadable: dict[int, str] = {}
    for place, data in enumerate(files):
        try:
            images[place] = open_picture(data, f"picture {place}").image
        except BadPicture as error:
            unreadable[place] = str(error)
    places = list(images)
    exact, later = [], set()
    first: dict[tuple[str, tuple[int, int], bytes], int] = {}
    for place, image in images.items():
        there = first.setdefault((image.mode, image.size, image.tobytes()), place)
        if there != place:
            exact.append((there, place))
            later.add(place)
    left = [place for place in places if place not in later]
    pairs = near_copies(_thumbnails([images[place] for place in left]), alike=alike)
    return Quality(unreadable, exact, [(left[a], left[b]) for a, b in pairs], _grey(images))


def _grey(images: dict[int, Image.Image]) -> list[int]:
    found = [place for place, image in images.items() if _is_grey(image)]
    return found if 2 * len(found) < len(images) else []


def _is_grey(image: Image.Image) -> bool:
    if image.mode == "L":
        return True
    red, green, blue = (np.asarray(band) for band in image.split())
    return bool(np.array_equal(red, green) and np.array_equal(green, blue))


def thumbnails(pictures: Bytes) -> NDArray[np.float32]:
    """uint8 (N, H, W, C) to float32 (N, D) of mean 0 and length 1, so that a product of two is their correlation.

    At most 32 pixels a side, with its colours. A flat picture has nothing to be known by: zeros, like nothing.
    """
    return _thumbnails([as_picture(one).image for one in pictures])


def _thumbnails(images: Sequence[Image.Image]) -> NDArray[np.float32]:
    side = min([SIDE, *(min(image.size) for image in images)])
    mode = "RGB" if any(image.mode == "RGB" for image in images) else "L"
    found = np.empty((len(images), side * side * len(mode)), dtype=np.float32)
    for place, image in enumerate(images):
        small = image.convert(mode).resize((side, side), Image.Resampling.BOX)
        found[place] = np.asarray(small, dtype=np.float32).ravel()
    found -= found.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    found /= np.where(lengths > 0, lengths, 1)
    return found


def near_copies(known: NDArray[np.float32], alike: float = ALIKE) -> list[tuple[int, int]]:
    """Pairs (earlier, later) of one heap of `thumbnails` that show the same picture; of several, the most alike."""
    pairs = []
    for later in range(1, len(known)):
        likeness = known[:later] @ known[later]
        if likeness.max() >= alike:
            pairs.append((int(likeness.argmax()), later))
    return pairs


def copied(known: NDArray[np.float32], asked: NDArray[np.float32], alike: float = ALIKE) -> NDArray[np.bool_]:
    """Which of the asked `thumbnails` (M, D) show one of the known pictures (N, D): bool (M,).

    Finds pictures that were saved again, brightened or rescaled; not those that were moved or turned.
    """
    parts = [asked[start : start + CHUNK] @ known.T for start in range(0, len(asked), CHUNK)]
    return np.concatenate([part.max(axis=1) >= alike for part in parts]) if parts else np.zeros(0, dtype=np.bool_)
