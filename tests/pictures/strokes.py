"""Signs as a hand draws them on the pad: strokes for the tests that need a drawing."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

SEVEN = [[(70, 45), (185, 45), (115, 215)], [(95, 130), (175, 130)]]
ONE = [[(90, 80), (135, 40), (135, 215)]]
FOUR = [[(140, 40), (70, 150), (190, 150)], [(150, 100), (150, 220)]]


def strokes(
    corners: list[list[tuple[int, int]]], width: int = 20, moved: tuple[int, int] = (0, 0)
) -> list[dict[str, Any]]:
    """Lines through corners, with a point every few units, as the pad sends them."""
    return [{"width": width, "points": _line(one, moved)} for one in corners]


def _line(corners: list[tuple[int, int]], moved: tuple[int, int], steps: int = 12) -> list[list[int]]:
    found = []
    for (left, top), (right, bottom) in pairwise(corners):
        for step in range(steps + 1):
            x, y = left + (right - left) * step / steps, top + (bottom - top) * step / steps
            found.append([round(x) + moved[0], round(y) + moved[1]])
    return found
