"""What all tests share: a home of their own, one thread each, and the real data where it is there."""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before anything imports torch: two workers share two cores

import sys
from pathlib import Path

import pytest

from cnn_core.base import settings


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    """Each test has its own runs folder and device locks, so no test sees another's runs or waits for them."""
    monkeypatch.setenv("CONVSCOPE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("CONVSCOPE_LOCKS", str(tmp_path / "locks"))
    yield
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)


@pytest.fixture(scope="session")
def mnist() -> Path:
    """The data folder, with MNIST's four unpacked files in it; the test is skipped by name where they are not."""
    folder = settings.data_folder()
    if not (folder / "MNIST" / "raw" / "train-images-idx3-ubyte").is_file():
        pytest.skip(f"MNIST is not in {folder}; CONVSCOPE_DATA names the folder of data sets")
    return folder


@pytest.fixture(scope="session")
def photos() -> Path:
    """Real photographs by name; the test is skipped by name where they are not."""
    folder = settings.data_folder() / "photos"
    if not (folder / "cat.jpg").is_file():
        pytest.skip(f"the photographs are not in {folder}; CONVSCOPE_DATA names the folder of data sets")
    return folder


@pytest.fixture(scope="session")
def squeezenet() -> Path:
    """A file of ImageNet weights of SqueezeNet 1.1; the test is skipped by name where it is not."""
    path = settings.data_folder() / "weights" / "squeezenet1_1-imagenet.pth"
    if not path.is_file():
        pytest.skip(f"{path} is not there: no pre-trained network could be asked")
    return path


@pytest.fixture(scope="session")
def pretrained_run(squeezenet: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run of SqueezeNet 1.1 with real weights; to be read only."""
    from cnn_core import actions

    record = actions.pretrained("squeezenet1_1", squeezenet, tmp_path_factory.mktemp("pretrained"))
    assert record["status"] == "done", record
    return Path(record["path"])
