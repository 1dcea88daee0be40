"""The shelf of preprocessing steps, applied in the order of `ORDER`.

A step works on single pictures (colour, size) or is one affine map of the pixel values per channel (scale).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from cnn_core.base.shelf import Shelf

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

Window = tuple[float, float, float, float]  # left, top, right, bottom in pixels

ORDER = ("color", "resize", "scale")


class Step(Protocol):
    """What an entry of this shelf builds. `fitted` is what `fit` returned: plain JSON, stored in the run."""

    def shape(self, options: Any, shape: tuple[int, int, int]) -> tuple[int, int, int]:
        """(C, H, W) after this step, for a data set stored as (C, H, W)."""

    def fit(self, options: Any, pictures: NDArray[np.uint8]) -> dict[str, Any]:
        """Learn from the training split as it comes out of the steps before, uint8 (N, H, W, C)."""

    def picture(self, options: Any, fitted: dict[str, Any], picture: Image.Image) -> Image.Image:
        """One picture (mode L or RGB) through this step; the very same object where there is nothing to change.

        Whether there is depends on the size and mode only, so a set of equal pictures is asked once.
        """

    def window(self, options: Any, fitted: dict[str, Any], width: int, height: int) -> Window | None:
        """Which part of a picture of this size it takes, beyond the edges where it pads; None: the size is kept."""

    def affine(self, options: Any, fitted: dict[str, Any], channels: int) -> tuple[list[float], list[float]] | None:
        """(multiply, add) per channel for pixel values 0..255, or None where the step changes no values."""


SHELF: Shelf[Step] = Shelf("steps", "cnn_core.preprocessing.steps", "preprocessing step", first=ORDER)
