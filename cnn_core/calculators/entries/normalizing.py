"""Pixels as numbers: six ways to normalise, their ranges, and what each makes of a picture.

The ways are affine maps of each channel; what differs is where their constants come from. For a network that was
trained already only its own are right: Keras' ResNet50 wants Caffe's (B, G, R, no division), torchvision's wants
ImageNet's, and mixing them up costs accuracy without an error. Dividing by 255 is min-max only where a picture holds
both 0 and 255.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.calculators import Calculator, Step, Table, Worked
from cnn_core.preprocessing.normalizers import NORMALIZERS, Normalizer

Pixels = NDArray[np.uint8]


class NormalizingOptions(Options):
    way: Literal["unit", "symmetric", "imagenet", "caffe", "min-max", "own mean"] = Field(
        "imagenet", title="Way", description="The one that is worked out and drawn; the table has all."
    )
    red: int = Field(255, ge=0, le=255, title="Red", description="Of one pixel.")
    green: int = Field(128, ge=0, le=255, title="Green", description="Of one pixel.")
    blue: int = Field(0, ge=0, le=255, title="Blue", description="Of one pixel.")


def chosen(options: NormalizingOptions) -> Normalizer:
    """The way that is asked about."""
    return next(one for one in NORMALIZERS if one.name == options.way)


def calculate(options: NormalizingOptions, picture: Pixels) -> Worked:
    """One pixel by one way, and the picture by all."""
    way, pixel = chosen(options), (options.red, options.green, options.blue)
    subtract, divide = way.fit(picture)
    order = "BGR" if way.bgr else "RGB"
    steps = []
    for at, channel in enumerate(order):
        value = pixel["RGB".index(channel)]
        steps.append(
            Step(
                f"value_{channel.lower()}",
                {"R": "Red", "G": "Green", "B": "Blue"}[channel],
                (value - subtract[at]) / divide[at],
                f"({value} − {subtract[at]:.10g}) / {divide[at]:.10g}",
            )
        )
    values = way(picture)
    steps += [Step("least", "Least in the picture", float(values.min())), Step("most", "Most", float(values.max()))]
    steps += [Step("mean", "Mean", _tidy(values.mean())), Step("std", "Standard deviation", _tidy(values.std()))]
    exact = bool((way.back(values, picture) == picture).all())
    notes = (f"Turned back, {'every pixel is' if exact else 'not every pixel is'} the same again.",)
    return Worked(tuple(steps), _tables(picture), notes, _warnings(way, picture))


def _tables(picture: Pixels) -> tuple[Table, ...]:
    rows, ranges = [], []
    for one in NORMALIZERS:
        values = one(picture)
        ends = (float(values.min()), float(values.max()))
        rows.append((one.name, one.formula, *ends, _tidy(values.mean()), _tidy(values.std())))
        if one.fixed:
            ends_of, order = one.range(), "BGR" if one.bgr else "RGB"
            same = len(set(ends_of)) == 1
            ranges += (
                [(one.name, "all", *ends_of[0])]
                if same
                else [(one.name, channel, *ends_of[at]) for at, channel in enumerate(order)]
            )
    return (
        Table("This picture", ("way", "formula", "least", "most", "mean", "deviation"), tuple(rows)),
        Table("What 0 and 255 become", ("way", "channel", "0", "255"), tuple(ranges)),
    )


def _tidy(value: float) -> float:
    """Without what rounding leaves of a zero."""
    return round(float(value), 12) + 0.0


def _warnings(way: Normalizer, picture: Pixels) -> tuple[str, ...]:
    if way.fixed or picture.min() < picture.max():
        return ()
    return ("This picture is flat: there is no spread to divide by, so it is only shifted.",)


ENTRY: Entry[Calculator] = Entry(
    options=NormalizingOptions, build=Calculator("Normalising", (5, 6), calculate, picture=True)
)
