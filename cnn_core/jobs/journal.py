"""What happened, line by line: append-only JSON lines that any number of readers follow while they are written."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from cnn_core.base.files import append_line
from cnn_core.jobs.job import now


def write(path: Path, kind: str, **fields: Any) -> None:
    """Append one line. Numbers that are not finite become null (JSON has no NaN)."""
    clean = {key: None if isinstance(value, float) and value - value != 0 else value for key, value in fields.items()}
    append_line(path, json.dumps({"kind": kind, "time": now(), **clean}, allow_nan=False, ensure_ascii=False))


def sync(path: Path) -> None:
    """Make what was written survive a loss of power. Syncing each line would cost more than the line."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read(path: Path, offset: int = 0, *, without: str = "") -> tuple[list[dict[str, Any]], int]:
    """The whole lines from a byte offset on, and the offset after them.

    `without`: a kind of line that is passed over unread, where `write` wrote it: most lines of a long journal are of
    one kind, and reading them takes most of the time.

    A last line without its newline is still being written (or was torn by a crash): it is left for the next call.
    A line that is not a JSON object is passed over.
    """
    try:
        with path.open("rb") as file:
            file.seek(offset)
            data = file.read()
    except FileNotFoundError:
        return [], 0
    whole = data.rfind(b"\n") + 1
    lines = data[:whole].splitlines()
    if without:
        begins = f'{{"kind": "{without}"'.encode()
        lines = [line for line in lines if not line.startswith(begins)]
    return [row for row in map(_row, lines) if row is not None], offset + whole


def _row(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) and "kind" in row else None
