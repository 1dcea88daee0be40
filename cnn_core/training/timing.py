"""How long an epoch will take, by a few steps of the training itself, before it is begun."""

from __future__ import annotations

import statistics
import time
from typing import Any

import torch

from cnn_core.data.sets import DataSet, Split
from cnn_core.experiment import Experiment, facts, load_data, step_choices
from cnn_core.preprocessing.pipeline import Preprocessing
from cnn_core.runs.checkpoints import Checkpoint
from cnn_core.runs.run import steps_per_epoch
from cnn_core.training.engine import Progress, Trainer
from cnn_core.training.making import make_trainer
from cnn_core.training.precision import computing

BATCHES = 8  # different ones that are timed, again and again
WARM = 3  # steps that do not count: the first ones choose their kernels
LEAST, MOST = 0.7, 8.0  # seconds of steps: at least so many, and none is begun later than that


class _Nobody:
    """A reporter that keeps nothing and never interrupts."""

    def steps(self, progress: Progress, first: int, losses: list[float], lr: float) -> None: ...
    def validated(self, progress: Progress, row: dict[str, Any], wrong: dict[int, int], total: int) -> None: ...
    def save(self, checkpoint: Checkpoint) -> None: ...
    def interrupted(self) -> bool:
        return False


def time_epoch(experiment: Experiment) -> dict[str, Any]:
    """Seconds of training steps in an epoch on this machine, as it is at the moment.

    Real steps on real batches: reading, augmentation, forward, backward, update, with the precision and the threads of
    the run. Validation is left out, as in a run's `seconds`.

    Returns:
        `seconds` an epoch, `step` (seconds, the median), `steps` in an epoch, `timed` (how many were), `device`,
        `precision`, `threads`.

    Raises:
        UserError: the device is not there. Failed: the data set cannot be read.
    """
    means = computing(experiment.train)
    torch.set_num_threads(means["threads"])
    data = load_data(experiment.data)
    train = data.splits["train"]
    some = _cut(train, BATCHES * experiment.train.batch_size)
    preprocessing = Preprocessing.fit(step_choices(experiment), some.pictures)
    small = DataSet(data.classes, {**data.splits, "train": some, "val": _cut(data.splits["val"], 1)})
    trainer = make_trainer(experiment, small, preprocessing, means, _Nobody())
    trainer.lr = 0.0  # nothing is to be learned, and no rate makes the numbers infinite, which takes another time
    times = _times(trainer)
    step, steps = statistics.median(times), steps_per_epoch(facts(experiment).train_pictures, trainer.feed.batch_size)
    return {"seconds": step * steps, "step": step, "steps": steps, "timed": len(times), **means}


def _cut(split: Split, most: int) -> Split:
    return Split(split.pictures[:most], split.targets[:most])


def _times(trainer: Trainer) -> list[float]:
    """Seconds of each step, after the first few."""
    trainer.model.train()
    trainer.feed.start_epoch(0)
    times: list[float] = []
    began = time.perf_counter()
    for number in range(10_000):
        before = time.perf_counter()
        trainer.step(number % trainer.steps_per_epoch)
        now = time.perf_counter()
        if number >= WARM:
            times.append(now - before)
        if times and (now - began > MOST or (now - began > LEAST and len(times) >= BATCHES)):
            break
    return times
