"""Pixels scaled to mean 0 and deviation 1 train faster: at one step size the loss after 100 steps is the lowest.

The same dense network, first weights, pictures and step size, three scalings: 0 to 255 as stored, 0 to 1, and mean 0
with deviation 1. How large a step may be is limited by the largest eigenvalue of the pixels' second moments: raw pixels
make it 65,025 times larger than 0 to 1, and a mean above 0 makes it many times the second one. Part of the gain of
deviation 1 over 0 to 1 is only that the same step moves more: five times the step brings 0 to 1 closer. LeCun,
Bottou, Orr and Müller, 1998 (Efficient BackProp).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from cnn_core.base.options import Entry, Options, hints
from cnn_core.evaluation import report
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench
    from cnn_core.runs.loaded import Run

SCALINGS = {"raw": "0 to 255", "unit": "0 to 1", "standard": "mean 0, deviation 1"}
STEPS, BATCH = 100, 32
FACTORS = (0.1, 1.0, 5.0)  # of the step size
MARGIN = 0.1


class InputScalingOptions(Options):
    data: Literal["mnist", "fashion_mnist", "digits"] = Field(
        "mnist", title="Data set", description="Grey pictures with a mean far from 0."
    )
    lr: float = Field(
        0.01,
        ge=1e-4,
        le=0.01,
        title="Step size",
        description="Of plain SGD, the same for all three.",
        json_schema_extra=hints(scale="log"),
    )
    width: int = Field(128, ge=1, le=1024, title="Width", description="Units of each of the two hidden layers.")
    sweep: bool = Field(True, title="Other step sizes", description="Train with a tenth and five times of it as well.")


def measure(options: InputScalingOptions, seed: int, bench: Bench) -> Reading:
    """Three scalings at three step sizes."""
    numbers: dict[str, float] = {}
    curves: dict[str, list[tuple[float, float]]] = {}
    for to, words in SCALINGS.items():
        for factor in _factors(options, to):
            run = _trained(options, to, factor, bench)
            stored = run.predictions("test")
            found = report(stored.logits, stored.targets, run.classes)
            curves.setdefault(words, []).append((factor * options.lr, found["log_loss"]))
            if factor == 1:
                numbers |= {f"loss_{to}": found["log_loss"], f"accuracy_{to}": found["accuracy"]}
                bench.say("eigenvalues of the pixels")
                first, second = _eigenvalues(run)
                numbers |= {f"eigenvalue_{to}": first, f"first_over_second_{to}": first / second}
    numbers["loss_unit_larger_step"] = curves[SCALINGS["unit"]][-1][1]
    return Reading(numbers, curves)


def _factors(options: InputScalingOptions, to: str) -> tuple[float, ...]:
    """Without the sweep only what the numbers need."""
    if options.sweep:
        return FACTORS
    return FACTORS[1:] if to == "unit" else (1.0,)


def _trained(options: InputScalingOptions, to: str, factor: float, bench: Bench) -> Run:
    from cnn_core.labs.asking import model

    pictures = {"train_pictures": 800 if options.data == "digits" else STEPS * BATCH}
    some = {**pictures, "val_pictures": 100 if options.data == "digits" else 500}
    return bench.train(
        f"{SCALINGS[to]}, step {factor * options.lr:g}",
        {
            "data": {"name": options.data, "options": some},
            "preprocessing": [{"name": "scale", "options": {"to": to}}],
            "model": model("mlp", width=options.width),
            "train": {
                "epochs": STEPS * BATCH // pictures["train_pictures"],
                "batch_size": BATCH,
                "lr": factor * options.lr,
                "optimizer": {"name": "sgd", "options": {"momentum": 0.0}},
                "schedule": {"name": "constant"},
            },
        },
    )


def _eigenvalues(run: Run) -> tuple[float, float]:
    """The two largest eigenvalues of the second moments (D, D) of what the network gets."""
    seen = run.preprocessing.tensor(run.data().splits["train"].pictures).flatten(1).double().numpy()
    values = np.linalg.svd(seen, compute_uv=False) ** 2 / len(seen)
    return float(values[0]), float(values[1])


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    raw, unit, standard = (numbers[f"loss_{to}"] for to in SCALINGS)
    ratios = [numbers[f"first_over_second_{to}"] for to in ("unit", "standard")]
    said = (
        f"loss after {STEPS} steps: raw {raw:.2f}, 0 to 1 {unit:.2f} (with five times the step "
        f"{numbers['loss_unit_larger_step']:.2f}), mean 0 and deviation 1 {standard:.2f}; "
        f"the largest eigenvalue is {ratios[0]:.1f} times the second before the mean is taken away, "
        f"{ratios[1]:.1f} times after"
    )
    if standard + MARGIN <= unit and unit + MARGIN <= raw:
        return "confirmed", f"The better scaled, the faster; {said}."
    if standard >= min(unit, raw):
        return "refuted", f"Mean 0 and deviation 1 is not the fastest; {said}."
    return "not at this scale", f"Mean 0 and deviation 1 is the fastest, but not by all that the rule asks; {said}."


ENTRY: Entry[Lab] = Entry(
    options=InputScalingOptions,
    build=Lab(
        title="Scaling the pixels",
        varies="The range of numbers that the network gets: 0 to 255, 0 to 1, mean 0 with deviation 1; and the step "
        "size, for the chart.",
        rule=f"Confirmed when the test loss after {STEPS} steps falls by at least {MARGIN:g} from raw pixels to 0 to "
        "1, and again to mean 0 and deviation 1; refuted when mean 0 and deviation 1 does not have the lowest loss.",
        numbers={
            **{f"loss_{to}": f"Test log loss after {STEPS} steps, pixels {words}." for to, words in SCALINGS.items()},
            "loss_unit_larger_step": f"Test log loss after {STEPS} steps, pixels 0 to 1, five times the step size.",
            **{f"accuracy_{to}": f"Test accuracy then, pixels {words}." for to, words in SCALINGS.items()},
            **{
                f"eigenvalue_{to}": f"Largest eigenvalue of the pixels' second moments, pixels {words}: the larger, "
                "the smaller the steps have to be."
                for to, words in SCALINGS.items()
            },
            **{
                f"first_over_second_{to}": f"How many times the second eigenvalue that is, pixels {words}."
                for to, words in SCALINGS.items()
            },
        },
        measure=measure,
        judge=judge,
        next="In the chart raw pixels want a far smaller step: find it on Train with Scale to 0 to 255. Then choose "
        "AdamW, whose steps do not grow with the pixels, or a network with batch norm, which scales by itself.",
        seconds=12,
        chart=Chart(f"Test loss after {STEPS} steps", "step size", "log loss", log=True),
    ),
    tiny={"data": "digits", "width": 1, "sweep": False},
)
