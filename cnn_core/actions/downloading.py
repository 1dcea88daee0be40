"""Verbs on downloads of data sets: fetch here, fetch in the background, look how far it is, cancel. No torch."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cnn_core.base.errors import Failed
from cnn_core.base.files import read_json
from cnn_core.base.kinds import is_number, sound
from cnn_core.base.locks import Lock
from cnn_core.base.settings import data_folder
from cnn_core.data import downloading
from cnn_core.data.downloading import FOLDER, PROGRESS
from cnn_core.data.sets import SHELF
from cnn_core.jobs import queue, supervisor
from cnn_core.jobs.index import states
from cnn_core.jobs.job import LIVE, Job, me

LANE = "network"  # one download at a time
STARTING = ".starting.lock"
TURN = 20.0  # seconds that others may take to start theirs
LOOK = 0.2
ENDED = "The download ended before it was complete; nothing of it was kept. Download it again."
_FAR: dict[str, Any] = {"stage": "", "bytes": 0, "total": 0, "speed": None}

Show = Callable[[dict[str, Any]], None]


def download(name: str, show: Show = lambda record: None) -> dict[str, Any]:
    """Download a data set in this process; returns its record. One that another process is downloading is waited for.

    Args:
        show: told how far it is, as `download_of` says it.

    Raises:
        UserError: no such data set. Failed: the data folder cannot be written.
    """
    job = _begin(name, here=True)
    if job is None:
        return _there(name)
    if job.birth is not None:
        with job.lock():
            downloading.run(job, lambda far: show({**_record(name, job.id, job.stored()), **far}))
    while (record := _followed(name, job))["status"] in LIVE:
        show(record)
        time.sleep(LOOK)
    return record


def _followed(name: str, job: Job) -> dict[str, Any]:
    """The record of a download that is waited for; when it has ended, another may have begun and cleared it away."""
    try:
        return _record_of(name, job)
    except Failed:
        if job.state_path.exists():
            raise
        return download_of(name) or _there(name)


def start_download(name: str) -> dict[str, Any]:
    """Put a data set in the queue of downloads and see that a supervisor is there; returns its record at once.

    One that is being downloaded already, or is there, is left alone.

    Raises:
        UserError: no such data set. Failed: the data folder cannot be written.
    """
    job = _begin(name, here=False)
    if job is None:
        return _there(name)
    supervisor.wake(job.root)
    return _record_of(name, job)


def download_of(name: str) -> dict[str, Any] | None:
    """How far the download of a data set is, or how the last one ended; None when there was none.

    `status`, `message`, `stage` (fetching, unpacking), `bytes`, `total`, `speed` (bytes a second, None at first),
    `waiting_for` (the set that goes first).
    """
    name = SHELF.known(name)
    job = _newest(name)
    return None if job is None else _record_of(name, job)


def cancel_download(name: str) -> None:
    """Ask a download to end; returns at once. What has come is deleted.

    Raises:
        Failed: the request cannot be written.
    """
    job = _newest(SHELF.known(name))
    if job is None or job.state()["status"] not in LIVE or queue.leave(job):
        return
    try:
        job.ask_stop()
    except OSError as error:
        raise Failed(f"The download of {name} cannot be cancelled: {error.strerror or error}.") from error
    supervisor.wake(job.root)


def _begin(name: str, here: bool) -> Job | None:
    """The job that downloads a set: the one that does so already, or a new one; None when the set is there.

    A new one belongs to this process (`here`: its lock is still with it), or stands in the line.
    """
    name = SHELF.known(name)
    source = SHELF.load(name).build
    if source.download is None or not source.missing(SHELF.load(name).options(), data_folder()):
        return None
    root = _root()
    with _starting(root):
        if not source.missing(SHELF.load(name).options(), data_folder()):
            return None  # it came while we waited for our turn
        before = _newest(name)
        if before is not None and before.state()["status"] in LIVE:
            return before
        _forget(name)
        try:
            job = queue.create(root, name, downloading.KIND, files={}, hold=True, lane=LANE, dataset=name)
            if not here:
                with job.lock() as lock:
                    queue.enqueue(job, lock)
        except (Failed, OSError) as error:
            raise _unwritable(root, error) from error
    return job


def _root() -> Path:
    return data_folder() / FOLDER


def _starting(root: Path) -> Lock:
    lock = Lock(root / STARTING)
    try:
        root.mkdir(parents=True, exist_ok=True)
        if lock.wait(TURN):
            lock.note(me())
            return lock
    except OSError as error:
        raise _unwritable(root, error) from error
    raise Failed(f"Another process has held {lock.path} for {TURN:.0f} s; end it and try again.")


def _unwritable(root: Path, error: Exception) -> Failed:
    why = getattr(error, "strerror", None) or str(error).rstrip(".")
    return Failed(f"{root.parent} cannot be written ({why}); let CONVSCOPE_DATA name a folder that can.")


def _jobs(name: str) -> list[tuple[int, Job]]:
    root = _root()
    if not root.is_dir():
        return []
    found = states(root, patience=0)
    return sorted(
        ((state["number"], Job(root / job_id)) for job_id, state in found.items() if state.get("dataset") == name),
        key=lambda one: one[0],
    )


def _newest(name: str) -> Job | None:
    found = _jobs(name)
    return found[-1][1] if found else None


def _forget(name: str) -> None:
    """Delete the folders of earlier downloads of a set, and what was left in them."""
    for _, job in _jobs(name):
        lock = Lock(job.lock_path)
        if lock.acquire(me()):
            shutil.rmtree(job.folder, ignore_errors=True)
            lock.forget()


def _record_of(name: str, job: Job) -> dict[str, Any]:
    return _record(name, job.id, job.state())


def _record(name: str, job_id: str, state: dict[str, Any]) -> dict[str, Any]:
    """A download as one flat record."""
    known = state["reason"] in ("", "asked", "error")
    return {
        **_there(name),
        **_far(_root() / job_id / PROGRESS),
        **{key: state[key] for key in ("status", "reason")},
        "message": state["message"] if known else ENDED,
        "waiting_for": _goes_first(job_id) if queue.waits({"alive": False, **state}) else "",
    }


def _far(path: Path) -> dict[str, Any]:
    try:
        far = sound(read_json(path), _FAR)
    except Failed:  # nothing has come yet
        return dict(_FAR)
    far = {key: far[key] for key in _FAR}
    return {**far, "speed": far["speed"] if is_number(far["speed"]) else None}


def _goes_first(job_id: str) -> str:
    """The set whose download a waiting one waits for."""
    found = states(_root(), patience=0)
    _, before = queue.line(found).get(job_id, (0, ""))
    return str(found[before].get("dataset", "")) if before in found else ""


def _there(name: str) -> dict[str, Any]:
    """The record of a set that is there."""
    source = SHELF.load(SHELF.known(name)).build
    size = source.download.size if source.download else 0
    place = data_folder() / source.download.place if source.download else None
    return {
        "dataset": SHELF.known(name),
        "title": source.about.title,
        "status": "done",
        "reason": "",
        "message": "",
        "stage": "",
        "bytes": size,
        "total": size,
        "speed": None,
        "waiting_for": "",
        "path": str(place) if place else "",
    }
