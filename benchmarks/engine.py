"""The engine against a bare loop of the same network, optimizer, precision, threads and batch on one fixed batch."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import torch

from benchmarks.timing import in_turn, ratio, say_ratio
from cnn_core.actions.running import TRAINING
from cnn_core.experiment import resolve
from cnn_core.runs.run import new_run
from cnn_core.training import job
from cnn_core.training.engine import Trainer
from cnn_core.training.hold import Hold
from cnn_core.training.precision import autocast, has_bfloat16

ROUNDS = 9


def trainer(root: Path, data: str, *sets: str) -> Trainer:
    """A trainer as a job makes it, with the job as its reporter."""
    raw = {"data": {"name": data}, "model": {"name": "small_cnn"}, "train": {"epochs": 1000}}
    experiment = resolve(raw, sets)
    run = new_run(experiment, root, TRAINING)
    sitting = job._Training(run, Hold(run, run.lock()), lambda event: None)
    return sitting._trainer(experiment, sitting._means(experiment))


def engine(made: Trainer, steps: int) -> Callable[[], object]:
    """Some steps of the engine, with its feed, its reading of losses and its reports."""

    def go() -> None:
        if made.progress.batch + steps > made.steps_per_epoch:
            made.progress.batch = 0
        if made.progress.batch == 0:
            made.feed.start_epoch(made.progress.epoch)
        made.model.train()
        made._steps(made.progress.batch + steps)

    return go


def bare(made: Trainer, steps: int, *, channels_last: bool = True) -> Callable[[], object]:
    """Forward, loss, backward, step, and nothing else, on one fixed batch."""
    made.feed.start_epoch(0)
    images, targets = made.feed.batch(0)
    model, optimizer = made.model, made.optimizer
    if not channels_last:
        images, model = images.contiguous(), model.to(memory_format=torch.contiguous_format)

    def go() -> None:
        model.train()
        for _ in range(steps):
            with autocast(made.device, made.precision):
                logits = model(images)
            loss = made.loss(logits.float(), targets)
            optimizer.zero_grad(set_to_none=True)
            torch.autograd.backward(loss)
            optimizer.step()

    return go


def main() -> None:
    """Print the three ratios."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for data, batch, steps, target in (("mnist", 128, 40, 0.95), ("digits", 32, 39, 0.85)):
            setting = f"train.batch_size={batch}"
            variants = {
                "bare": bare(trainer(root, data, setting), steps),
                "engine": engine(trainer(root, data, setting), steps),
            }
            times = in_turn(variants, ROUNDS)
            say_ratio(f"speed of the engine / bare loop, {data}, batch {batch}", ratio(times, "bare", "engine"), target)
        float32 = trainer(root, "mnist", "train.batch_size=128", "train.precision=float32")
        variants = {
            "float32": bare(float32, 20, channels_last=False),
            "auto": engine(trainer(root, "mnist", "train.batch_size=128"), 20),
        }
        name = "speed of precision auto / float32 NCHW loop, MNIST"
        if has_bfloat16("cpu"):
            say_ratio(name, ratio(in_turn(variants, ROUNDS), "float32", "auto"), 1.8)
        else:
            print(f"{name}: not measured, this processor has no AMX")


if __name__ == "__main__":
    main()
