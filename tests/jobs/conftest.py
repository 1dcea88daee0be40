"""Jobs without torch, and a supervisor of them, as real processes that are ended whatever happens."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from cnn_core.base.locks import held, note
from cnn_core.jobs import launch
from cnn_core.jobs.index import states
from cnn_core.jobs.job import SUPERVISOR, Job, ids, started
from cnn_core.jobs.queue import create
from tests import light


def make(root, words="digits-small_cnn", **state):
    """A job's folder whose maker is gone."""
    return create(root, words, "cnn_core.training.job", files={}, **state)


def until(condition, seconds=20):
    """Wait until something is so, by looking: other processes cannot notify a test."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)
    return found


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A folder of jobs whose supervisor and workers are light; whoever is alive at the end is ended."""
    monkeypatch.setattr(launch, "command", light.command)
    folder = tmp_path / "jobs"
    folder.mkdir()
    yield folder
    until(lambda: not [path for path in _locks(folder) if _still_held(path)])


def _locks(folder):
    return [folder / SUPERVISOR, *(folder / name / "alive.lock" for name in ids(folder))]


def _still_held(path):
    """End whoever holds a lock, the supervisor first; a worker's note names it only once it has begun."""
    if not held(path):
        return False
    pid, _, since = note(path).partition(" ")
    if pid and int(pid) != os.getpid() and started(int(pid)) == since:
        os.kill(int(pid), signal.SIGKILL)
    return not pid or int(pid) != os.getpid()


def ended(root, *jobs):
    """Wait until jobs are at their end; their states."""
    until(lambda: all(states(root)[job.id]["status"] not in ("queued", "running") for job in jobs))
    return [states(root)[job.id] for job in jobs]


def at_work(root, job: Job):
    """Wait until a job's worker has begun; its process id."""
    until(lambda: ("began", job.id) in light.worked(root))
    return int(note(job.lock_path).split()[0])


def boss(root):
    """The process id of the supervisor, once it has said it."""
    return int(until(lambda: held(root / SUPERVISOR) and note(root / SUPERVISOR)).split()[0])


def gone(pid):
    """Wait until a process has ended and is no zombie."""
    until(lambda: not Path(f"/proc/{pid}").exists() if sys.platform == "linux" else not _runs(pid))


def _runs(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
