"""A network that was taught on grey pictures tells the same figures in colour, and the other way round.

Both get three channels; grey pictures have the same value in all of them. The figures, their brightness and their
ground are the same, so the outline is there to be seen either way. What a network has never met is colour, or its
absence. Luma after ITU-R BT.601.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

LITTLE, MUCH = 0.05, 0.2
SHOWN = 16
KINDS = ("grey", "colour")


class GreyTransferOptions(Options):
    pictures: int = Field(2800, ge=80, le=20_000, title="Pictures", description="Drawn in all; 70% of them train.")
    size: int = Field(24, ge=16, le=96, title="Size", description="Side of the pictures, in pixels.")
    epochs: int = Field(12, ge=1, le=100, title="Epochs", description="Of both trainings.")


def measure(options: GreyTransferOptions, seed: int, bench: Bench) -> Reading:
    """Two trainings, each asked in grey and in colour; the class is the figure."""
    from cnn_core.labs.asking import accuracy, answers, model, split_of

    numbers, bars, pictures = {}, {}, {}
    for taught in KINDS:
        drawn: dict[str, Any] = {"count": options.pictures, "size": options.size, "seed": seed, "classes": "figure"}
        run = bench.train(
            f"taught in {taught}",
            {
                "data": {"name": "colors", "options": {**drawn, "shown": taught, "test_shown": taught}},
                "model": model("small_cnn", depth=3, width=8),
                "train": {"epochs": options.epochs, "lr": 5e-3},
            },
        )
        for asked in KINDS:
            test = split_of("colors", **drawn, test_shown=asked)
            numbers[f"{taught}_to_{asked}"] = accuracy(run, test)
            wrong = test.pictures[answers(run, test.pictures) != test.targets]
            if asked != taught and len(wrong):
                pictures[f"Taught in {taught}, wrong in {asked}"] = wrong[:SHOWN]
        bars[f"taught in {taught}"] = [(float(at), numbers[f"{taught}_to_{asked}"]) for at, asked in enumerate(KINDS)]
    return Reading(numbers, bars, pictures)


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    lost = {
        "colour": numbers["grey_to_grey"] - numbers["grey_to_colour"],
        "grey": numbers["colour_to_colour"] - numbers["colour_to_grey"],
    }
    said = (
        f"from grey to colour {numbers['grey_to_grey']:.1%} become {numbers['grey_to_colour']:.1%}, from colour to "
        f"grey {numbers['colour_to_colour']:.1%} become {numbers['colour_to_grey']:.1%}"
    )
    if max(lost.values()) <= LITTLE:
        return "confirmed", f"What was learned holds both ways; {said}."
    if max(lost.values()) >= MUCH:
        worse = max(lost, key=lambda one: lost[one])
        return "refuted", f"The network is lost in {worse}, which it never met; {said}."
    return "not at this scale", f"Something is lost, but less than would refute it; {said}."


ENTRY: Entry[Lab] = Entry(
    options=GreyTransferOptions,
    build=Lab(
        title="From grey to colour and back",
        varies="Whether the network is taught in grey or in colour, and in which of both it is asked.",
        rule=f"Confirmed when either way costs at most {100 * LITTLE:.0f} points of accuracy, refuted when one of them "
        f"costs {100 * MUCH:.0f} or more.",
        numbers={
            f"{taught}_to_{asked}": f"Test accuracy in {asked}, taught in {taught}."
            for taught in KINDS
            for asked in KINDS
        },
        measure=measure,
        judge=judge,
        next="Train on `colors` with more pictures, or let the preprocessing make everything grey: then both are the "
        "same to the network.",
        seconds=22,
        chart=Chart("Taught in one, asked in the other", "asked in", "accuracy", kind="bars", ticks=KINDS),
    ),
    tiny={"pictures": 80, "size": 16, "epochs": 1},
)
