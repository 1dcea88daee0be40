"""The supervisor: jobs in order, one at a time on a device, and a true word about every end."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from cnn_core.base.locks import Lock, held
from cnn_core.jobs import ending, launch, memory, queue, supervisor, verdict
from cnn_core.jobs.index import states
from cnn_core.jobs.job import SUPERVISOR, Job
from tests.jobs.conftest import at_work, boss, ended, gone, make, until
from tests.light import add, worked


def test_jobs_are_done_in_the_order_of_their_coming_one_at_a_time(root):
    jobs = [add(root, "quick") for _ in range(4)]
    supervisor.wake(root)
    assert [state["status"] for state in ended(root, *jobs)] == ["done"] * 4
    assert worked(root) == [(what, job.id) for job in jobs for what in ("began", "ended")]


def test_the_order_does_not_depend_on_the_clock(root):
    first, second = add(root, "quick"), add(root, "quick")
    with first.lock():
        first.update(created="2030-01-01T00:00:00.000000Z")  # made before the clock jumped back
    supervisor.wake(root)
    ended(root, first, second)
    assert [job_id for what, job_id in worked(root) if what == "began"] == [first.id, second.id]


def test_one_job_in_each_lane_at_a_time(root):
    here, there, later = add(root, "wait"), add(root, "wait", lane="cuda"), add(root, "quick")
    supervisor.wake(root)
    at_work(root, here), at_work(root, there)
    assert queue.line(states(root)) == {later.id: (1, here.id)}
    (here.folder / "go").touch(), (there.folder / "go").touch()
    ended(root, here, there, later)


def test_who_waits_is_told_how_many_go_first_and_for_whom_it_waits(root):
    jobs = [add(root, "quick") for _ in range(3)]
    assert queue.line(states(root)) == {jobs[0].id: (0, ""), jobs[1].id: (1, jobs[0].id), jobs[2].id: (2, jobs[0].id)}


def test_any_number_of_wakings_make_one_supervisor(root):
    add(root, "wait")
    threads = [threading.Thread(target=supervisor.wake, args=(root,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    mine = boss(root)
    supervisor.wake(root)
    assert boss(root) == mine
    found = subprocess.run(["pgrep", "-f", f"supervise {root} "], capture_output=True, text=True, check=False)
    assert found.stdout.split() == [str(mine)]


def test_it_ends_by_itself_when_idle_and_the_next_job_wakes_another(root):
    job = add(root, "quick")
    supervisor.wake(root)
    ended(root, job)
    until(lambda: not held(root / SUPERVISOR))
    other = add(root, "quick")
    supervisor.wake(root)
    assert ended(root, other)[0]["status"] == "done"


def test_a_job_that_comes_while_it_is_about_to_end_is_not_forgotten(root, monkeypatch):
    monkeypatch.setattr(supervisor, "IDLE", 0.0)
    job = add(root, "quick")
    lock = Lock(root / SUPERVISOR)
    assert lock.acquire()
    one = supervisor._Supervisor(root, lock)
    monkeypatch.setattr(one, "_look", lambda: None)  # it rang just after the last look
    assert one.serve()
    assert one.busy()
    lock.release()
    assert states(root)[job.id]["status"] == "queued"


# ---------------------------------------------------------------- deaths


def test_a_killed_supervisor_leaves_its_job_alive_and_the_next_one_goes_on_in_order(root):
    jobs = [add(root, "wait"), add(root, "quick")]
    supervisor.wake(root)
    pid = at_work(root, jobs[0])
    os.kill(boss(root), signal.SIGKILL)
    until(lambda: not held(root / SUPERVISOR))
    assert states(root)[jobs[0].id]["status"] == "running"
    supervisor.wake(root)
    boss(root)
    (jobs[0].folder / "go").touch()
    assert [state["status"] for state in ended(root, *jobs)] == ["done", "done"]
    assert [job_id for what, job_id in worked(root) if what == "began"] == [job.id for job in jobs]
    gone(pid)


def test_a_killed_worker_is_stopped_says_so_and_the_next_job_is_served(root):
    job, other = add(root, "wait"), add(root, "quick")
    supervisor.wake(root)
    pid = at_work(root, job)
    os.kill(pid, signal.SIGKILL)
    seen, after = ended(root, job, other)
    assert (seen["status"], seen["reason"]) == ("stopped", "killed")
    assert "SIGKILL" in job.stored()["message"]  # written, not only derived
    assert after["status"] == "done"
    gone(pid)  # no zombie


@pytest.mark.parametrize(
    ("does", "status", "reason", "word"),
    [("crash", "stopped", "crashed", "aborted"), ("exit", "failed", "error", "code 3")],
)
def test_a_crash_is_told_from_a_kill(root, does, status, reason, word):
    job = add(root, does)
    supervisor.wake(root)
    (seen,) = ended(root, job)
    assert (seen["status"], seen["reason"]) == (status, reason)
    assert word in seen["message"]


def test_a_worker_killed_before_it_begins_is_not_started_again_and_again(root, monkeypatch):
    job = add(root, "quick")
    lock = Lock(root / SUPERVISOR)
    assert lock.acquire()
    one = supervisor._Supervisor(root, lock)
    dies = [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]
    monkeypatch.setattr(launch, "command", lambda verb, folder, lock: dies)
    one._look()
    one.workers[job.id].process.wait()
    one._look()
    assert (job.stored()["status"], job.stored()["reason"]) == ("stopped", "killed")
    lock.release()


def test_both_killed_the_next_supervisor_writes_down_what_happened(root):
    job = add(root, "wait")
    supervisor.wake(root)
    pid = at_work(root, job)
    os.kill(boss(root), signal.SIGKILL)
    os.kill(pid, signal.SIGKILL)
    until(lambda: not held(job.lock_path))
    assert job.stored()["status"] == "running"
    assert (job.state()["status"], job.state()["reason"]) == ("stopped", "killed")
    supervisor.wake(root)
    until(lambda: job.stored()["status"] == "stopped")
    assert "without a word" in job.stored()["message"]


def test_a_supervisor_whose_lock_file_is_deleted_takes_it_again(root):
    add(root, "wait")
    supervisor.wake(root)
    mine = boss(root)
    (root / SUPERVISOR).unlink()
    assert boss(root) == mine


def test_a_supervisor_of_a_deleted_folder_ends(root, tmp_path):
    add(root, "quick")
    supervisor.wake(root)
    mine = boss(root)
    root.rename(tmp_path / "elsewhere")
    gone(mine)
    assert not root.exists()
    root.mkdir()


# ---------------------------------------------------------------- lack of memory


@pytest.fixture
def counter(tmp_path, monkeypatch):
    """The kernel's count of processes ended for lack of memory, as a file of ours."""
    path = tmp_path / "vmstat"
    path.write_text("pgfault 7\noom_kill 4\n")
    monkeypatch.setattr(memory, "COUNTERS", (str(tmp_path / "none"), str(path)))
    return path


def test_an_end_for_lack_of_memory_is_told_from_a_kill(counter):
    mark = memory.mark()
    assert verdict.seen(-9, mark)["reason"] == "killed"
    counter.write_text("pgfault 7\noom_kill 5\n")
    assert verdict.seen(-9, mark)["reason"] == "memory"
    assert verdict.seen(-11, mark)["reason"] == "crashed"
    assert verdict.unseen({"status": "running", "memory_mark": mark})["reason"] == "memory"


def _group_of(megabytes):
    """A control group with a limit of memory, of version 1 or 2; None where none can be made."""
    for base, limit in (("memory", "memory.limit_in_bytes"), ("", "memory.max")):
        group = Path("/sys/fs/cgroup", base, f"convscope-test-{os.getpid()}")
        try:
            group.mkdir()
            (group / limit).write_text(str(megabytes * 2**20))
            return group
        except OSError:
            if group.is_dir():
                group.rmdir()
    return None


@pytest.fixture
def small_group():
    group = _group_of(100)
    if group is None:
        pytest.skip("no control group can be made here: the end for lack of memory was not tried for real")
    yield group
    until(lambda: not (group / "cgroup.procs").read_text())
    group.rmdir()


def test_a_worker_that_the_system_ends_for_lack_of_memory_says_so(root, small_group):
    job = add(root, "eat", group=str(small_group))
    supervisor.wake(root)
    (seen,) = ended(root, job)
    assert (seen["status"], seen["reason"]) == ("stopped", "memory")
    assert "memory was full" in seen["message"]


def test_a_count_of_another_start_of_the_machine_says_nothing(counter, monkeypatch, tmp_path):
    mark = memory.mark()
    counter.write_text("oom_kill 9\n")
    (tmp_path / "boot").write_text("another\n")
    monkeypatch.setattr(memory, "BOOT", str(tmp_path / "boot"))
    assert not memory.rose(mark)
    assert not memory.rose("")


# ---------------------------------------------------------------- stopping


def test_a_running_job_that_is_asked_stops_itself(root):
    job = add(root, "wait")
    supervisor.wake(root)
    at_work(root, job)
    job.ask_stop()
    (seen,) = ended(root, job)
    assert (seen["status"], seen["reason"]) == ("stopped", "asked")


@pytest.mark.parametrize("whose", ["its own child", "the child of a supervisor that died"])
def test_a_job_that_does_not_stop_is_ended_and_says_so(root, whose):
    job = add(root, "deaf")
    supervisor.wake(root)
    pid = at_work(root, job)
    if whose != "its own child":
        os.kill(boss(root), signal.SIGKILL)
        until(lambda: not held(root / SUPERVISOR))
    job.ask_stop()
    supervisor.wake(root)
    (seen,) = ended(root, job)
    assert (seen["status"], seen["reason"]) == ("stopped", "ended")
    assert "did not stop within 5 s" in until(lambda: job.stored()["message"])
    assert not job.stop_asked()
    gone(pid)


def test_a_job_in_the_line_leaves_it_at_once(root):
    job = add(root, "quick")
    assert queue.leave(job)
    assert (job.state()["status"], job.state()["reason"]) == ("stopped", "asked")
    assert queue.line(states(root)) == {}


def test_a_process_id_that_was_used_again_is_left_alone(tmp_path):
    job = make(tmp_path)
    bystander = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        with Lock(job.lock_path) as lock:
            assert lock.acquire(f"{bystander.pid} 1")  # the id is right, the start of the process is not
            assert not ending.end(job)
            lock.note(f"{bystander.pid}")
            assert not ending.end(job)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()
        bystander.stdin.close()


def test_twin_the_process_that_is_meant_is_ended(root):
    job = add(root, "deaf")
    supervisor.wake(root)
    pid = at_work(root, job)
    os.kill(boss(root), signal.SIGKILL)
    assert ending.end(job)
    until(lambda: not held(job.lock_path))
    gone(pid)


# ---------------------------------------------------------------- a full disk


def test_a_verdict_that_cannot_be_written_is_written_when_there_is_room(root, monkeypatch):
    job = make(root)
    with job.lock():
        job.update(status="running")
    lock = Lock(root / SUPERVISOR)
    assert lock.acquire()
    one = supervisor._Supervisor(root, lock)
    one.unsaid[job.id] = supervisor._Verdict(job.stored()["turn"], verdict.seen(-9, ""))

    def full(self, **changes):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Job, "update", full)
        one._reap()
        assert list(one.unsaid) == [job.id]
    one._reap()
    assert one.unsaid == {}
    assert job.stored()["reason"] == "killed"
    lock.release()


def test_a_verdict_on_a_job_that_was_resumed_meanwhile_is_dropped(root):
    job = add(root, "quick")
    one = supervisor._Supervisor(root, Lock(root / SUPERVISOR))
    one.unsaid[job.id] = supervisor._Verdict(job.stored()["turn"] - 1, verdict.seen(-9, ""))
    one._reap()
    assert one.unsaid == {}
    assert job.stored()["status"] == "queued"
