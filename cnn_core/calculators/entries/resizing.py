"""A picture brought to a square: what is cut away, filled up or distorted, for each of three strategies.

*Crop* makes the short side fit and cuts the middle out, *pad* fits the whole picture in and fills up, *stretch* scales
both sides by themselves. The side that does not come out even is truncated by torchvision and by whole-number casts,
rounded by others: 640 x 480 with short side 224 is 298.67 wide, so 298 or 299. The pictures below are made by the same
step that trains and predicts.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.calculators import Calculator, Step, Table, Worked
from cnn_core.preprocessing.geometry import STRATEGIES, Strategy, fitting
from cnn_core.preprocessing.steps import SHELF as STEPS


class ResizingOptions(Options):
    width: int = Field(0, ge=0, le=16384, title="Width", description="Of the picture; 0: that of the one below.")
    height: int = Field(0, ge=0, le=16384, title="Height", description="Of the picture; 0: that of the one below.")
    size: int = Field(224, ge=1, le=1024, title="Size", description="Side of the square that the network gets.")
    interpolation: Literal["nearest", "bilinear", "bicubic", "lanczos", "box"] = Field(
        "bilinear", title="Interpolation", description="How new pixels come from old ones, in the pictures below."
    )
    antialias: bool = Field(
        True, title="Antialias", description="Average before making smaller; off: nearest, bilinear and bicubic only."
    )


def measured(options: ResizingOptions, picture: NDArray[np.uint8]) -> tuple[int, int]:
    """Width and height that are asked about."""
    return options.width or picture.shape[1], options.height or picture.shape[0]


def resized(options: ResizingOptions, picture: NDArray[np.uint8], strategy: Strategy) -> NDArray[np.uint8]:
    """The picture, uint8 (H, W, 3), as the step makes it, uint8 (size, size, 3)."""
    from PIL import Image

    entry = STEPS.load("resize")
    plain = options.antialias or options.interpolation in ("lanczos", "box")  # averages by themselves
    asked = {"size": options.size, "strategy": strategy, "interpolation": options.interpolation, "antialias": plain}
    chosen = entry.options.model_validate(asked)
    fitted = {"size": [options.size, options.size]}
    return np.asarray(entry.build.picture(chosen, fitted, Image.fromarray(picture)))


def calculate(options: ResizingOptions, picture: NDArray[np.uint8]) -> Worked:
    """Sizes and losses of each strategy."""
    width, height = measured(options, picture)
    each = {name: fitting(name, width, height, options.size) for name in STRATEGIES}
    steps, rows = [Step("width", "Width", width, unit="pixels"), Step("height", "Height", height, unit="pixels")], []
    for name, one in each.items():
        (wide, high), size = one.scaled, options.size
        sides = [
            Step(
                f"{name}_width", f"{name.capitalize()}: scaled to a width of", wide, _side(one.exact[0], wide), "pixels"
            ),
            Step(
                f"{name}_height",
                f"{name.capitalize()}: scaled to a height of",
                high,
                _side(one.exact[1], high),
                "pixels",
            ),
        ]
        steps += sides if name != "stretch" else []
        lost = (100 * (1 - one.kept), 100 * one.padded, one.distortion)
        rows.append(
            (name, f"{one.exact[0]:.6g} × {one.exact[1]:.6g}", f"{wide} × {high}", *lost, size / width, size / height)
        )
    steps += [
        Step("crop_kept", "Crop keeps of the picture", each["crop"].kept, unit="%"),
        Step("pad_padded", "Pad fills up of the square", each["pad"].padded, unit="%"),
        Step("stretch_distortion", "Stretch distorts", each["stretch"].distortion, unit="times"),
    ]
    columns = (
        "strategy",
        "exact",
        "whole pixels",
        "% cut away",
        "% filled up",
        "distortion",
        "size/width",
        "size/height",
    )
    notes = ["Distortion: how many times more one side was scaled than the other."]
    if not options.antialias and options.interpolation in ("lanczos", "box"):
        notes.append(
            f"{options.interpolation.capitalize()} is an average by itself: it has no form without antialiasing."
        )
    return Worked(tuple(steps), (Table("Side by side", columns, tuple(rows)),), tuple(notes))


def _side(exact: float, whole: int) -> str:
    return f"⌊{exact:.6g}⌋" if exact != whole else ""


ENTRY: Entry[Calculator] = Entry(
    options=ResizingOptions, build=Calculator("Resizing", (5,), calculate, picture=True), tiny={"size": 16}
)
