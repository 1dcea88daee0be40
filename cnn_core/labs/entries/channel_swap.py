"""Red and blue swapped at test time cost much where colour is the class, and little where the figure is.

Some libraries read pictures as B, G, R; a network that was taught R, G, B then gets other colours and no error. The
same test pictures are shown with the two channels swapped, and with all hues turned step by step. How much is lost says
how much the network owes to colour.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

MUCH, LITTLE = 0.5, 0.15
STEP = 15  # degrees between two hues
SHOWN = 12


class ChannelSwapOptions(Options):
    pictures: int = Field(2800, ge=80, le=20_000, title="Pictures", description="Drawn in all; 70% of them train.")
    size: int = Field(24, ge=16, le=96, title="Size", description="Side of the pictures, in pixels.")
    epochs: int = Field(14, ge=1, le=100, title="Epochs", description="Of both trainings.")


def measure(options: ChannelSwapOptions, seed: int, bench: Bench) -> Reading:
    """Taught the colour, then the figure; asked as it was taught, with B, G, R, and with every hue."""
    from cnn_core.labs.asking import accuracy, model, split_of
    from cnn_core.pictures.coloring import hue_turned, reordered

    numbers, curves, pictures = {}, {}, {}
    for classes in ("colour", "figure"):
        drawn: dict[str, Any] = {"count": options.pictures, "size": options.size, "seed": seed, "classes": classes}
        run = bench.train(
            f"class {classes}",
            {
                "data": {"name": "colors", "options": drawn},
                "model": model("small_cnn", depth=3, width=8),
                "train": {"epochs": options.epochs, "lr": 5e-3},
            },
        )
        test = split_of("colors", **drawn)
        numbers[f"accuracy_{classes}"] = accuracy(run, test)
        numbers[f"swapped_{classes}"] = accuracy(run, test, reordered(test.pictures, "BGR"))
        bench.say(f"turning hues for {classes}")
        hues = {angle: accuracy(run, test, hue_turned(test.pictures, angle)) for angle in range(0, 361, STEP)}
        numbers[f"worst_hue_{classes}"] = min(hues.values())
        curves[f"class {classes}"] = [(float(angle), value) for angle, value in hues.items()]
        pictures["As taught"] = test.pictures[:SHOWN]
        pictures["Red and blue swapped"] = reordered(test.pictures[:SHOWN], "BGR")
        pictures["Hues turned by 60 degrees"] = hue_turned(test.pictures[:SHOWN], 60)
    return Reading(numbers, curves, pictures)


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    lost = {name: numbers[f"accuracy_{name}"] - numbers[f"swapped_{name}"] for name in ("colour", "figure")}
    said = (
        f"the swap costs {100 * lost['colour']:.1f} of {100 * numbers['accuracy_colour']:.1f} points where colour is "
        f"the class and {100 * lost['figure']:.1f} of {100 * numbers['accuracy_figure']:.1f} where the figure is"
    )
    if lost["colour"] >= MUCH and lost["figure"] <= LITTLE:
        return "confirmed", f"What is lost is what was owed to colour; {said}."
    if lost["figure"] >= lost["colour"]:
        return "refuted", f"Figures lose as much as colours; {said}."
    return "not at this scale", f"The difference is smaller than the rule asks; {said}."


ENTRY: Entry[Lab] = Entry(
    options=ChannelSwapOptions,
    build=Lab(
        title="Channels in the wrong order",
        varies="The order of the channels and the hue of the test pictures; what the class is.",
        rule=f"Confirmed when the swap costs at least {100 * MUCH:.0f} points of accuracy where colour is the class, "
        f"at most {100 * LITTLE:.0f} where the figure is; refuted when it costs the figures as much as the colours.",
        numbers={
            f"{name}_{classes}": f"{words}; the class is the {classes}."
            for classes in ("colour", "figure")
            for name, words in (
                ("accuracy", "Test accuracy as taught"),
                ("swapped", "Test accuracy with red and blue swapped"),
                ("worst_hue", "Test accuracy at the hue that is worst"),
            )
        },
        measure=measure,
        judge=judge,
        next="Predict a photo and its twin with red and blue swapped with a network that was taught on ImageNet: which "
        "classes suffer?",
        seconds=33,
        chart=Chart("Accuracy when all hues are turned", "degrees on the colour circle", "accuracy"),
    ),
    tiny={"pictures": 80, "size": 16, "epochs": 1},
)
