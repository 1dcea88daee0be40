"""Grey or colour: how many channels the network gets.

"Keep" takes what the data set has, so that a colour photograph given to a network of grey digits becomes grey.
Grey is 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601, on the stored values): colours of equal luma become one grey.
Colour from grey repeats the one channel three times. Only the first layer costs less with grey.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.preprocessing.steps import Step

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image


class ColorOptions(Options):
    mode: Literal["keep", "grey", "colour"] = Field(
        "keep", title="Colour", description="Keep the data set's channels, make everything grey, or everything colour."
    )


class Color:
    """Between Pillow's modes L and RGB."""

    def shape(self, options: ColorOptions, shape: tuple[int, int, int]) -> tuple[int, int, int]:
        channels = {"keep": shape[0], "grey": 1, "colour": 3}[options.mode]
        return channels, shape[1], shape[2]

    def fit(self, options: ColorOptions, pictures: NDArray[np.uint8]) -> dict[str, Any]:
        return {"channels": self.shape(options, (pictures.shape[-1], 1, 1))[0]}

    def picture(self, options: ColorOptions, fitted: dict[str, Any], picture: Image.Image) -> Image.Image:
        mode = "L" if fitted["channels"] == 1 else "RGB"
        return picture if picture.mode == mode else picture.convert(mode)

    def window(self, options: ColorOptions, fitted: dict[str, Any], width: int, height: int) -> None:
        return None

    def affine(
        self, options: ColorOptions, fitted: dict[str, Any], channels: int
    ) -> tuple[list[float], list[float]] | None:
        return None


ENTRY: Entry[Step] = Entry(options=ColorOptions, build=Color(), tiny={"mode": "grey"})
