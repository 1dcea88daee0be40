"""Scaling: the range of numbers that the network gets for pixel values 0 to 255.

*Standard* subtracts the training split's mean and divides by its standard deviation, per channel: the usual choice,
and what networks learn fastest from. *Unit* divides by 255: values lie in 0 to 1. *Symmetric* is x / 127.5 - 1, in
-1 to 1. *Raw* leaves 0 to 255, from which a network learns slowly or not at all. A flat channel (deviation 0) is only
shifted. All splits and your own pictures get the same numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.pictures.statistics import channel_mean_std
from cnn_core.preprocessing.steps import Step

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image


class ScaleOptions(Options):
    to: Literal["standard", "unit", "symmetric", "raw"] = Field(
        "standard",
        title="Scale to",
        description="Mean 0 and deviation 1 over the training split, the range 0 to 1, -1 to 1, or 0 to 255.",
    )


class Scale:
    """(v / 255 - mean) / std, with the mean and std (in 0..1) that were fitted."""

    def shape(self, options: ScaleOptions, shape: tuple[int, int, int]) -> tuple[int, int, int]:
        return shape

    def fit(self, options: ScaleOptions, pictures: NDArray[np.uint8]) -> dict[str, Any]:
        channels = pictures.shape[-1]
        if options.to == "standard":
            mean, std = channel_mean_std(pictures)
            return {"mean": mean, "std": [value or 1.0 for value in std]}
        level = {"unit": (0.0, 1.0), "symmetric": (0.5, 0.5), "raw": (0.0, 1 / 255)}[options.to]
        return {"mean": [level[0]] * channels, "std": [level[1]] * channels}

    def picture(self, options: ScaleOptions, fitted: dict[str, Any], picture: Image.Image) -> Image.Image:
        return picture

    def window(self, options: ScaleOptions, fitted: dict[str, Any], width: int, height: int) -> None:
        return None

    def affine(
        self, options: ScaleOptions, fitted: dict[str, Any], channels: int
    ) -> tuple[list[float], list[float]] | None:
        pairs = list(zip(fitted["mean"], fitted["std"], strict=True))
        return [1 / (255 * std) for _, std in pairs], [-mean / std for mean, std in pairs]


ENTRY: Entry[Step] = Entry(options=ScaleOptions, build=Scale(), tiny={"to": "unit"})
