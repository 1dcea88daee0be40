"""A real run of digits, trained once; each test gets a copy that it may damage."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cnn_core.actions.running import TRAINING
from cnn_core.base.settings import runs_folder
from cnn_core.experiment import resolve
from cnn_core.runs.run import RunFolder, new_run
from cnn_core.training import engine, job

LOSSES = (2.0, 1.0, 1.5)  # of validation, so that the best epoch is the second of three and all three are kept


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> Path:
    """The folder of a finished run: 20 steps an epoch, checkpoints at 20, 40 (the best) and 60."""
    root, end = tmp_path_factory.mktemp("trained"), engine.Progress.end_epoch
    patch = pytest.MonkeyPatch()
    patch.setenv("CONVSCOPE_LOCKS", str(root / "locks"))
    patch.setattr("cnn_core.runs.checkpoints.LAST_KEPT", 3)
    patch.setattr(engine.Progress, "end_epoch", lambda self, row: end(self, {**row, "val_loss": LOSSES[self.epoch]}))
    raw = {"data": {"name": "digits"}, "model": {"name": "small_cnn", "options": {"width": 8, "depth": 2}}}
    made = new_run(resolve({**raw, "train": {"epochs": 3, "batch_size": 64}}), root / "runs", TRAINING)
    try:
        assert job.run(made)["status"] == "done"
    finally:
        patch.undo()
    return made.folder


@pytest.fixture
def run(trained) -> RunFolder:
    """A copy of it in this test's runs folder."""
    return copied(trained, runs_folder())


def copied(folder: Path, root: Path, name: str = "") -> RunFolder:
    """A run copied into a runs folder, under another id where one is given."""
    there = root / (name or folder.name)
    shutil.copytree(folder, there)
    return RunFolder(there)


def flip(path: Path, place: int = -1) -> None:
    """Flip a bit of a file."""
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
