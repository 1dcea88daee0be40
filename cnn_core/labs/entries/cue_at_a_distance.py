"""Of networks that see equally far, only the one whose field has no holes finds a cue at a distance.

A small square stands left or right of a small cross, 8 to 12 pixels apart. Four stacks of three convolutions have the
same number of weights and differ in their dilation rates: 1,1,1 sees 7 pixels, 2,2,2 and 1,2,3 see 13, 1,2,5 sees 17.
Rates 2,2,2 reach only 49 of the 169 pixels of their square, the others all. That 2,2,2 fails means hardly trainable in
this time, not impossible. Yu and Koltun, 2016; Wang et al., 2018 (gridding).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

FIELDS = {"1,1,1": 7, "2,2,2": 13, "1,2,3": 13, "1,2,5": 17}
FOUND, LOST = 0.97, 0.65
SHOWN = 16
SIDES = ((0, "left"), (1, "right"))


class CueAtADistanceOptions(Options):
    pictures: int = Field(2100, ge=80, le=20_000, title="Pictures", description="Drawn in all; 70% of them train.")
    width: int = Field(16, ge=1, le=64, title="Width", description="Filters of each of the three convolutions.")
    epochs: int = Field(8, ge=1, le=100, title="Epochs", description="Of each of the four trainings.")


def measure(options: CueAtADistanceOptions, seed: int, bench: Bench) -> Reading:
    """Four trainings; accuracy on the test pictures, whole and by distance."""
    from cnn_core.labs.asking import model, split_of

    drawn: dict[str, Any] = {"count": options.pictures, "seed": seed}
    numbers: dict[str, float] = {}
    for rates in FIELDS:
        network = model("conv_stack", depth=3, width=options.width, rates=rates)
        train = {"epochs": options.epochs, "lr": 5e-3}
        run = bench.train(
            f"rates {rates}", {"data": {"name": "relations", "options": drawn}, "model": network, "train": train}
        )
        numbers[_name(rates)] = float(run.folder.record()["test_accuracy"])
    bars = {"accuracy": [(float(place), numbers[_name(rates)]) for place, rates in enumerate(FIELDS)]}
    test = split_of("relations", **drawn)
    shown = {f"Square {side} of the cross": test.pictures[test.targets == label][:SHOWN] for label, side in SIDES}
    return Reading(numbers, bars, shown)


def _name(rates: str) -> str:
    return f"accuracy_{rates.replace(',', '')}"


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    whole, holes = numbers["accuracy_123"], numbers["accuracy_222"]
    said = f"rates 1,2,3 are right on {whole:.1%}, rates 2,2,2 with the same field on {holes:.1%}"
    if whole >= FOUND and holes <= LOST:
        return "confirmed", f"Holes in the field lose the cue; {said}."
    if holes >= FOUND or holes >= whole:
        return "refuted", f"The holes do no harm; {said}."
    return "not at this scale", f"It is less clear than the rule asks; {said}."


ENTRY: Entry[Lab] = Entry(
    options=CueAtADistanceOptions,
    build=Lab(
        title="A cue at a distance",
        varies=f"The dilation rates of three convolutions: {'; '.join(FIELDS)}.",
        rule=f"Confirmed when rates 1,2,3 are right on at least {FOUND:.0%} of the test pictures and rates 2,2,2 on at "
        f"most {LOST:.0%} (chance is 50%); refuted when 2,2,2 reach {FOUND:.0%} or as much as 1,2,3.",
        numbers={
            _name(rates): f"Test accuracy with rates {rates}: a field of {side}." for rates, side in FIELDS.items()
        },
        measure=measure,
        judge=judge,
        next="Run the lab `measured_receptive_field` to see the holes, and train `conv_stack` on `relations` with "
        "rates 2,2,2 for longer: now and then it finds a way.",
        seconds=26,
        chart=Chart(
            "Left or right, 8 to 12 pixels apart", "dilation rates", "accuracy", kind="bars", ticks=tuple(FIELDS)
        ),
    ),
    tiny={"pictures": 80, "width": 2, "epochs": 1},
)
