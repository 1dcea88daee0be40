"""Each part of the state left out of the checkpoint in turn: the comparison of exact resume must notice every one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch

from cnn_core import actions
from cnn_core.augmentation.apply import Augmenter
from cnn_core.jobs.job import ids
from cnn_core.runs import checkpoints
from cnn_core.runs.checkpoints import Checkpoint
from cnn_core.training import engine, job
from cnn_core.training.feed import Feed
from tests.faults.harness import differences, drawn, experiment, finish, forked, home, prepared, spread, tell

NO_BIT = {  # of Progress; all else must be to the bit
    "seconds",  # wall time is different in every run
    "validated",  # matters within a sitting only: between a validation and the next step no checkpoint is made
}

LOSSES = (3.0, 1.0, 2.0, 1.5, 1.2)  # of validation by epoch: so that `lowest`, `best` and `bad_epochs` matter

Lossy = Callable[[Checkpoint], Checkpoint]


class Mutation(NamedTuple):
    """What is left out. `optimizer`: with which the run trains. `step`: at which it is stopped."""

    what: str
    optimizer: str = "adamw"
    step: int = 13


def trained(root: Path, mutation: Mutation, *, stopped: bool) -> dict[str, str]:
    """A run stopped at the mutation's step and resumed without what it leaves out; or undisturbed. Its bits."""
    end, settings = engine.Progress.end_epoch, _settings(mutation)
    engine.Progress.end_epoch = lambda self, row: end(self, {**row, "val_loss": LOSSES[self.epoch]})
    if stopped:
        job._Training.interrupted = lambda self: bool(self.progress) and self.progress.step >= mutation.step
        assert actions.train(settings, root)["status"] == "stopped"
        job._Training.interrupted = lambda self: False
        leave_out(mutation.what)
    return finish(root, settings)


def _settings(mutation: Mutation) -> Any:
    return experiment(f"train.epochs={len(LOSSES)}", "train.patience=2", f"train.optimizer={mutation.optimizer}")


def leave_out(what: str) -> None:
    """From now on, in this process, a resume lacks this part."""
    kind, _, name = what.partition(": ")
    if kind == "order of the pictures":
        start = Feed.start_epoch
        Feed.start_epoch = lambda self, epoch: start(self, epoch + 1)
    elif kind == "draws of augmentation":
        draw = Augmenter.epoch
        Augmenter.epoch = lambda self, epoch: draw(self, epoch + 1)
    elif kind != "nothing":
        restore = engine.Trainer.restore
        lossy = {"progress": _progress, "state": _state, "model": _model}[kind]
        engine.Trainer.restore = lambda self, checkpoint: restore(self, lossy(checkpoint, name))


def _progress(whole: Checkpoint, name: str) -> Checkpoint:
    return dataclasses.replace(whole, progress={key: value for key, value in whole.progress.items() if key != name})


def _state(whole: Checkpoint, name: str) -> Checkpoint:
    """As a fresh trainer has it: no moments, random numbers from the seed, sums at zero."""
    kept = {key: value for key, value in whole.state.items() if not key.endswith(name)}
    if name == "random.cpu":
        kept[name] = torch.get_rng_state()
    if name == "correct":
        kept[name] = torch.zeros_like(whole.state[name])
    return dataclasses.replace(whole, state=kept)


def _model(whole: Checkpoint, name: str) -> Checkpoint:
    """As the network was made: this kind of weights or buffers at one where they are scales, else at zero."""
    fresh = {
        key: torch.full_like(value, float(name == "running_var")) if key.endswith(name) else value
        for key, value in whole.model.items()
    }
    return dataclasses.replace(whole, model=fresh)


def mutations(root: Path, optimizer: str) -> list[Mutation]:
    """One for each part of a real checkpoint, found in it; so that a new part comes by itself."""
    trained(root, Mutation("nothing", optimizer), stopped=True)
    (name,) = ids(root)
    checkpoint, _ = checkpoints.latest(root / name / "checkpoints")
    assert checkpoint is not None
    state = sorted({key.split(".")[-1] if key.startswith("optimizer.") else key for key in checkpoint.state})
    model = sorted({key.split(".")[-1] for key in checkpoint.model})
    parts = [*(f"state: {key}" for key in state), *(f"model: {key}" for key in model)]
    parts += [f"progress: {key}" for key in checkpoint.progress if key not in NO_BIT]
    return [Mutation(part, optimizer) for part in [*parts, "order of the pictures", "draws of augmentation"]]


def attempt(wanted: dict[str, dict[str, str]], noticed: Callable[..., list[str]], mutation: Mutation) -> list[str]:
    """Leave it out; a complaint if the comparison does not notice."""
    with home("mutation") as folder:
        ended = forked(lambda: trained(folder / "runs", mutation, stopped=True))
    if ended.code:  # the resume failed, which nobody overlooks
        return [] if mutation.what != "nothing" else [str(ended.said)]
    found = noticed(ended.said, wanted[mutation.optimizer])
    if mutation.what == "nothing":
        return [f"nothing was left out, but {', '.join(found)} differ"] if found else []
    return [] if found else ["nobody noticed"]


def main(count: int = 0, seed: int = 0, lanes: int = 2) -> bool:
    """Every part of the state, with two optimizers; first that a resume with nothing left out has the same bits."""
    prepared()
    wanted, every = {}, []
    for optimizer in ("adamw", "sgd"):
        with home("whole") as folder:
            ended = forked(lambda: trained(folder / "runs", Mutation("nothing", optimizer), stopped=False))  # noqa: B023
            assert ended.code == 0, ended.said
            wanted[optimizer] = ended.said
        with home("whole") as folder:
            ended = forked(lambda: mutations(folder / "runs", optimizer))  # noqa: B023
            assert ended.code == 0, ended.said
        every += [Mutation(*one) for one in ended.said]
    nothing = [
        Mutation("nothing", optimizer, step) for optimizer in wanted for step in (1, 10, 12, 13, 14)
    ]  # 12, 14: in a validation
    same = spread(partial(attempt, wanted, differences), nothing, lanes)
    results = spread(partial(attempt, wanted, differences), drawn(every, count, seed), lanes)
    whole = tell("resumes without a mutation to the same bits", same)
    return tell("mutations of the checkpoint noticed", results) and whole
