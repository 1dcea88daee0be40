"""Small real trainings: a few epochs on scikit-learn's digits, in this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_core.actions.running import TRAINING
from cnn_core.base.settings import runs_folder
from cnn_core.experiment import resolve
from cnn_core.runs.run import RunFolder, new_run
from cnn_core.training import job


@pytest.fixture
def new():
    """Make a run of digits; settings as on the command line."""

    def make(*sets: str, model: str = "small_cnn") -> RunFolder:
        small = ["model.width=8", "model.depth=2"] if model == "small_cnn" else []
        raw = {"data": {"name": "digits"}, "model": {"name": model}, "train": {"epochs": 2, "batch_size": 64}}
        return new_run(resolve(raw, [*small, *sets]), runs_folder(), TRAINING)

    return make


@pytest.fixture
def stop_at(monkeypatch):
    """Interrupt training after these many steps in all, as somebody's Stop would."""

    def at(step: int | None) -> None:
        def reached(self) -> bool:
            return step is not None and self.progress is not None and self.progress.step >= step

        monkeypatch.setattr(job._Training, "interrupted", reached)

    return at


def weights(run: RunFolder) -> dict[str, bytes]:
    """The files of the checkpoints by name: what must be the same to the bit."""
    return {path.name: path.read_bytes() for path in sorted(Path(run.checkpoints).glob("*.model.safetensors"))}


def final(run: RunFolder) -> bytes:
    """The weights of the last checkpoint."""
    return list(weights(run).values())[-1]
