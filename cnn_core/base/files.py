"""Files that are whole or not there: written aside, synced, renamed; JSON that carries its own SHA-256."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from pathlib import Path
from typing import Any

from cnn_core.base.errors import Failed


def sha256(data: bytes) -> str:
    """The SHA-256 of some bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def atomic_write(path: Path, data: bytes, *, sync: bool = True) -> None:
    """Write a file whole or not at all: temporary file, fsync, rename, fsync of the folder.

    With `sync=False` it is whole for readers, but may be lost with the power: for what can be made again.
    """
    aside = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
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


def append_line(path: Path, line: str) -> None:
    """Append one line in one write; a half last line left by a crash is cut off first."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    try:
        size = os.fstat(handle).st_size
        if size and os.pread(handle, 1, size - 1) != b"\n":
            whole = os.pread(handle, size, 0).rfind(b"\n") + 1
            os.ftruncate(handle, whole)
        os.write(handle, line.encode() + b"\n")
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
    """Read what `sealed` made.

    Raises:
        Failed: the file is missing, is not JSON, or was changed or damaged after it was written.
    """
    record = read_json(path)
    stated = record.pop("sha256", None)
    if stated != sha256(_canonical(record)):
        raise Failed(f"{path} was changed or damaged after it was written (its SHA-256 does not match).")
    return record


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        Failed: the file is missing, unreadable or not a JSON object.
    """
    try:
        record = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise Failed(f"{path} is missing.") from error
    except OSError as error:
        raise Failed(f"{path} cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise Failed(f"{path} is damaged: it is not JSON.") from error
    if not isinstance(record, dict):
        raise Failed(f"{path} is damaged: it is not a JSON object.")
    return record
