"""Files that are whole or not there: written aside, synced, renamed; JSON that carries its own SHA-256."""

from __future__ import annotations

import errno
import hashlib
import itertools
import json
import os
import re
import stat
import threading
from pathlib import Path
from typing import Any

from cnn_core.base.errors import Failed

# what `atomic_write` leaves behind when its process dies: the file's name, then process and thread
LEFTOVER = re.compile(r"(?P<name>.+)\.(?P<process>\d+)-\d+\.tmp\Z", re.DOTALL)


def sha256(data: bytes) -> str:
    """The SHA-256 of some bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def atomic_write(path: Path, data: bytes, *, sync: bool = True) -> None:
    """Write a file whole or not at all: temporary file, fsync, rename, fsync of the folder.

    With `sync=False` it is whole for readers, but may be lost with the power: for what can be made again.
    """
    aside = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")  # as in LEFTOVER
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
    try:
        try:
            view = memoryview(data)
            while view:  # short writes are legal
                view = view[os.write(handle, view) :]
            if sync:
                os.fsync(handle)
        finally:
            os.close(handle)
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    if sync:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Make a folder, if it is not there, so that it survives a loss of power.

    Raises:
        OSError: it cannot be made, or there is something else of that name.
    """
    if not folder.is_dir():
        folder.mkdir()
        sync_folder(folder.parent)


def unused(folder: Path, name: str) -> Path:
    """A path in a folder at which nothing is: of this name, else with `-2`, `-3` ... behind it."""
    names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
    return next(path for path in (folder / one for one in names) if not os.path.lexists(path))


def append_line(path: Path, line: str) -> None:
    """Append one line; a half last line left by a crash is cut off first.

    Raises:
        OSError: the disk is full or not writable; what was written of the line is taken back.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    try:
        size = os.fstat(handle).st_size
        if size and os.pread(handle, 1, size - 1) != b"\n":
            size = os.pread(handle, size, 0).rfind(b"\n") + 1
            os.ftruncate(handle, size)
        view = memoryview(line.encode() + b"\n")
        try:
            while view:  # a full disk takes a part, and refuses the rest only when it is asked again
                view = view[os.write(handle, view) :]
        except OSError:
            os.ftruncate(handle, size)
            raise
    finally:
        os.close(handle)


def _canonical(record: dict[str, Any]) -> bytes:
    return json.dumps(record, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False).encode()


def plain(record: dict[str, Any]) -> bytes:
    """A record as JSON, as people read it."""
    return json.dumps(record, indent=1, allow_nan=False, ensure_ascii=False).encode() + b"\n"


def sealed(record: dict[str, Any]) -> bytes:
    """A record as JSON that carries the SHA-256 of all its other fields."""
    body = {key: value for key, value in record.items() if key != "sha256"}
    return plain({**body, "sha256": sha256(_canonical(body))})


def unseal(path: Path) -> dict[str, Any]:
    """Read what `sealed` made: a file of its own, never a link.

    Raises:
        Failed: the file is missing, is not JSON, or was changed or damaged after it was written.
    """
    try:
        data = read_file(path)
    except FileNotFoundError as error:
        raise Failed(f"{path} is missing.") from error
    except OSError as error:
        raise Failed(f"{path} cannot be read ({error.strerror}).") from error
    return unseal_bytes(data, str(path))


def unseal_bytes(data: bytes, name: str) -> dict[str, Any]:
    """The record of which `sealed` made exactly these bytes; `name` stands in the sentence when there is none.

    Raises:
        Failed: they are not JSON, or any bit of them was changed.
    """
    record = _object(data, name)
    try:
        whole = sealed(record) == data  # of the many ways to write a record as JSON only one is sealed
    except (ValueError, RecursionError):
        whole = False
    if not whole:
        raise Failed(f"{name} was changed or damaged after it was written (its SHA-256 does not match).")
    del record["sha256"]
    return record


def read_file(path: Path) -> bytes:
    """A file's bytes. Neither a link nor a pipe or a device is read: they may lead out of the folder, or never end.

    Raises:
        OSError: it is missing, cannot be read, or is no file.
    """
    handle = open_file(path)
    with os.fdopen(handle, "rb") as file:
        return file.read()


def open_file(path: Path) -> int:
    """Open a file for reading; see `read_file`. The caller closes the handle."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(errno.ELOOP, "it is a link") from error
        raise
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "it is not a file")
    return handle


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        Failed: the file is missing, unreadable or not a JSON object.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise Failed(f"{path} is missing.") from error
    except OSError as error:
        raise Failed(f"{path} cannot be read ({error.strerror}).") from error
    return _object(data, str(path))


def _object(data: bytes, name: str) -> dict[str, Any]:
    try:
        record = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Failed(f"{name} is damaged: it is not JSON.") from error
    if not isinstance(record, dict):
        raise Failed(f"{name} is damaged: it is not a JSON object.")
    return record
