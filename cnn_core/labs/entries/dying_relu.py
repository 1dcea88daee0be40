"""With pixels from 0 to 1 a ReLU network whose biases start far below 0 learns nothing; leaky ReLU and ELU cure it.

Where its input is negative for every picture a ReLU gives 0 and its slope is 0, so no gradient reaches its weights: it
is dead, whatever comes. Leaky ReLU keeps a small slope there, ELU one that fades. The same small network is trained
with each of them, all convolutions starting with the same bias. How far below 0 is far depends on what comes in: values
from 0 to 1 do not overcome a bias of -2, values with deviation 1 do. The cure has limits: the slopes of two layers
multiply, 0.01 becomes 0.0001, and at a bias of -10 a leaky ReLU with the usual slope stays where it is as well.
Maas, Hannun and Ng, 2013 (leaky ReLU); Clevert, Unterthiner and Hochreiter, 2016 (ELU).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from cnn_core.base.options import Entry, Options, hints
from cnn_core.labs import Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench
    from cnn_core.runs.loaded import Run

CASES = {"relu": "ReLU", "leaky": "leaky ReLU", "elu": "ELU"}
ACTIVATIONS = {"relu": "relu", "leaky": "leaky_relu", "elu": "elu"}
CHANCE, WELL = 0.2, 0.8
PROBE = 500  # test pictures that a dead unit says nothing to


class DyingReluOptions(Options):
    data: Literal["mnist", "fashion_mnist", "digits"] = Field(
        "mnist", title="Data set", description="Whose pictures are taught."
    )
    pictures: int = Field(4000, ge=100, le=50_000, title="Training pictures", description="Drawn class by class.")
    bias: float = Field(
        -2.0,
        ge=-20,
        le=1,
        title="First bias",
        description="Where every convolution starts; at -10 leaky ReLU dies as well.",
        json_schema_extra=hints(step=0.5),
    )
    slope: float = Field(
        0.1,
        ge=0,
        le=1,
        title="Leaky slope",
        description="What leaky ReLU lets through of negative values; 0.01 is usual.",
        json_schema_extra=hints(step=0.01),
    )
    scale: Literal["unit", "standard"] = Field(
        "unit", title="Values", description="Unit: from 0 to 1. Standard: mean 0 and deviation 1, where ReLU survives."
    )
    epochs: int = Field(3, ge=1, le=30, title="Epochs", description="Of each of the three trainings.")
    width: int = Field(16, ge=1, le=64, title="Width", description="Filters of the first of two convolutions.")


def measure(options: DyingReluOptions, seed: int, bench: Bench) -> Reading:
    """The three trainings: accuracy on the test pictures, and the share of units that are dead after it."""
    accuracy, dead = {}, {}
    for name, words in CASES.items():
        run = bench.train(words, _settings(options, ACTIVATIONS[name]))
        accuracy[name] = float(run.folder.record()["test_accuracy"])
        dead[name] = _dead_share(run)
    numbers = {f"accuracy_{name}": value for name, value in accuracy.items()}
    numbers |= {f"dead_share_{name}": value for name, value in dead.items()}
    return Reading(numbers)


def _settings(options: DyingReluOptions, activation: str) -> dict[str, object]:
    size = min(options.pictures, 1200) if options.data == "digits" else options.pictures
    fewer = {} if options.data == "digits" else {"val_pictures": 500}
    return {
        "data": {"name": options.data, "options": {"train_pictures": size, **fewer}},
        "preprocessing": [{"name": "scale", "options": {"to": options.scale}}],
        "model": {
            "name": "small_cnn",
            "options": {
                "depth": 2,
                "width": options.width,
                "batch_norm": False,
                "activation": activation,
                "slope": options.slope,
                "bias_start": options.bias,
            },
        },
        "train": {
            "epochs": options.epochs,
            "batch_size": 64,
            "lr": 1e-3,
            "optimizer": {"name": "adamw", "options": {"weight_decay": 0.0}},
            "schedule": "constant",
        },
    }


def _dead_share(run: Run) -> float:
    """The mean over the layers, on test pictures."""
    from cnn_core.features.dead import dead_shares_of

    shares = dead_shares_of(run.network(), run.data().splits["test"].pictures[:PROBE])
    return sum(shares.values()) / len(shares)


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    relu, leaky, elu = (numbers[f"accuracy_{name}"] for name in CASES)
    dead = numbers["dead_share_relu"]
    said = f"ReLU {relu:.1%} with {dead:.0%} of its units dead, leaky ReLU {leaky:.1%}, ELU {elu:.1%}"
    if relu < CHANCE and min(leaky, elu) > WELL:
        return "confirmed", f"ReLU stays at chance where the others learn: {said}."
    if relu >= min(leaky, elu):
        return "refuted", f"ReLU is no worse than one of those that should cure it: {said}."
    return "not at this scale", f"ReLU is behind, but not as clearly as the rule asks: {said}."


ENTRY: Entry[Lab] = Entry(
    options=DyingReluOptions,
    build=Lab(
        title="Kill the ReLUs",
        varies="The activation behind two convolutions that all start with the same bias, far below 0.",
        rule=f"Confirmed when ReLU is right on less than {CHANCE:.0%} of the test pictures, and leaky ReLU and ELU on "
        f"more than {WELL:.0%}; refuted when ReLU is no worse than one of the two.",
        numbers={
            **{f"accuracy_{name}": f"Test accuracy with {words}." for name, words in CASES.items()},
            **{
                f"dead_share_{name}": f"Share of dead units on {PROBE} test pictures, mean of the layers, {words}."
                for name, words in CASES.items()
            },
        },
        measure=measure,
        judge=judge,
        next="Set the first bias to -10 and the leaky slope to 0.01: the usual cures fail as well.",
        seconds=14,
    ),
    tiny={"data": "digits", "pictures": 200, "epochs": 1, "width": 2},
)
