"""Kernel locks (flock): held by the living, freed by the kernel when they die. Never a pid, never a clock."""

from __future__ import annotations

import fcntl
import os
import weakref
from pathlib import Path

_held: weakref.WeakSet[Lock] = weakref.WeakSet()


def _forget_all() -> None:
    for lock in list(_held):
        lock.forget()


os.register_at_fork(after_in_child=_forget_all)


class Lock:
    """An exclusive lock on a file, kept until `release` or the end of the process.

    Forked children let go of it at once, else a child that outlives its parent would keep it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def acquire(self, note: str = "") -> bool:
        """Take the lock if it is free; `note` is then written into the file for those who wait."""
        handle = _open(self.path)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        os.ftruncate(handle, 0)
        os.pwrite(handle, note.encode(), 0)
        self._handle = handle
        _held.add(self)
        return True

    def release(self) -> None:
        if self._handle is not None:
            os.ftruncate(self._handle, 0)
            fcntl.flock(self._handle, fcntl.LOCK_UN)
            os.close(self._handle)
            self._handle = None

    def forget(self) -> None:
        """Close the file without unlocking it: what a forked child does with its parent's locks."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> Lock:
        return self

    def __exit__(self, *exc: object) -> None:
        self.release()


def held(path: Path) -> bool:
    """Whether some living process holds the lock of this file."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(handle)


def note(path: Path) -> str:
    """What the holder wrote into the lock file."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _open(path: Path) -> int:
    try:  # without O_CREAT first: another user's file in a sticky folder may be opened, but not "created"
        return os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        _make_shared(path.parent)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            os.fchmod(handle, 0o666)  # for all users of the machine, whatever the umask
        except OSError:
            pass
        return handle


def _make_shared(folder: Path) -> None:
    """Make a folder in which every user may make files, but remove only their own, as in /tmp."""
    try:
        folder.mkdir(parents=True)
        folder.chmod(0o1777)
    except FileExistsError:
        pass
