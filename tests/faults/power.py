"""Loss of power at every operation of a training: the folder is rebuilt as a disk may show it afterwards, and read.

Three disks. Strict: only what was synced is there, files by their own fsync and names by that of their folder. Names
first: names are there at once, bytes only when synced (files of length 0). Random: any part of what was not synced.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from cnn_core.runs import checkpoints
from tests.faults.harness import drawn, experiment, finish, forked, home, look, prepared, resumed, spread, tell
from tests.faults.operations import kept
from tests.faults.spy import Operation, watching

DISKS = ("strict", "names first", "random")
RESUMED = 60  # of the rebuilt folders are also trained to their end
SAVED = "saved "  # what we write down when `save` has returned


@dataclass
class Blob:
    """A file or folder. synced: what survives; pending: writes since then."""

    folder: bool = False
    data: bytes = b""
    synced: bytes = b""
    pending: list[tuple[int, bytes]] = field(default_factory=list)
    names: dict[str, Blob] = field(default_factory=dict)
    durable: dict[str, Blob] = field(default_factory=dict)  # the names that survive
    changes: list[tuple[str, Blob | None]] = field(default_factory=list)  # of names since then

    def put(self, offset: int, data: bytes) -> None:
        self.data = self.data[:offset].ljust(offset, b"\0") + data + self.data[offset + len(data) :]
        self.pending.append((offset, data))

    def name(self, name: str, blob: Blob | None) -> None:
        self.changes.append((name, blob))
        _rename(self.names, name, blob)

    def sync(self) -> None:
        self.synced, self.pending = self.data, []
        self.durable, self.changes = dict(self.names), []


def _rename(names: dict[str, Blob], name: str, blob: Blob | None) -> None:
    if blob is None:
        names.pop(name, None)
    else:
        names[name] = blob


class Event(NamedTuple):
    """An operation without its handle, so that it can be told to the parent."""

    name: str
    path: str
    other: str = ""
    data: str = ""  # in hex
    offset: int = 0
    flags: int = 0
    size: int = 0


class Disk:
    """Files and folders below one that is there for good, under the operations of a training."""

    def __init__(self, root: str) -> None:
        self.root, self.top = root, Blob(folder=True)

    def _blob(self, path: str) -> Blob:
        blob = self.top
        for part in Path(path).relative_to(self.root).parts:
            blob = blob.names[part]
        return blob

    def _folder(self, path: str) -> tuple[Blob, str]:
        return self._blob(os.path.dirname(path)), os.path.basename(path)  # noqa: PTH119, PTH120

    def do(self, event: Event) -> None:
        if event.path == self.root and event.name == "mkdir":  # asked for, but it is there
            return
        if event.name in ("open", "mkdir"):
            folder, name = self._folder(event.path)
            if name not in folder.names:
                folder.name(name, Blob(folder=event.name == "mkdir"))
            if event.flags & os.O_TRUNC:
                self._cut(folder.names[name], 0)
        elif event.name in ("write", "pwrite"):
            self._blob(event.path).put(event.offset, bytes.fromhex(event.data))
        elif event.name in ("ftruncate", "truncate"):
            self._cut(self._blob(event.path), event.size)
        elif event.name in ("fsync", "fdatasync"):
            self._blob(event.path).sync()
        elif event.name in ("replace", "rename"):
            (source, old), (target, new) = self._folder(event.path), self._folder(event.other)
            blob = source.names[old]
            source.name(old, None)
            target.name(new, blob)
        elif event.name in ("unlink", "remove", "rmdir"):
            folder, name = self._folder(event.path)
            folder.name(name, None)

    def _cut(self, blob: Blob, size: int) -> None:
        blob.data = blob.data[:size].ljust(size, b"\0")
        blob.pending.append((-size - 1, b""))

    def rebuild(self, target: Path, kind: str, rng: random.Random) -> None:
        """Write down what such a disk shows after the power was lost at this moment."""
        self._rebuild(self.top, target, kind, rng)

    def _rebuild(self, blob: Blob, target: Path, kind: str, rng: random.Random) -> None:
        if not blob.folder:
            target.write_bytes(_content(blob, kind, rng))
            return
        target.mkdir(exist_ok=True)
        names = dict(blob.durable)
        survive = {"strict": 0, "names first": len(blob.changes)}.get(kind, rng.randint(0, len(blob.changes)))
        for name, changed in blob.changes[:survive]:
            _rename(names, name, changed)
        for name, child in names.items():
            self._rebuild(child, target / name, kind, rng)


def _content(blob: Blob, kind: str, rng: random.Random) -> bytes:
    after = Blob(data=blob.synced)
    pending = blob.pending[: rng.randint(0, len(blob.pending))] if kind == "random" else []
    for number, (offset, data) in enumerate(pending, 1):
        if offset < 0:
            after.data = after.data[: -offset - 1].ljust(-offset - 1, b"\0")
        else:
            after.put(offset, data[: rng.randint(0, len(data))] if number == len(pending) else data)
    return after.data


# ---------------------------------------------------------------- the training that is watched


def watched(root: Path) -> list[tuple[Any, ...]]:
    """All events of a training, and between them a word whenever a checkpoint was said to be saved."""
    events: list[Event] = []

    def see(operation: Operation) -> None:
        one = operation
        events.append(Event(one.name, one.path, one.other, one.data.hex(), one.offset, one.flags, one.size))

    save = checkpoints.save

    def saved(folder: Path, checkpoint: checkpoints.Checkpoint, *args: Any, **more: Any) -> Any:
        said = save(folder, checkpoint, *args, **more)
        events.append(Event(f"{SAVED}{checkpoint.progress['step']}", ""))
        return said

    checkpoints.save = saved
    with watching(see, root):
        finish(root, experiment())
    return [tuple(event) for event in events]


def attempt(wanted: dict[str, str], root: str, events: list[Event], point: tuple[int, str, bool]) -> list[str]:
    """Lose the power after so many events, rebuild, look; and resume where the point says so."""
    number, kind, resume = point
    disk, saved = Disk(root), -1
    for event in events[:number]:
        if event.name.startswith(SAVED):
            saved = int(event.name.removeprefix(SAVED))
        disk.do(event)
    with home("power") as folder:
        disk.rebuild(folder / "runs", kind, random.Random(number))
        _, wrong = look(folder / "runs")
        if kept(folder / "runs") < saved:
            wrong.append(f"the checkpoint of step {saved}, said to be saved, is lost")
        return wrong + (resumed(folder / "runs", experiment(), wanted) if resume else [])


def main(count: int = 0, seed: int = 0, lanes: int = 2) -> bool:
    """Every prefix on each of the disks, some of them resumed; or `count` of them."""
    prepared()
    with home("whole") as folder:
        root = folder / "runs"
        ended = forked(lambda: watched(root))
        assert ended.code == 0, ended.said
        wanted = forked(lambda: finish(root, experiment())).said
    events = [Event(*one) for one in ended.said]
    places = [(number, kind) for number in range(1, len(events) + 1) for kind in DISKS]
    resume = set(drawn(places, RESUMED, seed))
    points = [(*place, place in resume) for place in drawn(places, count, seed)]
    results = spread(partial(attempt, wanted, str(root), events), points, lanes)
    return tell("losses of power survived", results, f"{len(events)} moments on {len(DISKS)} disks")
