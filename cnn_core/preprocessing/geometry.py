"""What is lost when a picture is brought to a size: what is cut away, filled up or distorted, by exact proportions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from cnn_core.preprocessing.steps.resize import scaled_size

Strategy = Literal["crop", "pad", "stretch"]
STRATEGIES: tuple[Strategy, ...] = ("crop", "pad", "stretch")


@dataclass(frozen=True)
class Fitting:
    """A picture brought to a square.

    strategy: see `steps.resize`. exact: width and height after scaling, before a crop or padding, as they would be
    without whole pixels. scaled: as they are, truncated as torchvision does it. kept: the share of the picture's area
    that is still there, 0..1. padded: the share of the square that is filled up, 0..1. distortion: how many times more
    one side was scaled than the other, 1 or above.
    """

    strategy: Strategy
    exact: tuple[float, float]
    scaled: tuple[int, int]
    kept: float
    padded: float
    distortion: float


def fitting(strategy: Strategy, width: int, height: int, size: int) -> Fitting:
    """What becomes of a picture of `width` x `height` pixels in a square of `size` pixels."""
    across, down = Fraction(size, width), Fraction(size, height)
    low, top = (across, down) if across <= down else (down, across)
    wide, high = {"crop": (top, top), "pad": (low, low), "stretch": (across, down)}[strategy]
    exact = wide * width, high * height
    whole = Fraction(size)
    seen = min(exact[0], whole) * min(exact[1], whole)
    return Fitting(
        strategy,
        exact=(float(exact[0]), float(exact[1])),
        scaled=scaled_size(strategy, (width, height), (size, size)),
        kept=float(seen / (exact[0] * exact[1])),
        padded=float(1 - seen / size**2),
        distortion=float(top / low) if strategy == "stretch" else 1.0,
    )
