"""The supervisor: a small process, one for a folder of jobs, that starts them in order and says how they ended.

It holds a lock from its birth on (whoever needs one takes the lock and hands it to the new process), so there is never
a second one. Jobs hold their own locks, handed down in the same way: when a supervisor dies its jobs live on, and the
next supervisor sees that they do. It ends when there has been nothing to do for a while.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cnn_core.base.errors import Failed, UserError
from cnn_core.base.locks import Lock, held
from cnn_core.jobs import memory, queue, verdict
from cnn_core.jobs.ending import end
from cnn_core.jobs.index import states
from cnn_core.jobs.job import LIVE, SUPERVISOR, Job, me, now
from cnn_core.jobs.launch import launch

LOG = ".supervisor.log"
BELL = ".bell"
LOOK = 0.1  # seconds between two looks at the bell, at our workers and at the locks of others
RETRY = 1.0  # seconds until what could not be written is tried again
LOOK_WHOLE = 3.0  # seconds between two looks at every folder, whether or not somebody rang
IDLE = 10.0  # seconds without work after which it ends
PROBE = 0.5  # seconds that a lock is waited for: readers hold it only for an instant
GLANCE = 0.02  # the same for whoever only makes sure that a supervisor is there
LOG_BYTES = 1_000_000


def wake(root: Path) -> None:
    """Make sure that a supervisor looks at this folder now. Cheap when one runs.

    Raises:
        Failed: the folder cannot be written, or no process can be started.
    """
    lock = Lock(root / SUPERVISOR)
    try:
        ring(root)
        if lock.wait(GLANCE):
            _start_one(root, lock)
    except OSError as error:
        raise Failed(f"Nothing can be started in {root}: {error.strerror or error}.") from error


def ring(root: Path) -> None:
    """Tell the supervisor, if one runs, that something changed."""
    (root / BELL).touch()


def _start_one(root: Path, lock: Lock) -> None:
    log = root / LOG
    try:
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.unlink()
        process = launch("supervise", root, lock, log)
    except BaseException:
        lock.release()
        raise
    threading.Thread(target=process.wait, daemon=True).start()  # else an ended supervisor stays a zombie


def supervise(root: Path, handle: int | None = None) -> int:
    """What the supervisor's process does; returns its exit code. A second one ends at once.

    Args:
        root: the folder of jobs. handle: the number of the inherited file that holds the lock; None: take it.
    """
    lock = Lock(root / SUPERVISOR)
    if not (lock.adopt(handle, me()) if handle is not None else lock.acquire(me())):
        return 0
    one = _Supervisor(root, lock)
    while True:
        if not one.serve():
            return 0
        lock.release()
        # who rang after our last look saw the lock taken and relies on us
        if not one.busy() or not lock.wait(PROBE):
            return 0
        lock.note(me())


@dataclass
class _Worker:
    process: subprocess.Popen[bytes]
    turn: int
    memory_mark: str


@dataclass
class _Verdict:
    """What is to be said of a job that ended, as long as it is still the job of that turn."""

    turn: int
    says: dict[str, Any]


@dataclass
class _Supervisor:
    root: Path
    lock: Lock
    found: dict[str, dict[str, Any]] = field(default_factory=dict)  # every job as it was at the last look
    workers: dict[str, _Worker] = field(default_factory=dict)  # ours
    others: set[str] = field(default_factory=set)  # alive, but not our children
    asked: dict[str, float] = field(default_factory=dict)  # when a request to stop was first seen, monotonic
    ended: set[str] = field(default_factory=set)  # did not stop, and were ended by us
    unsaid: dict[str, _Verdict] = field(default_factory=dict)  # could not be written yet
    bell: int = -1
    looked: float = 0.0

    def serve(self) -> bool:
        """Do what there is to do until there is nothing for a while; False when the folder or the lock was lost."""
        last = time.monotonic()
        while True:
            try:
                if not self.lock.keep():
                    return False
            except OSError:  # the folder is gone, or no longer ours
                return False
            if self._something_happened():
                self._look()
            self._end_overdue()
            if self.workers or self.others or self.unsaid or queue.in_order(self.found):
                last = time.monotonic()
            if time.monotonic() - last > IDLE:
                return True
            time.sleep(LOOK)

    def busy(self) -> bool:
        """Whether somebody stands in line, looked at anew."""
        return bool(queue.in_order(states(self.root, patience=0)))

    # ------------------------------------------------------------ looking

    def _something_happened(self) -> bool:
        bell, before = self._bell(), self.bell
        self.bell = bell
        return (
            bell != before
            or time.monotonic() - self.looked > (RETRY if self.unsaid else LOOK_WHOLE)
            or any(one.process.poll() is not None for one in self.workers.values())
            or not all(held(self.root / job_id / "alive.lock") for job_id in self.others)
        )

    def _bell(self) -> int:
        try:
            return (self.root / BELL).stat().st_mtime_ns
        except OSError:
            return -1

    def _look(self) -> None:
        """Look at every job: say what was not said, start whose turn it is."""
        self.looked = time.monotonic()
        self._reap()
        try:
            self.found = states(self.root, patience=0)
        except UserError as error:  # a folder that cannot be read for the moment
            _say(str(error))
            return
        self._bury()
        self._start_next()
        alive = {job_id for job_id, state in self.found.items() if state["alive"]}
        self.others = alive - set(self.workers)
        self._note_requests(alive)

    # ------------------------------------------------------------ saying how a job ended

    def _reap(self) -> None:
        """Our own children that ended; and what could not be said before."""
        for job_id, worker in list(self.workers.items()):
            code = worker.process.poll()
            if code is not None:
                del self.workers[job_id]
                overdue = job_id in self.ended
                said = verdict.overdue() if overdue else verdict.seen(code, worker.memory_mark)
                self.unsaid[job_id] = _Verdict(worker.turn, said)
                _say(f"{job_id} ended with code {code}")
        for job_id, one in list(self.unsaid.items()):
            if self._write(job_id, one):
                del self.unsaid[job_id]

    def _bury(self) -> None:
        """Write down what became of jobs that died with nobody watching."""
        for job_id, state in self.found.items():
            if not state.get("settled", True) and job_id not in self.unsaid:
                kept = ("status", "reason", "message", "waiting_for")
                said = verdict.overdue() if job_id in self.ended else {key: state[key] for key in kept}
                self._write(job_id, _Verdict(state["turn"], said))

    def _write(self, job_id: str, one: _Verdict) -> bool:
        """Write a verdict, unless the job itself said how it ended; False when it must be tried again."""
        job = Job(self.root / job_id)
        self.asked.pop(job_id, None)
        self.ended.discard(job_id)
        lock = Lock(job.lock_path)
        try:
            if not _still_that(job, one.turn):
                return True
            if not lock.wait(PROBE):
                return False  # somebody resumed it this instant: then its turn is another one soon
            if _still_that(job, one.turn):
                job.update(**one.says, ended=now())
                job.clear_stop()
        except UserError:
            return True  # damaged: the doctor's work
        except OSError as error:
            if not job.folder.exists():
                return True
            _say(f"{job_id}: {one.says['message']} It cannot be written: {error.strerror}.")
            return False
        finally:
            lock.release()
        return True

    # ------------------------------------------------------------ starting

    def _start_next(self) -> None:
        """Start the first in each lane in which nobody is at work."""
        taken = {state["lane"] for state in self.found.values() if state["status"] in LIVE and state["alive"]}
        for job_id in queue.in_order(self.found):
            lane = self.found[job_id]["lane"]
            if lane not in taken and job_id not in self.unsaid:
                taken.add(lane)
                self._start(Job(self.root / job_id))

    def _start(self, job: Job) -> None:
        lock = Lock(job.lock_path)
        try:
            if not lock.wait(PROBE):
                return  # somebody works on it now
            state = job.stored()
            if state["status"] != "queued" or not state["supervised"]:
                return
            if job.stop_asked():
                job.update(status="stopped", reason="asked", message=queue.UNBEGUN, ended=now())
                job.clear_stop()
                return
            process = launch("work", job.folder, lock, job.log_path)
            self.workers[job.id] = _Worker(process, state["turn"], memory.mark())
            self.found[job.id] = {**state, "alive": True, "settled": True}
            _say(f"{job.id} started as process {process.pid}")
        except Failed as error:
            _say(str(error))
            self.unsaid[job.id] = _Verdict(
                self.found[job.id]["turn"], {"status": "failed", "reason": "error", "message": str(error)}
            )
        except OSError as error:
            _say(f"{job.id}: {error}")
        finally:
            lock.release()  # nothing to release where the worker has it

    # ------------------------------------------------------------ stopping

    def _note_requests(self, alive: set[str]) -> None:
        moment = time.monotonic()
        wanted = {job_id for job_id in alive if Job(self.root / job_id).stop_asked()}
        self.asked = {job_id: self.asked.get(job_id, moment) for job_id in wanted}

    def _end_overdue(self) -> None:
        for job_id, since in list(self.asked.items()):
            if time.monotonic() - since > verdict.STOP_WITHIN and job_id not in self.ended and self._end(job_id):
                self.ended.add(job_id)
                _say(f"{job_id} did not stop in time and was ended")

    def _end(self, job_id: str) -> bool:
        worker = self.workers.get(job_id)
        if worker is None:
            return end(Job(self.root / job_id))
        if worker.process.poll() is not None:
            return False
        os.killpg(worker.process.pid, signal.SIGKILL)  # not reaped yet, so its id is still its own
        return True


def _still_that(job: Job, turn: int) -> bool:
    """Whether a job is still at the turn of which something is to be said, and has said nothing itself."""
    state = job.stored()
    return state["status"] in LIVE and state["turn"] == turn


def _say(text: str) -> None:
    try:
        sys.stdout.write(f"{now()}  {text}\n")
        sys.stdout.flush()
    except OSError:  # a full disk is no reason to leave the jobs alone
        pass
