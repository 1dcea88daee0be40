"""A network that gets grey cannot tell colours of one brightness; it loses nothing where the figure is the class.

Circles, squares and triangles in red, green and blue of exactly equal luma. Where the colour is the class, a network
with colour is always right, and one with grey has nothing to go by. With the channels rotated (red as green, green as
blue, blue as red) the first is always wrong: it has learned which channel is large. Where the figure is the class the
outline is there in grey as well. Luma after ITU-R BT.601.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

TOLD, LOST, WRONG, LESS = 0.97, 0.45, 0.05, 0.03
CASES = {  # by the number: what is the class, what the network gets
    "accuracy_rgb": ("colour", "keep"),
    "accuracy_grey": ("colour", "grey"),
    "accuracy_figure_rgb": ("figure", "keep"),
    "accuracy_figure_grey": ("figure", "grey"),
}
WORDS = {"keep": "colour", "grey": "grey"}
SHOWN = 16


class ColorOrShapeOptions(Options):
    pictures: int = Field(2100, ge=80, le=20_000, title="Pictures", description="Drawn in all; 70% of them train.")
    size: int = Field(24, ge=16, le=96, title="Size", description="Side of the pictures, in pixels.")
    epochs: int = Field(12, ge=1, le=100, title="Epochs", description="Of each of the four trainings.")


def measure(options: ColorOrShapeOptions, seed: int, bench: Bench) -> Reading:
    """Class by colour and by figure, with colour and with grey; the channels rotated for the first."""
    from cnn_core.labs.asking import accuracy, model, split_of
    from cnn_core.pictures.coloring import greyed, reordered

    drawn: dict[str, Any] = {"count": options.pictures, "size": options.size, "seed": seed}
    test, numbers = split_of("colors", **drawn), {}
    for name, (classes, mode) in CASES.items():
        run = bench.train(
            f"class {classes}, seen in {WORDS[mode]}",
            {
                "data": {"name": "colors", "options": {**drawn, "classes": classes}},
                "preprocessing": [{"name": "color", "options": {"mode": mode}}],
                "model": model("small_cnn", depth=3, width=8),
                "train": {"epochs": options.epochs, "lr": 5e-3},
            },
        )
        numbers[name] = float(run.folder.record()["test_accuracy"])
        if name == "accuracy_rgb":
            numbers["accuracy_rotated"] = accuracy(run, test, reordered(test.pictures, "BRG"))
    bars = {
        WORDS[mode]: [(float(place), numbers[f"accuracy_{what}{end}"]) for place, what in enumerate(("", "figure_"))]
        for mode, end in (("keep", "rgb"), ("grey", "grey"))
    }
    some = test.pictures[:SHOWN]
    shown = {"As they are": some, "Channels rotated": reordered(some, "BRG"), "As grey": greyed(some)}
    return Reading(numbers, bars, shown)


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    rgb, grey, rotated = (numbers[f"accuracy_{name}"] for name in ("rgb", "grey", "rotated"))
    lost = numbers["accuracy_figure_rgb"] - numbers["accuracy_figure_grey"]
    said = (
        f"of the colours {rgb:.1%} are told in colour, {grey:.1%} in grey and {rotated:.1%} with rotated channels; "
        f"of the figures {numbers['accuracy_figure_rgb']:.1%} in colour, {numbers['accuracy_figure_grey']:.1%} in grey"
    )
    if rgb >= TOLD and grey <= LOST and rotated <= WRONG and lost <= LESS:
        return "confirmed", f"Grey loses what only colour says, and no more; {said}."
    if grey > 0.6 or lost > 0.2:
        return "refuted", f"{'Grey tells the colours' if grey > 0.6 else 'Grey loses the figures too'}; {said}."
    return "not at this scale", f"It is less clear than the rule asks; {said}."


ENTRY: Entry[Lab] = Entry(
    options=ColorOrShapeOptions,
    build=Lab(
        title="Colour or figure",
        varies="What the class is, the colour or the figure, and whether the network gets colour or grey.",
        rule=f"Confirmed when colour tells at least {TOLD:.0%} of the colours, grey at most {LOST:.0%} (chance is a "
        f"third), rotated channels leave at most {WRONG:.0%}, and grey tells at most {100 * LESS:.0f} points fewer of "
        "the figures than colour; refuted when grey tells more than 60% of the colours, or 20 points fewer figures.",
        numbers={
            "accuracy_rgb": "Test accuracy, the class is the colour, seen in colour.",
            "accuracy_grey": "Test accuracy, the class is the colour, seen in grey.",
            "accuracy_rotated": "Accuracy of the first network when red is shown as green, green as blue, blue as red.",
            "accuracy_figure_rgb": "Test accuracy, the class is the figure, seen in colour.",
            "accuracy_figure_grey": "Test accuracy, the class is the figure, seen in grey.",
        },
        measure=measure,
        judge=judge,
        next="Open the first run on Features: filters of the first layer that weigh the channels against each other. "
        "Then the lab `channel_swap`.",
        seconds=35,
        chart=Chart("What grey loses", "the class", "accuracy", kind="bars", ticks=("colour", "figure")),
    ),
    tiny={"pictures": 80, "size": 16, "epochs": 1},
)
