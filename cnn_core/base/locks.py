"""Kernel locks (flock): held by the living, freed by the kernel when they die. Never a pid, never a clock."""

from __future__ import annotations

import fcntl
import os
import time
import weakref
from pathlib import Path

_held: weakref.WeakSet[Lock] = weakref.WeakSet()


def _forget_all() -> None:
    for lock in list(_held):
        lock.forget()


os.register_at_fork(after_in_child=_forget_all)


class Lock:
    """An exclusive lock on a file, kept until `release` or the end of the process.

    Forked children let go of it at once, else a child that outlives its parent would keep it. A child that is started
    with `handle` among its inherited files, and only that, can `adopt` it: then the lock passes without a gap.

    Args:
        path: the file, made where it is missing. shared: for all users of the machine, in a folder for all.
    """

    def __init__(self, path: Path, *, shared: bool = False) -> None:
        self.path = path
        self._shared = shared
        self._handle: int | None = None

    @property
    def handle(self) -> int:
        """The number of the open file, for a child to inherit."""
        if self._handle is None:
            raise RuntimeError("the lock is not held")
        return self._handle

    def acquire(self, note: str = "") -> bool:
        """Take the lock if it is free; `note` is then written into the file for those who wait.

        Raises:
            OSError: the file cannot be made or opened.
        """
        handle = _open(self.path, self._shared)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        if not _is_at(handle, self.path):  # deleted by somebody between the two calls
            os.close(handle)
            return self.acquire(note)
        self._take(handle, note)
        return True

    def wait(self, seconds: float) -> bool:
        """Take the lock, waiting for it at most so long: for what others hold only for an instant."""
        until = time.monotonic() + seconds
        while not self.acquire():
            if time.monotonic() > until:
                return False
            time.sleep(0.01)
        return True

    def adopt(self, handle: int, note: str = "") -> bool:
        """Hold the lock that a parent took and handed down as an inherited file; False when it is not that file."""
        try:
            if not _is_at(handle, self.path):
                return False
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)  # ours already, unless the number means another file
        except OSError:
            return False
        os.set_inheritable(handle, False)
        self._take(handle, note)
        return True

    def _take(self, handle: int, note: str) -> None:
        self._handle = handle
        _held.add(self)
        self.note(note)

    def note(self, text: str) -> None:
        """Replace what stands in the file for those who wait. A full or read-only disk leaves no note."""
        try:
            os.ftruncate(self.handle, 0)
            os.pwrite(self.handle, text.encode(), 0)
        except OSError:
            pass

    def keep(self) -> bool:
        """Make sure that others still see the lock: where its file was deleted, it is made and locked anew.

        Returns:
            False when another has taken it meanwhile.

        Raises:
            FileNotFoundError: the folder is gone.
        """
        if _is_at(self.handle, self.path):
            return True
        text = os.pread(self.handle, 4096, 0).decode(errors="replace")
        self.path.parent.stat()  # never make a folder anew that somebody deleted
        mine, self._handle = self.handle, None
        if self.acquire(text):
            os.close(mine)
            return True
        self._handle = mine
        return False

    def moved_to(self) -> Path | None:
        """Where the file is now, when it was moved (Linux only); None when it was deleted or cannot be found."""
        try:
            path = Path(f"/proc/self/fd/{self.handle}").readlink()
        except OSError:
            return None
        return path if _is_at(self.handle, path) else None

    def release(self) -> None:
        if self._handle is not None:
            self.note("")
            fcntl.flock(self._handle, fcntl.LOCK_UN)
            os.close(self._handle)
            self._handle = None

    def forget(self) -> None:
        """Close the file without unlocking it: for a forked child, or when a started child has inherited it."""
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


def _is_at(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _open(path: Path, shared: bool) -> int:
    try:  # without O_CREAT first: another user's file in a sticky folder may be opened, but not "created"
        return os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        if shared:
            _make_shared(path.parent)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666 if shared else 0o644)
        if shared:
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
