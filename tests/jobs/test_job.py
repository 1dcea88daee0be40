"""A job's folder: ids, states, and who is alive."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import threading

import pytest

from cnn_core.base.errors import UserError
from cnn_core.base.files import sealed
from cnn_core.base.locks import Lock, held
from cnn_core.jobs import index, journal
from cnn_core.jobs.job import ID, Job, by_id, find, ids
from cnn_core.jobs.queue import create, enqueue
from tests.jobs.conftest import make

HOLD = """
import sys
from pathlib import Path
from cnn_core.jobs.job import Job
lock = Job(Path(sys.argv[1])).lock()
print('held', flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder():
    """Start processes that hold a job's lock; whatever happens they are ended."""
    started = []

    def hold(job):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(job.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        started.append(process)
        assert process.stdout.readline() == b"held\n"
        return process

    yield hold
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stdin.close()


def test_an_id_is_sortable_readable_and_safe(tmp_path):
    job = make(tmp_path, "Digits <b> ../é · small_cnn" + "x" * 500)
    assert ID.match(job.id)
    assert "digits-b-small-cnn" in job.id.replace("--", "-")
    assert len(job.id) < 96


def test_two_starts_in_the_same_instant_are_two_jobs(tmp_path):
    made, start = [], threading.Barrier(8)

    def one():
        start.wait()
        made.append(make(tmp_path).id)

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8 == len(ids(tmp_path))


@pytest.mark.parametrize(
    "bad", ["", ".", "..", "../x", "a/../b", "/etc", "a\0b", "a\n", "A", "-a", "é", "x" * 10_000, "%2e%2e", None, 3]
)
def test_no_bad_id_becomes_a_path(tmp_path, bad):
    make(tmp_path)
    with pytest.raises(UserError):
        by_id(bad, tmp_path)


def test_a_link_out_of_the_folder_is_not_followed_by_id(tmp_path):
    job = make(tmp_path / "elsewhere")
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "link").symlink_to(job.folder)
    with pytest.raises(UserError):
        by_id("link", tmp_path / "runs")


def test_a_run_is_found_by_id_beginning_and_folder(tmp_path, monkeypatch):
    first, second = make(tmp_path, "a"), make(tmp_path, "b")
    assert find(first.id, tmp_path).id == first.id
    assert find(first.id[:18], tmp_path).id == first.id
    assert find(str(second.folder), tmp_path / "other").id == second.id
    with pytest.raises(UserError, match="ambiguous"):
        find(first.id[:9], tmp_path)
    with pytest.raises(UserError, match="does not exist"):
        find("nope", tmp_path)


def test_a_killed_worker_is_seen_as_stopped_and_a_living_one_as_running(tmp_path, holder):
    job = make(tmp_path)
    process = holder(job)
    job.update(status="running")
    assert job.state()["status"] == "running"
    assert job.state()["alive"]
    process.send_signal(signal.SIGKILL)
    process.wait()
    seen = job.state()
    assert (seen["status"], seen["reason"], seen["alive"]) == ("stopped", "killed", False)


def test_a_job_that_is_worked_on_cannot_be_taken(tmp_path, holder):
    job = make(tmp_path)
    holder(job)
    with pytest.raises(UserError, match="another process"):
        job.lock()


def test_a_forked_child_that_outlives_its_parent_does_not_keep_the_lock(tmp_path):
    lock = Lock(tmp_path / "x.lock")
    assert lock.acquire()
    (ready, say), (wait, go) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.write(say, b"x")
        os.read(wait, 1)
        os._exit(0)
    os.read(ready, 1)
    assert held(tmp_path / "x.lock")
    os.close(lock._handle)  # what the kernel does when the parent dies
    assert not held(tmp_path / "x.lock")
    os.write(go, b"x")
    os.waitpid(child, 0)
    for handle in (ready, say, wait, go):
        os.close(handle)
    lock._handle = None


def test_a_job_whose_maker_died_before_it_began_says_so_whatever_the_clock_says(tmp_path):
    job = make(tmp_path)
    os.utime(job.folder / "state.json")
    assert (job.state()["status"], job.state()["reason"]) == ("stopped", "killed")
    assert "before it began" in job.state()["message"]


def test_a_job_is_locked_before_anybody_can_see_it(tmp_path):
    job = create(tmp_path, "words", "cnn_core.training.job", files={}, hold=True)
    assert job.state()["status"] == "queued"
    assert job.state()["alive"]
    with job.lock():
        assert Job(job.folder).state()["alive"]
    assert not Job(job.folder).state()["alive"]


def test_a_job_in_the_line_needs_nobody_living(tmp_path):
    job = create(tmp_path, "words", "cnn_core.training.job", files={}, hold=True)
    enqueue(job, job.lock())
    assert (job.state()["status"], job.state()["alive"]) == ("queued", False)


def test_numbers_go_on_whatever_the_clock_says_and_whatever_is_deleted(tmp_path):
    numbers = [make(tmp_path, name).stored()["number"] for name in "abc"]
    assert numbers == [1, 2, 3]
    (tmp_path / "index.sqlite").unlink(missing_ok=True)
    (tmp_path / ".arrivals.lock").unlink()
    assert make(tmp_path, "d").stored()["number"] == 4


def test_the_journal_leaves_a_torn_last_line_and_the_writer_cuts_it_off(tmp_path):
    path = tmp_path / "journal.jsonl"
    journal.write(path, "steps", step=1, loss=float("nan"))
    with path.open("ab") as file:
        file.write(b'{"kind": "steps", "st')
    rows, offset = journal.read(path)
    assert [row["step"] for row in rows] == [1]
    assert rows[0]["loss"] is None
    journal.write(path, "steps", step=2)
    assert [row["step"] for row in journal.read(path, offset)[0]] == [2]
    assert [row["step"] for row in journal.read(path)[0]] == [1, 2]


@pytest.mark.parametrize("harm", ["delete", "garbage", "other version"])
def test_the_index_is_made_anew_from_the_folders(tmp_path, harm):
    job = make(tmp_path)
    job.update(status="done")
    assert list(index.states(tmp_path)) == [job.id]
    path = tmp_path / "index.sqlite"
    assert path.exists()
    if harm == "delete":
        path.unlink()
    elif harm == "garbage":
        path.write_bytes(b"no database" * 500)
    else:
        import sqlite3

        with sqlite3.connect(path) as database:
            database.execute("PRAGMA user_version=77")
        database.close()
    assert index.states(tmp_path)[job.id]["status"] == "done"
    assert index.states(tmp_path)[job.id]["status"] == "done"


def test_the_index_sees_a_changed_a_new_and_a_removed_job(tmp_path):
    first = make(tmp_path, "a")
    first.update(status="done", message="")
    index.states(tmp_path)
    first.update(status="done", message="changed")
    second = make(tmp_path, "b")
    found = index.states(tmp_path)
    assert found[first.id]["message"] == "changed"
    assert second.id in found
    (first.folder / "state.json").unlink()
    assert first.id not in index.states(tmp_path)


def test_a_damaged_state_is_shown_as_damaged_beside_the_others(tmp_path):
    good, bad = make(tmp_path, "a"), make(tmp_path, "b")
    good.update(status="done")
    (bad.folder / "state.json").write_text("{")
    found = index.states(tmp_path)
    assert found[good.id]["status"] == "done"
    assert found[bad.id]["reason"] == "damaged"


def test_a_state_of_another_version_is_not_touched(tmp_path):
    job = make(tmp_path)
    path = job.folder / "state.json"
    path.write_bytes(sealed({**json.loads(path.read_text()), "schema": 99}))
    before = path.read_bytes()
    with pytest.raises(UserError, match="version"):
        Job(job.folder).state()
    assert path.read_bytes() == before


def test_a_flipped_bit_in_a_state_is_found(tmp_path):
    job = make(tmp_path)
    job.update(status="done", val_accuracy=0.913)
    path = job.folder / "state.json"
    path.write_text(path.read_text().replace("0.913", "0.993"))
    with pytest.raises(UserError, match="damaged"):
        job.state()


def test_a_state_of_the_first_version_which_had_no_seal_is_read(tmp_path):
    job = make(tmp_path)
    path = job.folder / "state.json"
    old = {"schema": 1, "kind": "cnn_core.training.job", "status": "done", "reason": "", "message": "", "created": "x"}
    path.write_text(json.dumps(old))
    assert job.state()["status"] == "done"
    assert job.state()["number"] == 0
    job.update(message="touched")
    assert (job.stored()["schema"], job.stored()["message"]) == (2, "touched")


def test_on_a_full_disk_the_state_is_written_over_the_old_one(tmp_path, monkeypatch):
    job = make(tmp_path)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("cnn_core.jobs.job.atomic_write", full)
    job.update(status="stopped", reason="disk", message="The disk is full.")
    assert job.stored()["reason"] == "disk"
    job.update(status="stopped", reason="", message="")  # shorter than before
    assert job.stored()["reason"] == ""
    with pytest.raises(OSError, match="No space"):
        job.update(message="x" * 10_000)  # no room for that
    assert job.stored()["reason"] == ""


@pytest.mark.parametrize("call", range(2))
def test_a_job_that_cannot_be_made_leaves_nothing_behind(tmp_path, monkeypatch, call):
    calls = []

    def full(*arguments):
        calls.append(1)
        if len(calls) > call:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("cnn_core.jobs.queue.atomic_write", full)
    with pytest.raises(UserError, match="cannot be written"):
        create(tmp_path, "words", "cnn_core.training.job", files={"experiment.json": b"{}"})
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []
