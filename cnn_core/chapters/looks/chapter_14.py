"""A colour picture taken apart into its channels and into grey."""

from __future__ import annotations

import numpy as np

from cnn_core.chapters.looks import Drawn, Look, Pixels
from cnn_core.chapters.looks._pictures import photo, shown, square

PATCHES = {
    "a pair of one luma": ((200, 0, 0), (0, 102, 0)),
    "pure red and green": ((255, 0, 0), (0, 255, 0)),
}
CHOICES = ("a photograph", *PATCHES)


def draw(choice: str, theme: str) -> Drawn:
    """The picture, its three channels in grey, and its luma."""
    picture = square(photo(0))[::2, ::2] if choice == "a photograph" else _patches(*PATCHES[choice])
    luma = _luma(picture)
    if choice == "a photograph":
        says = "Three numbers a pixel. Grey is 0.299 red + 0.587 green + 0.114 blue: mostly green."
    else:
        left, right = luma[64, 32], luma[64, 96]
        says = f"{' and '.join(map(str, PATCHES[choice]))} become the greys {left:.1f} and {right:.1f}."
    channels = [(name, shown(picture[..., place])) for place, name in enumerate(("red", "green", "blue"))]
    grey = np.round(luma).astype(np.uint8)
    return Drawn(says, pictures=(("the picture", shown(picture)), *channels, ("grey", shown(grey))))


def _luma(picture: Pixels) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    from cnn_core.figures.overlay import grey

    return 255 * grey(picture)


def _patches(left: tuple[int, int, int], right: tuple[int, int, int]) -> Pixels:
    picture = np.empty((128, 128, 3), np.uint8)
    picture[:, :64], picture[:, 64:] = left, right
    return picture


LOOK = Look("Colour taken apart", CHOICES, draw)
