"""A run's folder, read without torch: its experiment, and the record that is printed, listed and shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cnn_core.base.files import sealed, unseal
from cnn_core.experiment import Experiment, facts, read
from cnn_core.jobs.index import states
from cnn_core.jobs.job import Job, by_id, create, find

FACTS: dict[str, Any] = {  # what a record holds beyond a job's state, before anything is known
    "label": "",
    "data": "",
    "model": "",
    "epochs": 0,
    "epochs_planned": 0,
    "step": 0,
    "steps": 0,
    "steps_per_epoch": 0,
    "best_epoch": None,
    "val_accuracy": None,
    "val_loss": None,
    "test_accuracy": None,
    "seconds": 0.0,
    "images": 0,
    "parameters": None,
    "device": "",
    "precision": "",
    "threads": None,
    "waiting_for": "",
}


class RunFolder(Job):
    """A run by its folder."""

    @property
    def checkpoints(self) -> Path:
        return self.folder / "checkpoints"

    @property
    def predictions(self) -> Path:
        return self.folder / "predictions"

    def experiment(self) -> Experiment:
        """The settings as they were stored; their SHA-256 is checked."""
        return read(unseal(self.folder / "experiment.json"))

    def record(self, state: dict[str, Any] | None = None) -> dict[str, Any]:
        """The run as one flat record; `state` spares a read where it is known."""
        state = {**FACTS, **(self.state() if state is None else state)}
        state.pop("schema", None)
        state.pop("kind", None)
        seconds = state["seconds"]
        speed = state["images"] / seconds if seconds else None
        return {"run": self.id, "path": str(self.folder), **state, "images_per_second": speed}


def new_run(experiment: Experiment, root: Path, kind: str) -> RunFolder:
    """Write a run's folder with state *queued*: the state's file, which makes it a run, comes last.

    `kind` is the dotted name of the module whose `work(job)` trains it.
    """
    known = facts(experiment)
    words = f"{experiment.data.name}-{experiment.model.name}"
    steps = steps_per_epoch(known.train_pictures, experiment.train.batch_size)
    return RunFolder(
        create(
            root,
            words,
            kind,
            files={"experiment.json": sealed(experiment.model_dump(mode="json"))},
            label=experiment.label,
            data=experiment.data.name,
            model=experiment.model.name,
            epochs_planned=experiment.train.epochs,
            steps_per_epoch=steps,
            steps=steps * experiment.train.epochs,
        ).folder
    )


def steps_per_epoch(pictures: int, batch_size: int) -> int:
    """Steps of an epoch. A last batch of a single picture is left out: batch norm has no spread for it."""
    whole, rest = divmod(pictures, batch_size)
    return whole + (rest > 1 or whole == 0)


def run_by_id(run: object, root: Path) -> RunFolder:
    """A run by its exact id (addresses, pages)."""
    return RunFolder(by_id(run, root).folder)


def find_run(run: str, root: Path) -> RunFolder:
    """A run by id, unambiguous beginning, or folder (shell, Python)."""
    return RunFolder(find(run, root).folder)


def records(root: Path) -> list[dict[str, Any]]:
    """The records of all runs in a folder, newest first."""
    found = [RunFolder(root / name).record(state) for name, state in states(root).items()]
    return sorted(found, key=lambda one: (one["created"], one["run"]), reverse=True)
