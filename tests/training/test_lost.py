"""What is under a training can be taken away: its folder moved or deleted, its lock file deleted, its lock taken."""

from __future__ import annotations

import shutil
import sys

import pytest

from cnn_core.base.errors import Failed
from cnn_core.base.locks import Lock, held
from cnn_core.base.settings import locks_folder
from cnn_core.runs.run import RunFolder
from cnn_core.training import hold, job
from tests.training.conftest import final


@pytest.fixture(autouse=True)
def _look_always(monkeypatch):
    monkeypatch.setattr(hold, "LOOK_EVERY", 0.0)


def once(kind, what):
    """Do something at the first event of a kind."""
    done = []

    def show(event):
        if event["kind"] == kind and not done:
            done.append(1)
            what()

    return show


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells where an open file is now")
def test_a_folder_that_is_moved_says_so_where_it_is_and_resumes_there_to_the_same_bits(new, tmp_path):
    run, undisturbed = new("train.epochs=3"), new("train.epochs=3")
    job.run(undisturbed)
    there = tmp_path / "elsewhere" / run.id
    there.parent.mkdir()
    record = job.run(run, once("validation", lambda: run.folder.rename(there)))
    assert (record["status"], record["reason"], record["path"]) == ("stopped", "moved", str(there))
    assert not run.folder.exists()
    moved = RunFolder(there)
    assert job.run(moved)["status"] == "done"
    assert final(moved) == final(undisturbed)


def test_a_folder_that_is_deleted_ends_the_training_and_is_not_made_anew(new):
    run = new("train.epochs=3")
    with pytest.raises(Failed, match="deleted"):
        job.run(run, once("validation", lambda: shutil.rmtree(run.folder)))
    assert not run.folder.exists()


def test_a_lock_file_that_is_deleted_is_made_anew_and_training_goes_on(new):
    run = new("train.epochs=3")
    seen = []

    def look(event):
        if event["kind"] == "validation":
            seen.append(held(run.lock_path))
            run.lock_path.unlink()
            (locks_folder() / "cpu.lock").unlink()

    assert job.run(run, look)["status"] == "done"
    assert seen == [True, True, True]


def test_a_run_that_another_process_has_taken_is_left_to_it(new):
    run = new("train.epochs=3")
    other = Lock(run.lock_path)

    def steal():
        run.lock_path.unlink()
        assert other.acquire("somebody else")
        run.update(message="mine now")

    with pytest.raises(Failed, match="taken over"):
        job.run(run, once("validation", steal))
    assert run.stored()["message"] == "mine now"
    other.release()


def test_a_training_that_lost_the_device_to_another_stops_with_what_it_has(new):
    run = new("train.epochs=3")
    path = locks_folder() / "cpu.lock"
    other = Lock(path, shared=True)

    def steal():
        path.unlink()
        assert other.acquire("another run")

    record = job.run(run, once("validation", steal))
    other.release()
    assert (record["status"], record["reason"]) == ("stopped", "device")
    assert "given to another run" in record["message"]
    assert job.run(run)["status"] == "done"
