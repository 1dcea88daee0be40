"""Without an activation a network with max pooling is still not linear: the pool alone gives most of the gain.

"No activation, no nonlinearity" holds for convolutions and dense layers only. The same small network is trained three
times: without activation and with average pooling, which is a linear map of the picture; without activation and with
max pooling; with ReLU and max pooling.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

CASES = {"average_pool": ("identity", "average"), "max_pool": ("identity", "max"), "relu": ("relu", "max")}
NAMES = {"average_pool": "no activation, average pool", "max_pool": "no activation, max pool", "relu": "ReLU, max pool"}
GAIN = 0.04


class PoolIsNonlinearOptions(Options):
    data: Literal["mnist", "fashion_mnist", "digits"] = Field(
        "mnist", title="Data set", description="On the 8 x 8 digits a pool has little to choose from."
    )
    epochs: int = Field(1, ge=1, le=20, title="Epochs", description="Of each of the three trainings.")
    width: int = Field(8, ge=1, le=64, title="Width", description="Filters of the first of three convolutions.")


def measure(options: PoolIsNonlinearOptions, seed: int, bench: Bench) -> Reading:
    """The three trainings; accuracy on the test pictures."""
    numbers = {}
    for name, (activation, pooling) in CASES.items():
        chosen = {"depth": 3, "width": options.width, "batch_norm": False, "activation": activation, "pooling": pooling}
        run = bench.train(
            NAMES[name],
            {
                "data": {"name": options.data},
                "model": {"name": "small_cnn", "options": chosen},
                "train": {"epochs": options.epochs, "lr": 2e-3},
            },
        )
        numbers[f"accuracy_{name}"] = float(run.folder.record()["test_accuracy"])
    return Reading(numbers, {"accuracy": [(float(i), value) for i, value in enumerate(numbers.values())]})


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    average, pool, relu = (numbers[f"accuracy_{name}"] for name in CASES)
    said = f"linear {average:.1%}, max pool alone {pool:.1%}, with ReLU {relu:.1%}"
    if pool - average >= GAIN:
        return "confirmed", f"Max pooling alone is worth {100 * (pool - average):.1f} points; {said}."
    if pool > average:
        return "not at this scale", f"Max pooling alone helps, but by less than {100 * GAIN:.0f} points; {said}."
    return "refuted", f"Max pooling alone does not help; {said}."


ENTRY: Entry[Lab] = Entry(
    options=PoolIsNonlinearOptions,
    build=Lab(
        title="Nonlinearity or nothing",
        varies="What follows the convolutions: nothing and average pooling (a linear map), nothing and max "
        "pooling, ReLU and max pooling.",
        rule=f"Confirmed when max pooling without activation is right at least {100 * GAIN:.0f} points more often "
        f"than average pooling; "
        "refuted when it is not right more often.",
        numbers={f"accuracy_{name}": f"Test accuracy: {words}." for name, words in NAMES.items()},
        measure=measure,
        judge=judge,
        next="Open the three runs side by side on Runs, and the linear one on Features: its maps are weighted sums "
        "of the picture.",
        seconds=60,
    ),
    tiny={"data": "digits", "width": 1},
)
