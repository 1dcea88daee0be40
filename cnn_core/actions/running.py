"""Verbs on runs as jobs: start, stop, resume in the background, list, show, follow, delete. No torch."""

from __future__ import annotations

import time
from os import PathLike
from typing import Any

from cnn_core.base.errors import Failed, UserError
from cnn_core.base.locks import Lock
from cnn_core.base.settings import runs_folder
from cnn_core.experiment import Experiment
from cnn_core.jobs import queue, supervisor, verdict
from cnn_core.jobs.job import LIVE
from cnn_core.runs import trash
from cnn_core.runs.live import Live
from cnn_core.runs.live import live as live_of
from cnn_core.runs.run import RunFolder, find_run, new_run, records

Folder = str | PathLike[str] | None
TRAINING = "cnn_core.training.job"  # the kind of job that a run is
ENDING = 5.0  # seconds that `stop` waits on after a run was due to be ended


def start(experiment: Experiment, runs: Folder = None, estimated: float | None = None) -> str:
    """Write a run's folder, put it in the queue and see that a supervisor is there; returns the run's id at once.

    Args:
        estimated: seconds of an epoch as `estimate` timed them, to be set beside the truth later.
    """
    root = runs_folder(runs)
    run = new_run(experiment, root, TRAINING, hold=True, estimated=estimated)
    enqueue(run, run.lock())
    return run.id


def enqueue(run: RunFolder, lock: Lock) -> None:
    """Put a run in the queue, whose lock is given up here, and see that a supervisor is there."""
    try:
        with lock:
            queue.enqueue(run, lock)
    except OSError as error:
        raise Failed(f"{run.id} cannot be put in the queue: {error.strerror or error}.") from error
    supervisor.wake(run.root)


def wake(runs: Folder = None) -> None:
    """See that a supervisor is there while something waits: for whoever looks at a queue whose supervisor has died."""
    supervisor.wake(runs_folder(runs))


def resume_in_background(run: str, runs: Folder = None) -> dict[str, Any]:
    """Put a stopped or failed run in the queue again; returns its record at once. A finished run stays as it is.

    Raises:
        UserError: it is being trained already, or does not exist.
    """
    found = find_run(run, runs_folder(runs))
    if queue.waits(found.state()):
        supervisor.wake(found.root)
    else:
        lock = found.lock()
        if found.stored()["status"] == "done":
            lock.release()
        else:
            found.clear_stop()
            enqueue(found, lock)
    return found.record()


def take_over(run: RunFolder) -> Lock:
    """Make a stopped, failed or waiting run *queued* for this process, which trains it; a finished one is left.

    Raises:
        UserError: another process works on it.
    """
    lock = run.lock()
    try:
        if run.stored()["status"] != "done":
            run.clear_stop()
            queue.begin(run)
    except BaseException:
        lock.release()
        raise
    return lock


def ask_stop(run: str, runs: Folder = None) -> None:
    """Ask a run to stop with a checkpoint; returns at once. One that stands in line leaves it.

    The supervisor ends a run that has not stopped after `verdict.STOP_WITHIN` seconds. A run that is not at work stays
    as it is.

    Raises:
        Failed: the request cannot be written.
    """
    found = find_run(run, runs_folder(runs))
    if found.state()["status"] not in LIVE or queue.leave(found):
        return
    try:
        found.ask_stop()
    except OSError as error:
        raise Failed(f"{found.id} cannot be asked to stop: {error.strerror or error}.") from error
    supervisor.wake(found.root)


def stop(run: str, runs: Folder = None) -> dict[str, Any]:
    """Stop a run with a checkpoint and wait for it; returns its record, which says how it stopped.

    Raises:
        Failed: it did not stop, and could not be ended either; the request stays.
    """
    found = find_run(run, runs_folder(runs))
    ask_stop(run, runs)
    deadline = time.monotonic() + verdict.STOP_WITHIN + ENDING
    while (state := found.state())["status"] in LIVE or (state["status"] == "stopped" and found.alive()):
        if time.monotonic() > deadline:
            raise Failed(f"{found.id} has not stopped, and its process cannot be ended from here; the request stays.")
        time.sleep(0.05)
    return found.record()


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
