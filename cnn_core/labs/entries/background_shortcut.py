"""A network that always saw the same ground behind a class answers by the ground and not by the figure.

A disc stands on warm and a square on cold ground in all, in 95 of 100 and in half of the training pictures. Then the
same test figures come on the ground that agrees, on one at random and on the one of the other class. What cures it is
data: the network whose grounds said nothing in training is not fooled. Xiao et al., 2020 (noise or signal); Geirhos et
al., 2020 (shortcut learning).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

DATA, SHOWN = "grounds", 16
TAUGHT = {"": 1.0, "_95": 0.95, "_50": 0.5}  # what the numbers of each network end with: its agreement
TESTS = {"agreeing": "agrees", "random": "is drawn at random", "reversed": "is that of the other class"}
FOOLED, APART = 0.1, 0.1


class BackgroundShortcutOptions(Options):
    pictures: int = Field(2100, ge=80, le=20_000, title="Pictures", description="Drawn in all; 70% of them train.")
    size: int = Field(24, ge=16, le=96, title="Size", description="Side of the pictures, in pixels.")
    epochs: int = Field(10, ge=1, le=100, title="Epochs", description="Of each of the three trainings.")


def measure(options: BackgroundShortcutOptions, seed: int, bench: Bench) -> Reading:
    """Three trainings, three questions each."""
    from cnn_core.labs.conflicts import ASKED, asked, fooled, taught

    drawn = {"count": options.pictures, "size": options.size, "seed": seed}
    numbers, curves, pictures = {}, {}, {}
    for name, agreement in TAUGHT.items():
        words = f"ground agrees in {agreement:.0%}"
        run = taught(bench, words, DATA, drawn, agreement, {"epochs": options.epochs, "lr": 5e-3})
        found = asked(run, DATA, drawn)
        numbers.update({f"accuracy_{test}{name}": value for test, value in found.items()})
        curves[words] = [(ASKED[test], value) for test, value in sorted(found.items(), key=lambda one: ASKED[one[0]])]
        wrong = fooled(run, DATA, drawn, SHOWN)
        if len(wrong):
            pictures[f"Wrong on the ground of the other class, when taught where the {words}"] = wrong
    return Reading(numbers, curves, pictures)


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    reversed_, balanced = numbers["accuracy_reversed"], [numbers[f"accuracy_{test}_50"] for test in TESTS]
    said = (
        f"on the ground of the other class {reversed_:.1%} are right where ground and class always agreed in training, "
        f"{balanced[-1]:.1%} where the ground said nothing"
    )
    if reversed_ <= FOOLED and max(balanced) - min(balanced) <= APART:
        return "confirmed", f"It answers by the ground, unless its data forbid that; {said}."
    if reversed_ > 0.5:
        return "refuted", f"It answers by the figure; {said}."
    return "not at this scale", f"It does not keep to one of both; {said}."


ENTRY: Entry[Lab] = Entry(
    options=BackgroundShortcutOptions,
    build=Lab(
        title="The ground as a shortcut",
        varies="How often the ground agrees with the class in training, 100, 95 and 50%, and in the test: always, "
        "at random, never.",
        rule=f"Confirmed when the network for which both always agreed is right on at most {FOOLED:.0%} of the test "
        "pictures with the ground of the other class, and the one for which the ground said nothing differs by at "
        f"most {100 * APART:.0f} points among the three tests; refuted when the first is right on more than half.",
        numbers={
            f"accuracy_{test}{name}": f"Test accuracy where the ground {words}; in training it agreed in "
            f"{agreement:.0%}."
            for name, agreement in TAUGHT.items()
            for test, words in TESTS.items()
        },
        measure=measure,
        judge=judge,
        next="Open the first run in Explain: does the evidence lie on the figure or around it? Then train on "
        "`grounds` with an agreement of your own.",
        seconds=20,
        chart=Chart("The same figures on other grounds", "share of test grounds that agree", "accuracy"),
    ),
    tiny={"pictures": 80, "size": 16, "epochs": 1},
)
