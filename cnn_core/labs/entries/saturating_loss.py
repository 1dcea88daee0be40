"""With the loss as it is written down, ln(1 - D), a generator learns more slowly than with -ln D.

Where the discriminator is sure that a picture is drawn, the gradient of ln(1 - D) on its logit is D, nearly nothing,
and that of -ln D is 1 - D. The same DCGAN is trained with both for the same number of steps. Goodfellow and others,
2014, who advise -ln D (section 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

NAMES = {"usual": "-ln D", "saturating": "ln(1 - D)"}
LOSSES = {"usual": "non_saturating", "saturating": "saturating"}
TIMES = 1.2


class SaturatingLossOptions(Options):
    data: Literal["mnist", "fashion_mnist", "digits"] = Field(
        "mnist", title="Data set", description="What is to be drawn."
    )
    pictures: int = Field(
        12_800, ge=64, le=50_000, title="Training pictures", description="Of these, at most as many as there are."
    )
    epochs: int = Field(1, ge=1, le=100, title="Epochs", description="Of both trainings.")
    width: int = Field(32, ge=2, le=128, title="Width", description="Maps before the picture.")
    count: int = Field(1000, ge=20, le=5000, title="Pictures", description="On each side of a distance.")
    judge_pictures: int = Field(
        60_000, ge=1, le=1_000_000, title="Judge's pictures", description="How many the judge learns from, in all."
    )


def measure(options: SaturatingLossOptions, seed: int, bench: Bench) -> Reading:
    """Both trainings: FID, classes, and what the discriminator says of drawn pictures on the way."""
    from cnn_core.labs import drawing

    data = drawing.part_of(options.data, options.pictures)
    numbers: dict[str, float] = {}
    curves, pictures = {}, {}
    for key, loss in LOSSES.items():
        settings = {"epochs": options.epochs, "validations": 5, "loss": {"name": loss}}
        run = drawing.generator(bench, NAMES[key], data, {"width": options.width}, settings)
        yardstick = drawing.yardstick(bench, run, options.count, options.judge_pictures)
        found, told = yardstick.drawn(run, seed), drawing.told(run)
        numbers |= {f"fid_{key}": found.fid, f"covered_{key}": float(found.covered), f"d_fake_{key}": told[0][1]}
        curves[NAMES[key]], pictures[NAMES[key]] = told, drawing.drawn(run)
    numbers["times"] = numbers["fid_saturating"] / max(1e-9, numbers["fid_usual"])
    return Reading(numbers, curves, pictures)


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    usual, saturating = numbers["fid_usual"], numbers["fid_saturating"]
    said = (
        f"FID {saturating:.3g} against {usual:.3g} after as many steps; in the first fifth D said real of "
        f"{numbers['d_fake_saturating']:.2f} and {numbers['d_fake_usual']:.2f} of what was drawn"
    )
    if saturating >= TIMES * usual:
        return "confirmed", f"It is {saturating / usual:.2f} times as far from real pictures; {said}."
    if saturating > usual:
        return "not at this scale", f"It is a little further from real pictures; {said}."
    return "refuted", f"It is no further from real pictures; {said}."


ENTRY: Entry[Lab] = Entry(
    options=SaturatingLossOptions,
    build=Lab(
        title="Two losses for one game",
        varies="What the generator makes small: -ln D or ln(1 - D).",
        rule=f"Confirmed when the FID with ln(1 - D) is at least {TIMES:g} times that with -ln D after as many steps; "
        "refuted when it is no larger.",
        numbers={
            **{f"fid_{key}": f"FID in the judge's features: {name}." for key, name in NAMES.items()},
            **{f"covered_{key}": f"Classes that it draws: {name}." for key, name in NAMES.items()},
            **{
                f"d_fake_{key}": f"D of drawn pictures in the first fifth of the steps: {name}."
                for key, name in NAMES.items()
            },
            "times": "FID with ln(1 - D) over that with -ln D.",
        },
        measure=measure,
        judge=judge,
        next="Give it more epochs: once D is no longer sure, both losses pull alike, and the distance closes.",
        seconds=40,
        chart=Chart("How real the discriminator finds what is drawn", "epoch", "D of drawn pictures"),
    ),
    tiny={"data": "digits", "pictures": 64, "width": 2, "count": 40, "judge_pictures": 500},
)
