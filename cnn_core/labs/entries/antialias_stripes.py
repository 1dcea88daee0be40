"""Made smaller without antialiasing, fine stripes turn into coarse ones that were never there; with it they turn grey.

Stripes of period 3, one bright column of three, are reduced by 4: too fine to be seen any more, so the right answer is
a flat third. What is left of their contrast is measured for both common interpolations, with and without
antialiasing, both as torch computes them. Pillow always antialiases; `torch.nn.functional.interpolate` and
`tf.image.resize` do not unless they are told to, so a change of library changes the pixels. Parmar, Zhang and Zhu,
2022 (arXiv 2104.11222).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from torch import Tensor

    from cnn_core.labs.bench import Bench

WAYS = ("bilinear", "bicubic")
REDUCED, EDGE = 4, 3
PERIODS = tuple(range(2, 25))


class AntialiasStripesOptions(Options):
    period: int = Field(3, ge=2, le=24, title="Period", description="Of the stripes, in pixels; one column is bright.")
    side: int = Field(240, ge=96, le=960, title="Side", description="Of the picture, in pixels, before it is reduced.")


def stripes(period: int, side: int) -> Tensor:
    """float32 (1, 1, side, side): 1 in each first column of a period, else 0."""
    import torch

    picture = torch.zeros(1, 1, side, side)
    picture[..., ::period] = 1
    return picture


def reduced(picture: Tensor, way: str, antialias: bool) -> Tensor:
    """A picture (1, 1, S, S) at a quarter of its side."""
    from torch.nn.functional import interpolate

    side = picture.shape[-1] // REDUCED
    return interpolate(picture, (side, side), mode=way, align_corners=False, antialias=antialias)


def measure(options: AntialiasStripesOptions, seed: int, bench: Bench) -> Reading:
    """Contrast (standard deviation) by period; nothing is drawn at random, so every seed gives the same."""
    curves: dict[str, list[tuple[float, float]]] = {"before": []}
    for period in PERIODS:
        bench.say(f"period {period}")
        picture = stripes(period, options.side)
        curves["before"].append((float(period), contrast(picture)))
        for way in WAYS:
            for antialias in (False, True):
                name = f"{way}, {'antialiased' if antialias else 'plain'}"
                curves.setdefault(name, []).append((float(period), contrast(reduced(picture, way, antialias))))
    at = PERIODS.index(options.period)
    numbers = {"contrast_before": curves["before"][at][1]}
    for way in WAYS:
        numbers[f"{way}_plain"] = curves[f"{way}, plain"][at][1]
        numbers[f"{way}_antialiased"] = curves[f"{way}, antialiased"][at][1]
    return Reading(numbers, curves, _pictures(stripes(options.period, options.side)))


def contrast(picture: Tensor) -> float:
    """The standard deviation of its pixels, but for the columns at the sides, where nobody knows what goes on."""
    return float(picture[..., EDGE:-EDGE].double().std(correction=0))


def _pictures(picture: Tensor) -> dict[str, np.ndarray]:
    """A corner before, and what becomes of the whole in each way."""
    shown = {"a corner of the stripes": picture[..., :60, :60]}
    for way in WAYS:
        shown[f"{way}, plain"] = reduced(picture, way, False)
        shown[f"{way}, antialiased"] = reduced(picture, way, True)
    return {name: (one[0].clamp(0, 1) * 255).round().byte().numpy()[..., None] for name, one in shown.items()}


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    before = numbers["contrast_before"]
    plain = min(numbers[f"{way}_plain"] for way in WAYS)
    smooth = max(numbers[f"{way}_antialiased"] for way in WAYS)
    told = "; ".join(f"{way} {numbers[f'{way}_plain']:.3f} v. {numbers[f'{way}_antialiased']:.3f}" for way in WAYS)
    said = f"contrast left without and with antialiasing: {told} (before: {before:.3f})"
    if plain > before / 3 and smooth < before / 10:
        return "confirmed", f"Only antialiasing takes the stripes away; {said}."
    if plain > 1.5 * smooth:
        return "not at this scale", f"Antialiasing takes away more, but these stripes are no clear case; {said}."
    return "refuted", f"Antialiasing makes no difference; {said}."


ENTRY: Entry[Lab] = Entry(
    options=AntialiasStripesOptions,
    build=Lab(
        title="Stripes and antialiasing",
        varies="The interpolation, bilinear or bicubic, with and without antialiasing, and the period of stripes that "
        "are reduced by 4.",
        rule="Confirmed when without antialiasing more than a third of the contrast is left and with it less than a "
        "tenth, for both interpolations; refuted when antialiasing takes away hardly more than the plain reduction.",
        numbers={
            "contrast_before": "Standard deviation of the pixels, 0 to 1, before the picture is made smaller.",
            **{f"{way}_plain": f"The same after {way} reduction by 4, without antialiasing." for way in WAYS},
            **{f"{way}_antialiased": f"The same with antialiasing ({way})." for way in WAYS},
        },
        measure=measure,
        judge=judge,
        next="Switch Antialias off under Size on Train and see what it costs; `preprocessing_skew` measures what it "
        "costs when only the test pictures come without it.",
        seconds=1,
        chart=Chart("What is left of stripes", "period of the stripes, in pixels", "contrast"),
    ),
    tiny={"side": 96},
)
