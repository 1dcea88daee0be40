"""What the page tests share: real runs, trained once a session, and the app as a visitor opens it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from cnn_core import actions
from cnn_core.base.locks import Lock
from cnn_core.experiment import resolve
from cnn_core.jobs import queue, supervisor
from cnn_core.jobs.job import Job

APP = Path(__file__).parents[2] / "app.py"


@dataclass(frozen=True)
class Runs:
    """Ids in `folder`. small: digits, small_cnn, 2 epochs, done. mlp: digits, done. failed: diverged in epoch 1."""

    folder: Path
    small: str
    mlp: str
    failed: str


def _train(folder: Path, model: str, **train: object) -> str:
    settings = {"data": {"name": "digits"}, "model": {"name": model}, "train": train}
    return str(actions.train(resolve(settings), folder)["run"])


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """Trained by the real engine; tests read them. Who wants to change one takes `runs`."""
    folder = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVSCOPE_LOCKS", str(tmp_path_factory.mktemp("locks")))
        failed = _train(folder, "small_cnn", epochs=2, lr=1e9, optimizer={"name": "sgd"})
        mlp = _train(folder, "mlp", epochs=1)
        small = _train(folder, "small_cnn", epochs=2)
    return Runs(folder, small, mlp, failed)


@pytest.fixture
def runs(trained: Runs, tmp_path: Path) -> Runs:
    """A copy of the trained runs, in this test's own runs folder."""
    folder = tmp_path / "runs"
    shutil.copytree(trained.folder, folder, dirs_exist_ok=True)
    return Runs(folder, trained.small, trained.mlp, trained.failed)


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """No supervisor is started; the folders for which one would have been."""
    folders: list[Path] = []
    monkeypatch.setattr(supervisor, "wake", folders.append)
    return folders


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of the runs that were put in the queue."""
    ids: list[str] = []
    real = queue.enqueue

    def noted(job: Job, lock: Lock) -> None:
        real(job, lock)
        ids.append(job.id)

    monkeypatch.setattr(queue, "enqueue", noted)
    return ids


@pytest.fixture(autouse=True)
def _healed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let AppTest run app.py at every step, as a server does once `st.navigation` was called.

    AppTest forgets that call before each step, finds the folder `pages/` and would run a page's file alone.
    """
    begin = PagesManager.__init__

    def begin_healed(self: PagesManager, *args: Any, **kwargs: Any) -> None:
        begin(self, *args, **kwargs)
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", begin_healed)
    monkeypatch.setattr("pages.parts.uploads.guard", lambda: None)  # AppTest's server is a stand-in


@pytest.fixture
def visit() -> Callable[..., AppTest]:
    """Open a page of the app, `visit("explain", run="...", picture="test-3")`; nothing may raise."""

    def open_page(page: str, **query: str) -> AppTest:
        at = AppTest.from_file(str(APP), default_timeout=60).run()  # once, or it knows no page
        for name, value in query.items():
            at.query_params[name] = value
        at.switch_page(f"pages/{page}.py").run()
        assert not at.exception, at.exception[0].message
        return at

    return open_page
