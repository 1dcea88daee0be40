"""How long an epoch will take, by a few steps of the training itself and a look at validation pictures."""

from __future__ import annotations

import statistics
import time
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cnn_core.data.sets import DataSet, Split
from cnn_core.experiment import Experiment, facts, fit_preprocessing, load_data
from cnn_core.runs.checkpoints import Checkpoint
from cnn_core.runs.run import steps_per_epoch
from cnn_core.training.engine import EVALUATION_BATCH, Progress, Trainer, evaluate
from cnn_core.training.making import make_trainer
from cnn_core.training.precision import computing

BATCHES = 8  # different ones that are timed, again and again
WARM = 3  # steps that do not count: the first ones choose their kernels
LEAST, MOST = 0.7, 8.0  # seconds of steps: at least so many, and none is begun later than that
ENOUGH = 0.3  # seconds of looking at validation pictures
AT_ONCE = 8  # steps on a GPU that are waited for together, as the training itself does not wait for each


class _Nobody:
    """A reporter that keeps nothing and never interrupts."""

    def steps(self, progress: Progress, first: int, losses: list[float], lr: float) -> None: ...
    def validated(self, progress: Progress, row: dict[str, Any], wrong: dict[int, int], total: int) -> None: ...
    def drawn(self, row: dict[str, Any], pictures: NDArray[np.uint8]) -> None: ...
    def save(self, checkpoint: Checkpoint) -> None: ...
    def interrupted(self) -> bool:
        return False


def time_epoch(experiment: Experiment) -> dict[str, Any]:
    """Seconds of an epoch on this machine, as it is at the moment.

    Real steps on real batches: reading, augmentation, forward, backward, update, with the precision and the threads of
    the run; and its validations, as many as it has. What is written to disk after an epoch is left out.

    Returns:
        `seconds` an epoch, `step` (seconds, the median), `steps` in an epoch, `validation` (seconds of one),
        `validations` in an epoch, `timed` (steps that were), `device`, `precision`, `threads`.

    Raises:
        UserError: the device is not there. Failed: the data set cannot be read.
    """
    means = computing(experiment.train)
    torch.set_num_threads(means["threads"])
    data = load_data(experiment.data)
    train = data.splits["train"]
    some = _cut(train, BATCHES * experiment.train.batch_size)
    preprocessing = fit_preprocessing(experiment, some.pictures)
    small = DataSet(data.classes, {**data.splits, "train": some, "val": _cut(data.splits["val"], EVALUATION_BATCH)})
    trainer = make_trainer(experiment, small, preprocessing, means, _Nobody())
    trainer.lr = 0.0  # nothing is to be learned, and no rate makes the numbers infinite, which takes another time
    times = _times(trainer)
    step, steps = statistics.median(times), steps_per_epoch(facts(experiment).train_pictures, trainer.feed.batch_size)
    validation = _look(trainer) * len(data.splits["val"].targets)
    validations = min(trainer.validations, steps)
    return {
        "seconds": step * steps + validation * validations,
        "step": step,
        "steps": steps,
        "validation": validation,
        "validations": validations,
        "timed": len(times),
        **means,
    }


def _cut(split: Split, most: int) -> Split:
    masks = None if split.masks is None else split.masks[:most]
    return Split(split.pictures[:most], split.targets[:most], masks)


def _times(trainer: Trainer) -> list[float]:
    """Seconds of each step, after the first few; on a GPU the mean of some that follow each other."""
    trainer.model.train()
    together = AT_ONCE if trainer.device == "cuda" else 1
    trainer.feed.start_epoch(0)
    times: list[float] = []
    began = time.perf_counter()
    for number in range(10_000):
        before = time.perf_counter()
        trainer.rehearse((number * together + one) % trainer.steps_per_epoch for one in range(together))
        now = time.perf_counter()
        if number >= WARM:
            times.extend([(now - before) / together] * together)
        if times and (now - began > MOST or (now - began > LEAST and len(times) >= BATCHES)):
            break
    return times


def _look(trainer: Trainer) -> float:
    """Seconds for a validation picture, the first look left out."""
    times: list[float] = []
    while len(times) < 2 or sum(times) < ENOUGH:
        before = time.perf_counter()
        evaluate(trainer.model, trainer.feed, trainer.validation[0]).cpu()
        times.append(time.perf_counter() - before)
    return statistics.median(times[1:]) / len(trainer.validation[1])
