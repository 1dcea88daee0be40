"""A drawing on the paper of a data set: as it was drawn, or scaled and centred as the set's own signs were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnn_core.pictures.drawing import PEN, Drawing, ink

Ink = NDArray[np.uint8]


@dataclass(frozen=True)
class Framing:
    """How the makers of a set of signs brought each to one size and place.

    field: side of the square, in pixels. height, width: of the box into which the ink is scaled.
    squeeze: False keeps its proportions, so that the longer side fills the box; True always fills the height, and makes
    narrower what is wider than the box. centre: what comes into the middle of the field, the box or the centre of mass.
    """

    field: int
    height: int
    width: int
    squeeze: bool = False
    centre: Literal["middle", "mass"] = "middle"


@dataclass(frozen=True)
class Paper:
    """What a drawing for a data set is like.

    dark: bright ink on a dark ground. framing: None: taken as it was drawn. pen: width to begin with, 2 to 60 of the
    256 units of a drawing's side.
    """

    dark: bool = False
    framing: Framing | None = None
    pen: int = PEN


# LeCun, Bottou, Bengio and Haffner (1998): "size normalized to fit in a 20x20 pixel box while preserving their aspect
# ratio ... centered in a 28x28 image by computing the center of mass of the pixels". Every picture of MNIST is a fixed
# point of this (tests/pictures/test_framing.py).
MNIST = Paper(dark=True, framing=Framing(28, 20, 20, centre="mass"))
# UCI's optical digits are counts of 32 x 32 bits in blocks of four. All fill the whole height; they are six of the
# eight columns wide on average, hardly ever more than seven, and written with a thick pen: 30% of the pixels are ink.
OPTICAL = Paper(dark=True, framing=Framing(32, 32, 24, squeeze=True), pen=28)
PLAIN = Paper()


def on_paper(drawing: Drawing, paper: Paper, height: int, width: int) -> NDArray[np.uint8]:
    """A drawing as pictures of a data set are stored: uint8 (height, width) where its signs are framed, else as drawn.

    What is taken as it was drawn keeps its own size, uint8 (280, 280): preprocessing scales it as any photograph.
    """
    drawn = ink(drawing)
    if paper.framing is not None:
        drawn = _stored(framed(drawn, paper.framing), height, width)
    return drawn if paper.dark else 255 - drawn


def framed(drawn: Ink, framing: Framing) -> Ink:
    """Ink (h, w) scaled and centred by a rule: uint8 (field, field). Without any ink the field stays empty."""
    field = np.zeros((framing.field, framing.field), np.uint8)
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    if not len(rows):
        return field
    sign = Image.fromarray(drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    found = np.asarray(sign.resize(_size(sign.width, sign.height, framing), Image.Resampling.BOX))
    top, left = _corner(found, framing)
    field[top : top + found.shape[0], left : left + found.shape[1]] = found
    return field


def _size(width: int, height: int, framing: Framing) -> tuple[int, int]:
    """(width, height) of the scaled sign."""
    scale = framing.height / height
    if not framing.squeeze:
        scale = min(scale, framing.width / width)
    across, down = max(1, round(width * scale)), max(1, round(height * scale))
    return min(framing.width, across), down


def _corner(sign: Ink, framing: Framing) -> tuple[int, int]:
    """Where the sign's top left pixel goes. MNIST's centre of mass lies within half a pixel of pixel number 14."""
    height, width = sign.shape
    if framing.centre == "middle":
        return (framing.field - height) // 2, (framing.field - width) // 2
    weights = sign.astype(np.float64)
    down = float(weights.sum(axis=1) @ np.arange(height) / weights.sum())
    across = float(weights.sum(axis=0) @ np.arange(width) / weights.sum())
    top, left = round(framing.field / 2 - down), round(framing.field / 2 - across)
    return min(max(top, 0), framing.field - height), min(max(left, 0), framing.field - width)


def _stored(field: Ink, height: int, width: int) -> Ink:
    """The field at the size of the stored pictures, each pixel the mean of its area."""
    if field.shape == (height, width):
        return field
    return np.asarray(Image.fromarray(field).resize((width, height), Image.Resampling.BOX))
