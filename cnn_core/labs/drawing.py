"""What labs on generators share: training one, and the judge's yardstick for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cnn_core.experiment import Choice, data_facts
from cnn_core.runs.live import validations
from cnn_core.training import judging

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnn_core.labs.bench import Bench
    from cnn_core.runs.loaded import Run

SHOWN = 32  # pictures behind the numbers
STEP = 5e-4  # the usual learning rate of the task
VALIDATED = 50  # pictures of which the discriminator is asked on the way


def part_of(name: str, pictures: int) -> dict[str, Any]:
    """A data set with so many training pictures, or with all where there are no more."""
    there = data_facts(Choice(name=name)).splits["train"]
    return {"name": name, "options": {"train_pictures": min(pictures, there), "val_pictures": VALIDATED}}


def generator(
    bench: Bench,
    name: str,
    data: Mapping[str, Any],
    model: Mapping[str, Any],
    train: Mapping[str, Any],
) -> Run:
    """A DCGAN on a data set with these options of the network and of training, the rest as usual."""
    return bench.train(
        name,
        {
            "task": "generation",
            "data": data,
            "model": {"name": "dcgan", "options": dict(model)},
            "train": {"validations": 1, **train},
        },
    )


def yardstick(bench: Bench, run: Run, count: int, pictures: int) -> judging.Yardstick:
    """The judge of a run's data, found or trained now from so many pictures, with its yardstick of `count`."""
    bench.say("calling the judge, which is trained once")
    experiment: Any = run.experiment
    judge = bench.judge(judging.settings_of(experiment, pictures))
    bench.say("measuring")
    return judging.Yardstick(judge, experiment, count, bench.look)


def drawn(run: Run) -> NDArray[np.uint8]:
    """Some pictures that it draws."""
    return judging.drawn(run, SHOWN)


def losses(run: Run) -> dict[str, float]:
    """`d_loss` and `g_loss`, and what D says of real (`d_real`) and of drawn pictures (`d_fake`): means of the end."""
    last = validations(run.folder)[-1]
    return {name: float(last[name]) for name in ("d_loss", "g_loss", "d_real", "d_fake")}


def told(run: Run) -> list[tuple[float, float]]:
    """What the discriminator said of drawn pictures, by epoch, as means since the validation before."""
    return [(float(row["epoch"]), float(row["d_fake"])) for row in validations(run.folder)]
