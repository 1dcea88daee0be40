"""Training in the foreground: the caller's process is the trainer."""

from __future__ import annotations

from typing import Any

from cnn_core.actions.running import TRAINING, Folder, take_over
from cnn_core.base.settings import runs_folder
from cnn_core.experiment import Experiment
from cnn_core.runs.run import find_run, new_run
from cnn_core.training import job
from cnn_core.training.precision import computing


def train(experiment: Experiment, runs: Folder = None, show: job.Show = lambda event: None) -> dict[str, Any]:
    """Train a new run here; returns its record. `show` is told what happens, see `training.job.run`.

    Raises:
        UserError: before anything is written, when the device is not there or the folder cannot be used.
    """
    computing(experiment.train)
    return job.run(new_run(experiment, runs_folder(runs), TRAINING, hold=True), show)


def resume(run: str, runs: Folder = None, show: job.Show = lambda event: None) -> dict[str, Any]:
    """Train a stopped or failed run on, here; returns its record. A finished run's record is returned as it is."""
    found = find_run(run, runs_folder(runs))
    with take_over(found) as lock:
        return job.run(found, show, lock)
