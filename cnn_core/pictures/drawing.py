"""A drawing: strokes of a pen, checked as any visitor's picture is, as text for an address, and as ink on a square."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from cnn_core.base.errors import BadPicture

UNITS = 256  # a drawing's square has so many units each way; points are 0..255
SIDE = 280  # pixels of the square as a picture: ten for each of MNIST's
FINE = 4  # drawn so many times as large, then averaged: PIL's lines have no soft edges
PEN = 20  # width by default, in units: a digit that fills most of the square gets MNIST's two pixels
THIN, THICK = 2, 60
MOST_STROKES = 200
MOST_POINTS = 3000
AGAIN = "Clear it and draw again."


@dataclass(frozen=True)
class Stroke:
    """One movement of a pen of `width` units through points (x, y), whole numbers 0..255; one point is a dot."""

    width: int
    points: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Drawing:
    """Strokes in the order in which they were drawn; none: an empty sheet."""

    strokes: tuple[Stroke, ...] = ()

    def plain(self) -> list[dict[str, Any]]:
        """As `drawing_of` reads it: `[{"width": 20, "points": [[x, y], ...]}, ...]`."""
        return [{"width": one.width, "points": [list(point) for point in one.points]} for one in self.strokes]


def drawing_of(strokes: object) -> Drawing:
    """Check what came from elsewhere as strokes: `[{"width": 20, "points": [[x, y], ...]}, ...]`.

    Raises:
        BadPicture: it is not of this form, or larger than a drawing may be; nothing was drawn yet.
    """
    if not isinstance(strokes, Sequence) or isinstance(strokes, str | bytes):
        raise _bad("it is no list of strokes")
    if len(strokes) > MOST_STROKES:
        raise _bad(f"it has {len(strokes):,} strokes, more than {MOST_STROKES}")
    found: list[Stroke] = []
    left = MOST_POINTS
    for one in strokes:
        points = one.get("points") if isinstance(one, dict) else None
        if not isinstance(points, Sequence) or isinstance(points, str | bytes) or not points:
            raise _bad("a stroke of it has no points")
        left -= len(points)
        if left < 0:
            raise _bad(f"it has more than {MOST_POINTS:,} points")
        found.append(Stroke(_whole(one.get("width", PEN), THIN, THICK), tuple(_point(point) for point in points)))
    return Drawing(tuple(found))


def _point(point: object) -> tuple[int, int]:
    if not isinstance(point, Sequence) or isinstance(point, str | bytes) or len(point) != 2:
        raise _bad("a point of it is no pair of numbers")
    return _whole(point[0], 0, UNITS - 1), _whole(point[1], 0, UNITS - 1)


def _whole(value: object, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise _bad(f"a number of it is not a whole one from {low} to {high}")
    return value


def _bad(why: str) -> BadPicture:
    return BadPicture(f"The drawing could not be read: {why}. {AGAIN}")


# --- as text --------------------------------------------------------------------------------------


def drawing_text(drawing: Drawing) -> str:
    """Letters, digits, - and _ that `read_drawing` reads: for each stroke its width, its length and its points."""
    data = bytearray()
    for one in drawing.strokes:
        data += bytes([one.width]) + len(one.points).to_bytes(2, "big")
        data += bytes(value for point in one.points for value in point)
    return base64.urlsafe_b64encode(bytes(data)).decode().rstrip("=")


def read_drawing(text: str) -> Drawing:
    """The drawing that `drawing_text` wrote.

    Raises:
        BadPicture: it is another text, or cut off.
    """
    if len(text) > 3 * MOST_POINTS + 6 * MOST_STROKES:
        raise _bad("it is too long")
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise _bad("its text is damaged or cut off") from error
    strokes = []
    while data:
        size = 2 * int.from_bytes(data[1:3], "big")
        values, rest = data[3 : 3 + size], data[3 + size :]
        if not size or len(values) < size:
            raise _bad("its text is damaged or cut off")
        strokes.append({"width": data[0], "points": list(zip(values[::2], values[1::2], strict=True))})
        data = rest
    return drawing_of(strokes)


# --- as ink ---------------------------------------------------------------------------------------


def ink(drawing: Drawing, side: int = SIDE) -> NDArray[np.uint8]:
    """How much ink there is at each pixel: uint8 (side, side), 0 none, 255 full; lines with round ends, soft edges."""
    large = side * FINE
    scale = large / UNITS
    sheet = Image.new("L", (large, large))
    brush = ImageDraw.Draw(sheet)
    for one in drawing.strokes:
        points = [((x + 0.5) * scale, (y + 0.5) * scale) for x, y in one.points]
        radius = one.width * scale / 2
        brush.line(points, fill=255, width=round(2 * radius))
        for x, y in dict.fromkeys(points):
            brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(sheet.reduce(FINE))
