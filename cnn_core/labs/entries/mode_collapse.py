"""A generator can lose many of the classes while both losses look as they always do: they do not tell.

The usual DCGAN is trained beside two that are made to collapse: one draws from a single noise value instead of 64, the
other has no batch norm and four times the step. What they draw is counted by a classifier of our own: a class is
covered when at least a tenth of an even share of the pictures is said to be of it. Goodfellow, 2016 (mode collapse).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

USUAL = "usual"
NAMES = {USUAL: "usual", "tiny_noise": "one noise value", "no_norm": "no batch norm, large step"}
FALLEN, ALIKE = 0.75, 2.0  # of the usual coverage; times the usual losses


class ModeCollapseOptions(Options):
    data: Literal["mnist", "fashion_mnist", "digits"] = Field(
        "mnist", title="Data set", description="What is to be drawn."
    )
    pictures: int = Field(
        12_800, ge=64, le=50_000, title="Training pictures", description="Of these, at most as many as there are."
    )
    epochs: int = Field(1, ge=1, le=100, title="Epochs", description="Of each of the three trainings.")
    noise: int = Field(1, ge=1, le=64, title="Noise values", description="Of the generator with too little noise.")
    factor: float = Field(
        4.0, ge=1, le=100, title="Large step", description="Times the usual learning rate, without batch norm."
    )
    width: int = Field(32, ge=2, le=128, title="Width", description="Maps before the picture.")
    count: int = Field(1000, ge=20, le=5000, title="Pictures", description="Drawn and counted of each generator.")
    judge_pictures: int = Field(
        60_000, ge=1, le=1_000_000, title="Judge's pictures", description="How many the judge learns from, in all."
    )


def measure(options: ModeCollapseOptions, seed: int, bench: Bench) -> Reading:
    """The three trainings: classes covered, FID and both losses of each."""
    from cnn_core.labs import drawing

    data = drawing.part_of(options.data, options.pictures)
    changed: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        USUAL: ({}, {}),
        "tiny_noise": ({"latent": options.noise}, {}),
        "no_norm": ({"batch_norm": False}, {"lr": drawing.STEP * options.factor}),
    }
    numbers: dict[str, float] = {}
    pictures = {}
    for key, (model, train) in changed.items():
        settings = {"epochs": options.epochs, "validations": 2, **train}
        run = drawing.generator(bench, NAMES[key], data, {"width": options.width, **model}, settings)
        yardstick = drawing.yardstick(bench, run, options.count, options.judge_pictures)
        found, losses = yardstick.drawn(run, seed), drawing.losses(run)
        numbers |= {f"covered_{key}": float(found.covered), f"fid_{key}": found.fid}
        numbers |= {f"{name}_{key}": losses[name] for name in ("d_loss", "g_loss")}
        pictures[NAMES[key]] = drawing.drawn(run)
    curves = {
        what: [(float(place), numbers[f"{name}_{key}"]) for place, key in enumerate(NAMES)]
        for what, name in (
            ("classes covered", "covered"),
            ("discriminator's loss", "d_loss"),
            ("generator's", "g_loss"),
        )
    }
    return Reading(numbers, curves, pictures)


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    usual = numbers[f"covered_{USUAL}"]
    fallen = [key for key in NAMES if key != USUAL and numbers[f"covered_{key}"] <= FALLEN * usual]
    unseen = [key for key in fallen if _alike(numbers, key)]
    said = "; ".join(
        f"{name}: {numbers[f'covered_{key}']:.3g} classes, losses {numbers[f'd_loss_{key}']:.2f} and "
        f"{numbers[f'g_loss_{key}']:.2f}"
        for key, name in NAMES.items()
    )
    if unseen:
        return "confirmed", f"With {NAMES[unseen[0]]} it collapses, and the losses do not show it; {said}."
    if fallen:
        return "refuted", f"With {NAMES[fallen[0]]} it collapses, and the losses show it; {said}."
    return "not at this scale", f"None of them collapses here; {said}."


def _alike(numbers: Mapping[str, float], key: str) -> bool:
    """Whether both losses are within a factor of the usual ones."""
    pairs = [(numbers[f"{name}_{key}"], numbers[f"{name}_{USUAL}"]) for name in ("d_loss", "g_loss")]
    return all(usual / ALIKE <= one <= usual * ALIKE for one, usual in pairs)


ENTRY: Entry[Lab] = Entry(
    options=ModeCollapseOptions,
    build=Lab(
        title="Mode collapse",
        varies="How a DCGAN is made: as usual, with a single noise value, without batch norm and with a large step.",
        rule="Confirmed when at least one of the two broken ones covers at least a quarter fewer classes than the "
        "usual one while both its losses stay within a factor of two of the usual ones; refuted when what collapses "
        "shows it in its losses.",
        numbers={
            **{f"covered_{key}": f"Classes that it draws: {name}." for key, name in NAMES.items()},
            **{f"fid_{key}": f"FID in the judge's features: {name}." for key, name in NAMES.items()},
            **{f"d_loss_{key}": f"Loss of the discriminator at the end: {name}." for key, name in NAMES.items()},
            **{f"g_loss_{key}": f"Loss of the generator at the end: {name}." for key, name in NAMES.items()},
        },
        measure=measure,
        judge=judge,
        next="Give the noise 2, 4 and 8 values and see how many classes come back.",
        seconds=55,
        chart=Chart("What is drawn, and what the losses say", "", "value", kind="bars", ticks=tuple(NAMES.values())),
    ),
    tiny={"data": "digits", "pictures": 64, "width": 2, "count": 40, "judge_pictures": 500},
)
