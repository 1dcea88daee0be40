"""Verbs on runs as jobs: start, stop, resume in the background, list, show, follow, delete. No torch."""

from __future__ import annotations

import time
from os import PathLike
from typing import Any

from cnn_core.base.errors import Failed, UserError
from cnn_core.base.settings import runs_folder
from cnn_core.experiment import Experiment
from cnn_core.jobs.launch import launch
from cnn_core.runs import trash
from cnn_core.runs.live import Live
from cnn_core.runs.live import live as live_of
from cnn_core.runs.run import RunFolder, find_run, new_run, records

Folder = str | PathLike[str] | None
TRAINING = "cnn_core.training.job"  # the kind of job that a run is
STOP_WAIT = 30.0  # seconds that `stop` waits for the checkpoint


def start(experiment: Experiment, runs: Folder = None) -> str:
    """Write a run's folder and start its own process; returns the run's id at once."""
    run = new_run(experiment, runs_folder(runs), TRAINING)
    _launch(run)
    return run.id


def _launch(run: RunFolder) -> None:
    try:
        launch(run)
    except Failed as error:
        run.update(status="failed", reason="error", message=str(error))
        raise


def resume_in_background(run: str, runs: Folder = None) -> dict[str, Any]:
    """Train a stopped or failed run on in its own process; returns its record at once. A finished run stays as it is.

    Raises:
        UserError: it is being trained already, or does not exist.
    """
    found = find_run(run, runs_folder(runs))
    requeue(found)
    if found.stored()["status"] == "queued":
        _launch(found)
    return found.record()


def requeue(run: RunFolder) -> None:
    """Make a stopped or failed run *queued* again; leave a finished one.

    Raises:
        UserError: another process works on it.
    """
    with run.lock():
        run.clear_stop()
        if run.stored()["status"] != "done":
            run.update(status="queued", reason="", message="", ended=None, waiting_for="")


def ask_stop(run: str, runs: Folder = None) -> None:
    """Ask a run to stop with a checkpoint; returns at once. A run that is not training stays as it is."""
    found = find_run(run, runs_folder(runs))
    if found.state()["status"] in ("queued", "running"):
        found.ask_stop()


def stop(run: str, runs: Folder = None) -> dict[str, Any]:
    """Stop a run with a checkpoint and wait for it; returns its record.

    Raises:
        Failed: it did not stop in time; the request stays.
    """
    found = find_run(run, runs_folder(runs))
    ask_stop(run, runs)
    deadline = time.monotonic() + STOP_WAIT
    while (record := found.record())["status"] in ("queued", "running"):
        if time.monotonic() > deadline:
            raise Failed(f"{found.id} has not stopped within {STOP_WAIT:.0f} s; it will at its next step.")
        time.sleep(0.05)
    return record


def runs(runs: Folder = None) -> list[dict[str, Any]]:
    """The records of all runs, newest first."""
    return records(runs_folder(runs))


def show(run: str, runs: Folder = None) -> dict[str, Any]:
    """The record of a run, with its experiment."""
    found = find_run(run, runs_folder(runs))
    record = found.record()
    try:
        return {**record, "experiment": found.experiment().model_dump(mode="json")}
    except UserError as error:  # of a later version, or damaged: the rest is shown all the same
        return {**record, "experiment": None, "message": record["message"] or str(error)}


def live(run: str, runs: Folder = None) -> Live:
    """A run as it is at this moment: curves, wall, log."""
    return live_of(find_run(run, runs_folder(runs)))


def delete(run: str, runs: Folder = None) -> dict[str, Any]:
    """Move a run into the trash of its runs folder.

    Raises:
        UserError: it is being trained, or does not exist.
    """
    found = find_run(run, runs_folder(runs))
    trash.delete(found)
    return {"run": found.id, "status": "deleted"}
