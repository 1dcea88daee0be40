"""Making jobs and standing in line: numbers that no clock can disturb, and who goes first.

The order is in the folders: a job's `turn`. One job at a time in a lane, which is a device by its likely name.
"""

from __future__ import annotations

import platform
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cnn_core.base.errors import Failed
from cnn_core.base.files import atomic_write, sealed, sync_folder
from cnn_core.base.locks import Lock
from cnn_core.jobs.index import states
from cnn_core.jobs.job import FIELDS, LIVE, SCHEMA, Job, me, now

ARRIVALS = ".arrivals.lock"
UNBEGUN = "Stopped before it began. Resume starts it."
PROBED = 1.0  # seconds that a new lock is waited for: a doctor's look holds it only for an instant
ARRIVAL_WAIT = 20.0  # seconds: others hold this lock only while they write one state


def create(root: Path, words: str, kind: str, files: Mapping[str, bytes], *, hold: bool = False, **state: Any) -> Job:
    """Make a job's folder with state *queued*. The state's file, which makes it a job, is written last.

    Args:
        root: the folder of jobs. words: what it is about; becomes part of the id. kind: the dotted name of the module
            whose `work(job, lock)` does it. files: what else belongs into the folder, by name. hold: keep the job's
            lock, for a maker that works on it itself; `Job.lock` hands it over. state: its further fields.

    Raises:
        Failed: the folder cannot be written.
    """
    folder: Path | None = None
    try:
        if not root.is_dir():
            root.mkdir(parents=True, exist_ok=True)
            sync_folder(root.parent)
        folder = _make_folder(root, words)
        job = Job(folder)
        lock = Lock(job.lock_path)
        if not lock.wait(PROBED):
            raise Failed(f"{job.folder} is in use by another process.")
        lock.note(me())
        for name, data in files.items():
            atomic_write(job.folder / name, data)
        created = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")  # two in a second differ
        with arrivals(root) as number:
            own = {"schema": SCHEMA, "kind": kind, "status": "queued", "created": created, "number": number}
            atomic_write(job.state_path, sealed({**FIELDS, **own, "turn": number, **state}))
        sync_folder(root)
    except OSError as error:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)  # ours, and not a job yet
        raise Failed(f"A run cannot be written to {root}: {error.strerror or error}.") from error
    if hold:
        job.birth = lock
    else:
        lock.release()
    return job


def _make_folder(root: Path, words: str) -> Path:
    readable = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:48].strip("-") or "job"
    while True:  # mkdir decides who has the name
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        folder = root / f"{stamp}-{readable}-{secrets.token_hex(2)}"
        try:
            folder.mkdir()
            return folder
        except FileExistsError:
            continue


@contextmanager
def arrivals(root: Path) -> Iterator[int]:
    """The next number of this folder, for whoever writes it into a state before leaving: one at a time.

    Raises:
        Failed: another process is in there and does not come out.
    """
    lock = Lock(root / ARRIVALS)
    if not lock.wait(ARRIVAL_WAIT):
        raise Failed(f"Another process has held {lock.path} for {ARRIVAL_WAIT:.0f} s; end it and try again.")
    with lock:
        yield 1 + max((max(one["number"], one["turn"]) for one in states(root, patience=0).values()), default=0)


def enqueue(job: Job, lock: Lock) -> None:
    """Put a job in the line, for the supervisor to start; releases its lock, which the caller holds.

    One that was just made stands where it came, by its number; one that is resumed goes to the end.
    """
    with arrivals(job.root) as end:
        state = job.stored()
        fresh = state["status"] == "queued" and state["started"] is None and state["turn"] == state["number"]
        turn = state["turn"] if fresh else end
        job.update(status="queued", reason="", message="", ended=None, waiting_for="", supervised=True, turn=turn)
    lock.release()


def begin(job: Job) -> None:
    """Make a job *queued* for this process itself, which holds its lock and works on it now."""
    with arrivals(job.root) as turn:
        job.update(status="queued", reason="", message="", ended=None, waiting_for="", supervised=False, turn=turn)


def leave(job: Job) -> bool:
    """Stop a job that stands in line, if nobody has begun with it; False otherwise."""
    lock = Lock(job.lock_path)
    try:
        if not lock.acquire(me()):
            return False
        with lock:
            if job.stored()["status"] == "queued":
                job.update(status="stopped", reason="asked", message=UNBEGUN, ended=now())
            return True
    except OSError as error:
        raise Failed(f"{job.id} cannot be stopped: {error.strerror or error}.") from error


def waits(state: dict[str, Any]) -> bool:
    """Whether a job stands in line: nobody works on it yet, and the supervisor will start it."""
    return bool(state["status"] == "queued" and not state["alive"] and state["supervised"])


def line(found: Mapping[str, dict[str, Any]]) -> dict[str, tuple[int, str]]:
    """Of each job that stands in line: how many go first, and for whom it waits now ("" when it is next)."""
    places: dict[str, tuple[int, str]] = {}
    before: dict[str, list[str]] = {}  # by lane, those at work first
    for job_id, state in found.items():
        if state["status"] in LIVE and state["alive"]:
            before.setdefault(state["lane"], []).append(job_id)
    for job_id in in_order(found):
        first = before.setdefault(found[job_id]["lane"], [])
        places[job_id] = (len(first), first[0] if first else "")
        first.append(job_id)
    return places


def in_order(found: Mapping[str, dict[str, Any]]) -> list[str]:
    """The ids of those that stand in line, the first one first."""
    waiting = [job_id for job_id, state in found.items() if waits(state)]
    return sorted(waiting, key=lambda job_id: (found[job_id]["turn"], found[job_id]["created"], job_id))


def lane(device: str) -> str:
    """The device that a job will most likely take, told without torch; `auto` is the best there is.

    Only the order depends on it: the worker takes the lock of the device that it really uses.
    """
    if device != "auto":
        return device
    if Path("/dev/nvidiactl").exists():
        return "cuda"
    return "mps" if (platform.system(), platform.machine()) == ("Darwin", "arm64") else "cpu"
