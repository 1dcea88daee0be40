"""A run's folder, read without torch: its experiment, and the record that is printed, listed and shown."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from cnn_core.base.files import sealed, unseal
from cnn_core.base.kinds import sound
from cnn_core.experiment import Pretrained, Settings, facts, read
from cnn_core.jobs.index import states
from cnn_core.jobs.job import LIVE, Job, by_id, find
from cnn_core.jobs.queue import create, lane, line, waits
from cnn_core.runs import notes

FACTS: dict[str, Any] = {  # what a record holds beyond a job's state, before anything is known
    "label": "",
    "task": "classification",
    "data": "",
    "model": "",
    "origin": "",  # whose network it is, where it was not trained here
    "epochs": 0,
    "epochs_planned": 0,
    "step": 0,
    "steps": 0,
    "steps_per_epoch": 0,
    "best_epoch": None,
    "val_accuracy": None,
    "val_loss": None,
    "test_accuracy": None,
    "test_iou": None,  # of a segmentation
    "seconds": 0.0,
    "estimated": None,  # seconds of an epoch with its validations, as they were timed before the start
    "images": 0,
    "parameters": None,
    "device": "",
    "precision": "",
    "threads": None,
    "bytes": 0,  # of weights that are fetched
    "total": 0,
}
LABS = ".labs"  # in a folder of runs: a folder of jobs of their own, the labs and what they found
COMPRESSING = ".compressing"  # the same for networks that are compressed or timed
COMPRESSED = "compressed"  # in a run's folder: files that were made of its network, each with a manifest
NETWORK = "network"  # the lane of what waits for the network, and uses no device
OURS = ("schema", "kind", "sha256", "turn", "lane", "supervised", "settled", "memory_mark")  # of the state, not shown


class RunFolder(Job):
    """A run by its folder."""

    @property
    def checkpoints(self) -> Path:
        return self.folder / "checkpoints"

    @property
    def predictions(self) -> Path:
        return self.folder / "predictions"

    def experiment(self) -> Settings:
        """The settings as they were stored; their SHA-256 is checked."""
        return read(unseal(self.folder / "experiment.json"))

    def record(self) -> dict[str, Any]:
        """The run as one flat record. ahead: how many go before a queued one. stopping: it was asked to.

        name, note, tags: what people wrote on it. label: its name, or what it is called by its settings.
        """
        state = self.state()
        return _record(self.root, self.id, state, line(states(self.root)).get(self.id) if waits(state) else None)


def _record(root: Path, name: str, state: dict[str, Any], place: tuple[int, str] | None) -> dict[str, Any]:
    state = sound(state, FACTS)
    ahead, waiting_for = place or (0, state["waiting_for"])
    seconds, path = state["seconds"], f"{root}{os.sep}{name}"
    written = notes.read(path)
    return {
        "run": name,
        "path": path,
        **{key: value for key, value in state.items() if key not in OURS},
        "label": written.name or state["label"],
        "name": written.name,
        "note": written.note,
        "tags": list(written.tags),
        "ahead": ahead if state["status"] == "queued" else None,
        "waiting_for": waiting_for,
        "stopping": state["status"] in LIVE and Job(root / name).stop_asked(),
        "images_per_second": state["images"] / seconds if seconds else None,
    }


def new_run(experiment: Settings, root: Path, kind: str, *, hold: bool = False, **state: Any) -> RunFolder:
    """Write a run's folder with state *queued*: the state's file, which makes it a run, comes last.

    `kind` is the dotted name of the module whose `work(job, lock)` trains it. `hold`: keep its lock (`queue.create`).
    `state`: what else is known of it.
    """
    files = {"experiment.json": sealed(experiment.model_dump(mode="json"))}
    made = create(root, experiment.label, kind, files=files, hold=hold, **planned(experiment), **state)
    return RunFolder(made.folder, made.birth)


def planned(experiment: Settings) -> dict[str, Any]:
    """What a run's state says of its experiment, before anything is trained."""
    said = {"label": experiment.label, "task": experiment.task, "model": experiment.network}
    if isinstance(experiment, Pretrained):
        origin = experiment.origin
        return {**said, "lane": NETWORK, "data": origin.taught, "origin": origin.source, "epochs_planned": 0}
    steps = steps_per_epoch(facts(experiment).train_pictures, experiment.train.batch_size)
    return {
        **said,
        "lane": lane(experiment.train.device),
        "data": experiment.data.name,
        "epochs_planned": experiment.train.epochs,
        "steps_per_epoch": steps,
        "steps": steps * experiment.train.epochs,
    }


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
    known = states(root)
    places = line(known)
    found = [_record(root, name, state, places.get(name)) for name, state in known.items()]
    return sorted(found, key=lambda one: (one["number"], one["created"], one["run"]), reverse=True)
