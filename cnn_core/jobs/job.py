"""A job's folder: its id, its state, and whether somebody living works on it.

The folder is the truth. `alive.lock` is held by the worker for as long as it lives; everything else is files that are
replaced whole or only appended to, so that any number of readers may look at any time.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cnn_core.base.errors import Failed, UserError, shorten
from cnn_core.base.files import atomic_write, plain, read_json
from cnn_core.base.locks import Lock, held

ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,94}[a-z0-9])?\Z")
STATUSES = ("queued", "running", "stopped", "done", "failed")
SCHEMA = 1
START_GRACE = 60.0  # seconds a job may stay queued before its worker holds the lock


def now() -> str:
    """The time as it is stored: UTC, ISO 8601, with Z."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Job:
    """A job by its folder. Cheap: reads nothing until asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def lock_path(self) -> Path:
        return self.folder / "alive.lock"

    @property
    def journal_path(self) -> Path:
        return self.folder / "journal.jsonl"

    @property
    def log_path(self) -> Path:
        return self.folder / "log.txt"

    def lock(self) -> Lock:
        """Take the lock of the living.

        A reader's probe may hold it for an instant, so this tries for a second.

        Raises:
            UserError: another process works on the job.
        """
        lock = Lock(self.lock_path)
        for _ in range(20):
            if lock.acquire(str(os.getpid())):
                return lock
            time.sleep(0.05)
        raise UserError(f"{self.id} is being worked on by another process; stop it first.")

    def alive(self) -> bool:
        return held(self.lock_path)

    def stored(self) -> dict[str, Any]:
        """The state as the worker wrote it."""
        state = read_json(self.folder / "state.json")
        if state.get("schema") != SCHEMA:
            raise Failed(
                f"{self.id} has a state of version {shorten(state.get('schema'))}, this ConvScope reads {SCHEMA}."
            )
        return state

    def state(self) -> dict[str, Any]:
        """The state as it is now: a job whose worker died says so. Adds `alive`."""
        state = self.stored()
        alive = state["status"] in ("queued", "running") and self.alive()
        if not alive and state["status"] in ("queued", "running"):
            state = self.stored()  # it may have ended between the two looks
            if state["status"] == "running" or (state["status"] == "queued" and not self._starting()):
                state |= {"status": "stopped", "reason": "killed", "message": _KILLED}
        return {**state, "alive": alive}

    def _starting(self) -> bool:
        age = time.time() - (self.folder / "state.json").stat().st_mtime
        return abs(age) < START_GRACE

    def update(self, **changes: Any) -> None:
        """Replace the state by itself with changes. Only the holder of the lock, or the creator, calls this."""
        atomic_write(self.folder / "state.json", plain({**self.stored(), **changes}))

    def ask_stop(self) -> None:
        """Ask the worker to stop with a checkpoint; returns at once."""
        (self.folder / "stop").touch()

    def stop_asked(self) -> bool:
        return (self.folder / "stop").exists()

    def clear_stop(self) -> None:
        (self.folder / "stop").unlink(missing_ok=True)


_KILLED = (
    "It ended without a word (killed, or the computer went down). What was saved is kept; Resume goes on from there."
)


def create(root: Path, words: str, kind: str, files: Mapping[str, bytes], **state: Any) -> Job:
    """Make a job's folder with state *queued*. The state's file, which makes it a job, is written last.

    Args:
        root: the folder of jobs. words: what it is about; becomes part of the id. kind: the dotted name of the module
            whose `work(job)` does it. files: what else belongs into the folder, by name. state: its further
            fields.

    Raises:
        Failed: the folder cannot be written.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        folder = _make_folder(root, words)
        for name, data in files.items():
            atomic_write(folder / name, data)
        created = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")  # two in a second differ
        first = {"schema": SCHEMA, "kind": kind, "status": "queued", "reason": "", "message": "", "created": created}
        atomic_write(folder / "state.json", plain({**first, "started": None, "ended": None, **state}))
    except OSError as error:
        raise Failed(f"A run cannot be written to {root}: {error.strerror or error}.") from error
    return Job(folder)


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
    matches = [name for name in ids(root) if name.startswith(text)] if text and ID.match(text.rstrip("-")) else []
    if text in matches:
        matches = [text]
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
    try:
        with os.scandir(root) as entries:
            found = [entry.name for entry in entries if ID.match(entry.name) and entry.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise UserError(f"The runs folder {root} cannot be read: {error.strerror}.") from error
    return sorted((name for name in found if (root / name / "state.json").is_file()), reverse=True)
