"""A job's folder: its id, its state, and whether somebody living works on it.

The folder is the truth. `alive.lock` is held by the worker for as long as it lives; everything else is files that are
replaced whole or only appended to, so that any number of readers may look at any time.
"""

from __future__ import annotations

import errno
import os
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cnn_core.base.errors import Failed, UserError, shorten
from cnn_core.base.files import atomic_write, read_json, sealed, unseal
from cnn_core.base.kinds import sound
from cnn_core.base.locks import Lock, held
from cnn_core.jobs import verdict

ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,94}[a-z0-9])?\Z")
STATUSES = ("queued", "running", "stopped", "done", "failed")
LIVE = ("queued", "running")
SCHEMA = 2
SUPERVISOR = ".supervisor.lock"  # in a folder of jobs: held by its supervisor
VERDICT_WAIT = 0.5  # seconds
DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
FIELDS: dict[str, Any] = {  # every state has these; what an earlier version did not write is as here
    "status": "failed",
    "reason": "",
    "message": "",
    "notice": "",  # what the user should know of the run as it is, as a damaged checkpoint; a sentence
    "created": "",
    "started": None,
    "ended": None,
    "number": 0,  # order of creation in its folder: clocks jump
    "turn": 0,  # place in the queue
    "lane": "",  # the device it will most likely take: one job at a time in a lane
    "supervised": False,  # whether the supervisor starts it; else the process that made it works on it
    "waiting_for": "",
    "memory_mark": "",
}


def now() -> str:
    """The time as it is stored: UTC, ISO 8601, with Z."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Job:
    """A job by its folder. Cheap: reads nothing until asked."""

    def __init__(self, folder: Path, birth: Lock | None = None) -> None:
        self.folder = folder
        self.birth = birth  # the lock that its maker holds since before it was a job

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def root(self) -> Path:
        """The folder of jobs that it is in."""
        return self.folder.parent

    @property
    def state_path(self) -> Path:
        return self.folder / "state.json"

    @property
    def lock_path(self) -> Path:
        return self.folder / "alive.lock"

    @property
    def journal_path(self) -> Path:
        return self.folder / "journal.jsonl"

    @property
    def log_path(self) -> Path:
        return self.folder / "log.txt"

    @property
    def stop_path(self) -> Path:
        return self.folder / "stop"

    def lock(self) -> Lock:
        """Take the lock of the living, or hand over the one that this object was born with.

        A reader's probe may hold it for an instant, so this tries for a second.

        Raises:
            UserError: another process works on the job, or the folder is not there. Failed: it is not ours to write.
        """
        if self.birth is not None:
            lock, self.birth = self.birth, None
            return lock
        lock = Lock(self.lock_path)
        try:
            for _ in range(20):
                if lock.acquire(me()):
                    return lock
                time.sleep(0.05)
        except FileNotFoundError as error:
            raise UserError(f'Run "{self.id}" does not exist in {self.root}; `runs` lists what is there.') from error
        except OSError as error:
            raise Failed(f"{self.folder} cannot be written ({error.strerror}).") from error
        raise UserError(f"{self.id} is being worked on by another process; stop it first.")

    def alive(self) -> bool:
        return held(self.lock_path)

    def stored(self) -> dict[str, Any]:
        """The state as it was written last.

        Raises:
            Failed: it is missing, damaged or of another version.
        """
        try:
            state = unseal(self.state_path)
        except Failed:
            state = read_json(self.state_path)
            if state.get("schema") == SCHEMA or "sha256" in state:
                raise
        if state.get("schema") not in (1, SCHEMA):  # 1 had no seal
            version = shorten(state.get("schema"))
            raise Failed(f"{self.id} has a state of version {version}, this ConvScope reads 1 and {SCHEMA}.")
        times = {name: state[name] for name in ("started", "ended") if isinstance(state.get(name), str)}
        state = {**sound(state, FIELDS), **times}
        if state["status"] not in STATUSES:
            raise Failed(f'{self.id} is "{shorten(state["status"])}", a state that this ConvScope does not know.')
        return state

    def state(self, patience: float = VERDICT_WAIT) -> dict[str, Any]:
        """The state as it is now: a job whose worker died says so. Adds `alive`, and `settled`: whether it is written.

        A queued job that the supervisor will start needs nobody living. Where a supervisor lives, it knows more of an
        end than a reader can: its word is waited for, `patience` seconds at most.
        """
        state = self.stored()
        if state["status"] in LIVE and self.alive():
            return {**state, "alive": True, "settled": True}
        state = self.stored()  # it may have ended between the two looks
        until = time.monotonic() + patience
        while is_lost(state) and time.monotonic() < until and held(self.root / SUPERVISOR):
            time.sleep(0.02)
            state = self.stored()
        lost = is_lost(state)
        return {**state, **(verdict.unseen(state) if lost else {}), "alive": False, "settled": not lost}

    def update(self, **changes: Any) -> None:
        """Replace the state by itself with changes. Only the holder of the lock calls this.

        On a full disk it is written over the old one, which needs no room.
        """
        data = sealed({**self.stored(), **changes, "schema": SCHEMA})
        try:
            atomic_write(self.state_path, data)
        except OSError as error:
            if error.errno not in DISK_FULL or not _overwrite(self.state_path, data):
                raise

    def ask_stop(self) -> None:
        """Ask the worker to stop with a checkpoint; returns at once."""
        self.stop_path.touch()

    def stop_asked(self) -> bool:
        return self.stop_path.exists()

    def clear_stop(self) -> None:
        self.stop_path.unlink(missing_ok=True)

    def log(self, text: str) -> None:
        """A line in the log, with the time. What the process itself prints goes there too."""
        handle = os.open(self.log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        try:
            os.write(handle, f"{now()}  {text}\n".encode())
        finally:
            os.close(handle)


def is_lost(state: dict[str, Any]) -> bool:
    """Whether somebody must be at work on a job in this state."""
    return bool(state["status"] == "running" or (state["status"] == "queued" and not state["supervised"]))


def me() -> str:
    """This process for a lock's note: its id, and when it started, for an id alone may come back."""
    return f"{os.getpid()} {started(os.getpid())}".strip()


def started(pid: int) -> str:
    """When a process started, in ticks since the start of the machine; empty where that cannot be known."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _overwrite(path: Path, data: bytes) -> bool:
    """Write over a file in one call, within the room that it has; False when that is too small."""
    handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        size, block = os.fstat(handle).st_size, os.fstat(handle).st_blksize
        if len(data) > -(-size // block) * block:
            return False
        if os.pwrite(handle, data, 0) != len(data):
            return False
        os.ftruncate(handle, len(data))
        os.fsync(handle)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def by_id(text: object, root: Path) -> Job:
    """A job by its exact id. The text is matched against the pattern before it becomes a path.

    Raises:
        UserError: no such job.
    """
    if isinstance(text, str) and ID.match(text):
        folder = root / text
        if (folder / "state.json").is_file() and not folder.is_symlink():
            return Job(folder)
    raise UserError(f'Run "{shorten(text)}" does not exist in {root}; `runs` lists what is there.')


def arrived(job_id: str) -> str:
    """When a job was made as its id says it, in the form of `now`; empty where the id says nothing."""
    found = re.match(r"(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-", job_id)
    return "{}-{}-{}T{}:{}:{}Z".format(*found.groups()) if found else ""


def find(text: str, root: Path) -> Job:
    """A job by its id, an unambiguous beginning of one, or its folder.

    Raises:
        UserError: none, or several, are meant.
    """
    if "\0" in text:
        raise UserError(f'Run "{shorten(text)}" is not a name.')
    if os.sep in text or text in (".", ".."):
        folder = Path(text).absolute()
        if _is_job(folder):
            return Job(folder)
        raise UserError(f'"{shorten(text, 120)}" is not the folder of a run (it has no state.json).')
    if ID.match(text) and _is_job(root / text):
        return by_id(text, root)
    matches = [name for name in ids(root) if name.startswith(text)] if text and ID.match(text.rstrip("-")) else []
    if len(matches) > 1:
        some = ", ".join(matches[:4])
        raise UserError(
            f'Run "{shorten(text)}" is ambiguous: {len(matches)} runs begin so ({some}); give more of the id.'
        )
    return by_id(matches[0] if matches else text, root)


def _is_job(folder: Path) -> bool:
    try:
        return (folder / "state.json").is_file()
    except OSError:  # a name too long for the file system
        return False


def ids(root: Path) -> list[str]:
    """The ids of all jobs in a folder, newest first."""
    return [name for name in names(root) if _is_job(root / name)]


def names(root: Path) -> list[str]:
    """The names of all folders that may be those of jobs, newest first."""
    try:
        with os.scandir(root) as entries:
            found = [entry.name for entry in entries if ID.match(entry.name) and entry.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise UserError(f"The runs folder {root} cannot be read: {error.strerror}.") from error
    return sorted(found, reverse=True)
