"""In less than a minute a DCGAN draws all ten digits, eight times nearer to real ones than chance, by FID.

Near means the Frechet distance (FID) in the features of a classifier of our own, the judge. A distance says nothing
alone, so it stands beside a floor, other real pictures, and ceilings: real ones blurred over 5 x 5 pixels, one class
only, noise, and the same generator untrained. A class is covered when at least a tenth of an even share of the pictures
is said to be of it. Radford, Metz and Chintala, 2016; Heusel and others, 2017; Binkowski and others, 2018 (KID).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from cnn_core.base.options import Entry, Options, hints
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

OF_UNTRAINED, OF_BLURRED = 1 / 8, 1 / 4
CASES = {
    "floor": "other real pictures",
    "drawn": "drawn",
    "blurred": "blurred, 5 x 5",
    "one_class": "one class only",
    "untrained": "untrained generator",
    "noise": "noise",
}


class DcganMinuteOptions(Options):
    data: Literal["mnist", "fashion_mnist", "digits"] = Field(
        "mnist", title="Data set", description="What is to be drawn; of digits there are only 1,257 to learn from."
    )
    epochs: int = Field(1, ge=1, le=100, title="Epochs", description="Of the generator and its discriminator.")
    lr: float = Field(
        5e-4, gt=0, le=1, title="Learning rate", description="Of both networks.", json_schema_extra=hints(scale="log")
    )
    width: int = Field(32, ge=2, le=128, title="Width", description="Maps before the picture.")
    count: int = Field(1000, ge=20, le=5000, title="Pictures", description="On each side of a distance.")
    judge_pictures: int = Field(
        60_000, ge=1, le=1_000_000, title="Judge's pictures", description="How many the judge learns from, in all."
    )


def measure(options: DcganMinuteOptions, seed: int, bench: Bench) -> Reading:
    """One generator, and the distances of what it draws and of all that it is held against."""
    from cnn_core.labs import drawing

    data = {"name": options.data, "options": {"val_pictures": drawing.VALIDATED}}
    run = drawing.generator(
        bench, "DCGAN", data, {"width": options.width}, {"epochs": options.epochs, "lr": options.lr}
    )
    yardstick = drawing.yardstick(bench, run, options.count, options.judge_pictures)
    found = yardstick.drawn(run, seed)
    references = yardstick.references()
    near = {key: found if key == "drawn" else references[name] for key, name in CASES.items()}
    numbers = {
        "fid": found.fid,
        **{f"fid_{key}": near[key].fid for key in ("untrained", "blurred", "one_class", "noise", "floor")},
        "kid": found.kid,
        "kid_floor": near["floor"].kid,
        "classes_covered": float(found.covered),
        "classes": float(len(yardstick.classes)),
        "confident": found.confident,
        "confident_real": near["floor"].confident,
        "accuracy_judge": float(yardstick.judge.folder.record()["test_accuracy"]),
    }
    points = [(float(place), near[key].fid) for place, key in enumerate(CASES)]
    return Reading(numbers, {"FID": points}, {"Drawn from noise": drawing.drawn(run)})


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    fid, untrained, blurred = numbers["fid"], numbers["fid_untrained"], numbers["fid_blurred"]
    said = (
        f"FID {fid:.3g}, other real pictures {numbers['fid_floor']:.2g}, blurred {blurred:.3g}, untrained "
        f"{untrained:.3g}; {numbers['classes_covered']:.3g} of {numbers['classes']:.0f} classes"
    )
    all_of_them = numbers["classes_covered"] > numbers["classes"] - 0.5
    if fid <= OF_UNTRAINED * untrained and fid <= OF_BLURRED * blurred and all_of_them:
        return "confirmed", f"It draws every class, {untrained / fid:.0f} times nearer than untrained; {said}."
    if fid >= untrained or (fid >= blurred and not all_of_them):
        return "refuted", f"It draws nothing like them; {said}."
    return "not at this scale", f"It has learned something, but less than was claimed; {said}."


ENTRY: Entry[Lab] = Entry(
    options=DcganMinuteOptions,
    build=Lab(
        title="A generator in a minute",
        varies="Nothing: one recipe, measured against a floor and five ceilings.",
        rule="Confirmed when the FID is at most an eighth of the untrained generator's and a quarter of that of "
        "blurred real pictures, and every class is drawn (on average over the seeds at most half a class is missing). "
        "Refuted when it is no better than untrained, or no better than blurred and classes are missing.",
        numbers={
            "fid": "FID of the drawn pictures, in the judge's features.",
            "fid_untrained": "FID of the same generator untrained.",
            "fid_blurred": "FID of real pictures, blurred over 5 x 5 pixels.",
            "fid_one_class": "FID of real pictures of one class.",
            "fid_noise": "FID of noise.",
            "fid_floor": "FID of other real pictures: nothing can be nearer.",
            "kid": "KID of the drawn pictures.",
            "kid_floor": "KID of other real pictures.",
            "classes_covered": "Classes that it draws, by the judge.",
            "classes": "Classes that there are.",
            "confident": "Drawn pictures of which the judge is surer than 90%.",
            "confident_real": "Real pictures of which it is surer than 90%.",
            "accuracy_judge": "Test accuracy of the judge.",
        },
        measure=measure,
        judge=judge,
        next="Open the run on Evaluate, walk between two pictures there, and look for the training pictures that are "
        "nearest to what it drew.",
        seconds=75,
        chart=Chart(
            "How far from real pictures", "", "FID (log scale)", log=True, kind="bars", ticks=tuple(CASES.values())
        ),
    ),
    tiny={"data": "digits", "width": 2, "count": 40, "judge_pictures": 500},
)
