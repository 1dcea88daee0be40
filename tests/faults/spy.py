"""Every file operation of this process below some folders: counted, told to somebody, who may kill, fail or tear it.

`os` and `fcntl` are wrapped, and `io.open` for writing (a file opened in C would not be seen). Reads are no operations:
they change nothing. What SQLite does is not seen; the index may be deleted at any moment, and other tests do so.
"""

from __future__ import annotations

import builtins
import fcntl
import io
import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
ON_PATHS = ("mkdir", "rmdir", "unlink", "remove", "truncate", "chmod", "utime")
ON_TWO_PATHS = ("replace", "rename", "link", "symlink")
ON_HANDLES = ("fsync", "fdatasync", "ftruncate", "fchmod")
REAL: dict[str, Callable[..., Any]] = {
    name: getattr(os, name) for name in (*ON_PATHS, *ON_TWO_PATHS, *ON_HANDLES, "open", "close", "write", "pwrite")
}


@dataclass(frozen=True)
class Operation:
    """One operation that is about to be done. `grows`: it needs room on the disk."""

    number: int
    name: str
    path: str
    other: str = ""  # where a rename leads
    handle: int = -1
    data: bytes = b""
    offset: int = 0
    flags: int = 0
    size: int = 0  # of the file before; of a truncation after
    grows: bool = False

    @property
    def writes(self) -> bool:
        return self.name in ("write", "pwrite")

    def do_half(self) -> None:
        """Write the first half of the bytes, as a death in the middle of a write leaves it."""
        REAL["pwrite"](self.handle, self.data[: len(self.data) // 2], self.offset)


Fault = Callable[[Operation], int | None]  # may end the process, raise OSError, or say how many bytes to write


@dataclass
class Spy:
    """Watches the folders `below`; `fault` is asked before each operation."""

    below: tuple[str, ...]
    fault: Fault
    number: int = 0
    handles: dict[int, tuple[str, int]] = field(default_factory=dict)  # path and flags of open files

    def ours(self, path: object, folder: int | None = None) -> str:
        """The absolute path when it lies below our folders, else an empty string."""
        try:
            text = os.path.join(self.handles[folder][0] if folder in self.handles else "", os.fsdecode(path))  # noqa: PTH118
        except TypeError:
            return ""
        text = os.path.abspath(text)  # noqa: PTH100
        return text if text.startswith(self.below) else ""

    def see(self, name: str, path: str, **more: Any) -> int | None:
        self.number += 1
        return self.fault(Operation(self.number, name, path, **more))

    # ------------------------------------------------------------ stand-ins

    def open(self, path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        found = self.ours(path, dir_fd)
        if found and flags & WRITING:
            new = bool(flags & os.O_CREAT) and not os.path.lexists(found)
            self.see("open", found, flags=flags, grows=new, size=-1 if new else os.path.getsize(found))  # noqa: PTH202
        handle = REAL["open"](path, flags, mode, dir_fd=dir_fd)
        if found:
            self.handles[handle] = (found, flags)
        return handle

    def close(self, handle: int) -> None:
        self.closing(handle)
        REAL["close"](handle)

    def closing(self, handle: int) -> None:
        path, flags = self.handles.pop(handle, ("", 0))
        if path and flags & WRITING:
            self.see("close", path, handle=handle)

    def write(self, handle: int, data: Any) -> int:
        if handle in self.handles:
            path, flags = self.handles[handle]
            size = os.fstat(handle).st_size
            at = size if flags & os.O_APPEND else os.lseek(handle, 0, os.SEEK_CUR)
            data = self._cut("write", handle, path, bytes(data), at, size)
        return REAL["write"](handle, data)

    def pwrite(self, handle: int, data: Any, offset: int) -> int:
        if handle in self.handles:
            size = os.fstat(handle).st_size
            data = self._cut("pwrite", handle, self.handles[handle][0], bytes(data), offset, size)
        return REAL["pwrite"](handle, data, offset)

    def _cut(self, name: str, handle: int, path: str, data: bytes, at: int, size: int) -> bytes:
        block = os.fstat(handle).st_blksize
        room = -(-size // block) * block if name == "pwrite" else size  # an overwrite may use up the last block
        grows = at + len(data) > room
        most = self.see(name, path, handle=handle, data=data, offset=at, size=size, grows=grows)
        return data if most is None else data[:most]

    def on_path(self, name: str) -> Callable[..., Any]:
        def stand_in(path: Any, *args: Any, dir_fd: int | None = None, **more: Any) -> Any:
            if found := self.ours(path, dir_fd):
                size = int(args[0]) if name == "truncate" else 0
                self.see(name, found, grows=name == "mkdir", size=size)
            return REAL[name](path, *args, **({"dir_fd": dir_fd} if dir_fd is not None else {}), **more)

        return stand_in

    def on_two_paths(self, name: str) -> Callable[..., Any]:
        def stand_in(source: Any, target: Any, **more: Any) -> Any:
            if found := self.ours(target):
                self.see(name, self.ours(source) or os.fsdecode(source), other=found)
            return REAL[name](source, target, **more)

        return stand_in

    def on_handle(self, name: str) -> Callable[..., Any]:
        def stand_in(handle: int, *args: Any) -> Any:
            if handle in self.handles:
                size = int(args[0]) if name == "ftruncate" else 0
                grows = name == "ftruncate" and size > os.fstat(handle).st_size
                self.see(name, self.handles[handle][0], handle=handle, size=size, grows=grows)
            return REAL[name](handle, *args)

        return stand_in

    def flock(self, handle: int, how: int) -> None:
        if handle in self.handles and self.handles[handle][1] & WRITING:
            self.see("flock", self.handles[handle][0], handle=handle)
        real_flock(handle, how)

    def opened(self, file: Any, mode: str = "r", *args: Any, **more: Any) -> Any:
        """`open`: for writing below our folders the bytes go through `os.write`, so that they are seen."""
        if not set(mode) & set("wax+") or isinstance(file, int) or not self.ours(file):
            return real_opened(file, mode, *args, **more)
        raw = _Raw(
            file, mode.replace("b", "").replace("t", ""), opener=lambda path, flags: self.open(path, flags, 0o666)
        )
        raw.spy = self
        buffered = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        keep = {key: value for key, value in more.items() if key in ("encoding", "errors", "newline")}
        return buffered if "b" in mode else io.TextIOWrapper(buffered, **keep)

    def popen(self, command: Any, *args: Any, **more: Any) -> Any:
        self.see("spawn", " ".join(map(str, command)))
        return real_popen(command, *args, **more)


class _Raw(io.FileIO):
    spy: Spy

    def write(self, data: Any) -> int:
        return self.spy.write(self.fileno(), data)

    def close(self) -> None:
        if not self.closed:
            self.spy.closing(self.fileno())
        super().close()


real_flock, real_opened, real_popen = fcntl.flock, io.open, subprocess.Popen


@contextmanager
def watching(fault: Fault, *below: Path) -> Iterator[Spy]:
    """All file operations below the folders go through `fault`, until the end of the block (or of the process)."""
    spy = Spy(tuple(str(folder) for folder in below), fault)
    kept = [(module, name, getattr(module, name)) for module, name, _ in _stand_ins(spy)]
    for module, name, stand_in in _stand_ins(spy):
        setattr(module, name, stand_in)
    try:
        yield spy
    finally:
        for module, name, real in kept:
            setattr(module, name, real)


def _stand_ins(spy: Spy) -> list[tuple[Any, str, Any]]:
    return [
        *((os, name, spy.on_path(name)) for name in ON_PATHS),
        *((os, name, spy.on_two_paths(name)) for name in ON_TWO_PATHS),
        *((os, name, spy.on_handle(name)) for name in ON_HANDLES),
        *((os, name, getattr(spy, name)) for name in ("open", "close", "write", "pwrite")),
        (fcntl, "flock", spy.flock),
        (io, "open", spy.opened),
        (builtins, "open", spy.opened),
        (subprocess, "Popen", spy.popen),
    ]


# ---------------------------------------------------------------- a list of operations that survives its process


@contextmanager
def writing_down(trace: Path, fault: Fault) -> Iterator[Fault]:
    """A fault that also writes down every operation that it lets pass; read it with `traced`."""
    log = REAL["open"](trace, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC)

    def told(operation: Operation) -> int | None:
        most = fault(operation)
        line = [operation.name, operation.path, operation.other, len(operation.data)]
        REAL["write"](log, json.dumps(line).encode() + b"\n")
        return most

    try:
        yield told
    finally:
        REAL["close"](log)


def traced(trace: Path) -> list[list[Any]]:
    """The operations that were done: [name, path, where a rename led, bytes]."""
    return [json.loads(line) for line in trace.read_text().splitlines()]


# ---------------------------------------------------------------- dead at one of them


class Point(NamedTuple):
    """Where to kill: before operation `number`, or half-way through it; of a new run, or of the resume of one that was
    `before` killed or stopped. `what` is for the report.
    """

    number: int
    half: bool = False
    what: str = ""
    before: str = ""


def killing(point: Point | None) -> Fault:
    """Dead at the point."""

    def fault(operation: Operation) -> None:
        if point and operation.number == point.number:
            if point.half:
                operation.do_half()
            os.kill(os.getpid(), signal.SIGKILL)

    return fault


def points(trace: Path, before: str) -> list[Point]:
    """All points of a training that was watched to its end."""
    found = []
    for number, (name, path, other, size) in enumerate(traced(trace), 1):
        what = f"{name} {Path(other or path).name}"
        found += [Point(number, half, what, before) for half in ((False, True) if size > 1 else (False,))]
    return found
