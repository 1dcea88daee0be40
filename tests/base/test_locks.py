"""Kernel locks: held by the living, free when they die, let go by forked children."""

from __future__ import annotations

import fcntl
import os
import signal
import stat
import subprocess
import sys

import pytest

from cnn_core.base.locks import Lock, held, note

HOLDER = """
import sys, time
from pathlib import Path
from cnn_core.base.locks import Lock
assert Lock(Path(sys.argv[1]), shared=True).acquire("run-7")
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "locks" / "cpu.lock"


def test_one_at_a_time_and_the_note_says_who(path):
    first, second = Lock(path, shared=True), Lock(path, shared=True)
    assert first.acquire("run-1")
    assert held(path)
    assert note(path) == "run-1"
    assert not second.acquire("run-2")
    first.release()
    assert not held(path)
    assert note(path) == ""
    assert second.acquire("run-2")
    second.release()


def test_a_lock_that_nobody_ever_took_is_free_and_asking_makes_no_file(path):
    assert not held(path)
    assert note(path) == ""
    assert not path.exists()


def test_leaving_the_block_releases(path):
    lock = Lock(path, shared=True)
    with lock:
        lock.acquire()
        assert held(path)
    assert not held(path)
    lock.release()  # a second time does nothing


def test_a_killed_holder_frees_it(path):
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout.readline() == "held\n"
        assert held(path)
        assert note(path) == "run-7"
        holder.send_signal(signal.SIGKILL)
        holder.wait(timeout=20)
        assert not held(path)
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()


def held_after_a_fork(path, close):
    """Whether the lock is held by a forked child alone, once the parent has closed its handle as when it dies."""
    begin, end = os.pipe()
    ready, say = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(end)
        os.write(say, b"!")
        os.read(begin, 1)  # lives until the parent lets it go
        os._exit(0)
    try:
        os.read(ready, 1)
        close()
        return held(path)
    finally:
        for handle in (begin, end, ready, say):
            os.close(handle)
        os.waitpid(child, 0)


def test_a_forked_child_that_outlives_its_parent_does_not_keep_it(path):
    lock = Lock(path, shared=True)
    assert lock.acquire()
    assert not held_after_a_fork(path, lambda: os.close(lock._handle))
    lock._handle = None


def test_twin_a_plain_lock_is_kept_by_a_forked_child(path):
    path.parent.mkdir()
    handle = os.open(path, os.O_RDWR | os.O_CREAT)
    fcntl.flock(handle, fcntl.LOCK_EX)
    assert held_after_a_fork(path, lambda: os.close(handle))


def test_every_user_of_the_machine_may_take_it(path):
    old = os.umask(0o077)
    try:
        with Lock(path, shared=True) as lock:
            lock.acquire()
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o1777


CHILD = """
import sys
from pathlib import Path
from cnn_core.base.locks import Lock
path, handle = Path(sys.argv[1]), int(sys.argv[2])
lock = Lock(path)
print("adopted" if lock.adopt(handle, "the child") else "refused", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def hand_down(tmp_path):
    """Start a child that inherits a file and adopts it as the lock of a path; ended whatever happens."""
    started = []

    def start(path, handle):
        process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(path), str(handle)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            pass_fds=(handle,),
        )
        started.append(process)
        return process, process.stdout.readline().strip()

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stdin.close()


def test_a_lock_handed_down_to_a_child_is_held_from_its_birth_to_its_death(tmp_path, hand_down):
    path = tmp_path / "alive.lock"
    lock = Lock(path)
    assert lock.acquire("the parent")
    child, said = hand_down(path, lock.handle)
    lock.forget()
    assert said == "adopted"
    assert held(path)
    assert note(path) == "the child"
    assert not Lock(path).acquire()
    child.kill()
    child.wait()
    assert not held(path)


def test_a_file_that_is_not_the_lock_is_not_adopted(tmp_path, hand_down):
    other = Lock(tmp_path / "other.lock")
    assert other.acquire()
    (tmp_path / "alive.lock").touch()
    _, said = hand_down(tmp_path / "alive.lock", other.handle)
    assert said == "refused"
    other.release()


def test_a_number_that_is_no_open_file_is_not_adopted(tmp_path):
    (tmp_path / "alive.lock").touch()
    assert not Lock(tmp_path / "alive.lock").adopt(999)


def test_a_deleted_lock_file_is_made_and_locked_anew_by_its_holder(tmp_path):
    path = tmp_path / "alive.lock"
    lock = Lock(path)
    assert lock.acquire("run-1")
    assert lock.keep()
    path.unlink()
    assert not held(path)  # what others would believe
    assert lock.keep()
    assert held(path)
    assert note(path) == "run-1"
    lock.release()
    assert not held(path)


def test_a_holder_whose_file_was_deleted_and_taken_by_another_is_told(tmp_path):
    path = tmp_path / "alive.lock"
    lock, other = Lock(path), Lock(path)
    assert lock.acquire()
    path.unlink()
    assert other.acquire()
    assert not lock.keep()
    other.release()
    lock.release()


def test_a_folder_deleted_under_its_holder_is_not_made_anew_and_a_moved_one_is_found(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    lock = Lock(folder / "alive.lock")
    assert lock.acquire()
    folder.rename(tmp_path / "elsewhere")
    with pytest.raises(FileNotFoundError):
        lock.keep()
    assert not folder.exists()
    if sys.platform == "linux":
        assert lock.moved_to() == tmp_path / "elsewhere" / "alive.lock"
    (tmp_path / "elsewhere" / "alive.lock").unlink()
    assert lock.moved_to() is None
    lock.release()
