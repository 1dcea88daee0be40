"""A disk that is full, broken or slow to take bytes: at every operation of a training, and a real full disk.

Full means: from an operation on nothing that needs room succeeds; overwriting bytes that a file has already does, as on
a real disk. Afterwards the state says so, nothing that was saved is lost, and with room the run goes on to the same
bits.
"""

from __future__ import annotations

import errno
import os
import resource
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from cnn_core.base.errors import UserError
from tests.faults.harness import Ended, drawn, experiment, finish, forked, home, look, prepared, resumed, spread, tell
from tests.faults.spy import Fault, Operation, watching

BROKEN = ("open", "write", "pwrite", "fsync", "replace", "mkdir", "ftruncate")
REAL_SIZES = [*range(4, 128, 4), *range(128, 512, 32)]  # KB: from no room at all to nearly enough


class Trouble(NamedTuple):
    """kind: full, half (the n-th write is cut, then full), broken (EIO once), short (every write), real (at KB)."""

    kind: str
    at: int = 0
    what: str = ""


def fault_of(trouble: Trouble) -> Fault:
    """What the spy is to do to each operation."""

    def full(operation: Operation) -> int | None:
        if operation.number < trouble.at or not operation.grows:
            return None
        if trouble.kind == "half" and operation.number == trouble.at and len(operation.data) > 1:
            return len(operation.data) // 2
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def broken(operation: Operation) -> None:
        if operation.number == trouble.at:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    def short(operation: Operation) -> int | None:
        return (len(operation.data) + 1) // 2 if operation.writes else None

    return {"full": full, "half": full, "broken": broken, "short": short, "none": lambda operation: None}[trouble.kind]


def troubled(root: Path, trouble: Trouble) -> str:
    """Train with the trouble, in this process; what was said to the user when it could not even begin."""
    with watching(fault_of(trouble), root, root.parent / "locks"):
        return _tried(root)


def _tried(root: Path) -> str:
    from cnn_core import actions

    try:
        actions.train(experiment(), root)
    except UserError as error:
        return str(error)
    return ""


def judged(root: Path, trouble: Trouble, ended: Ended) -> list[str]:
    """What is wrong with what the run says afterwards."""
    if ended.code:
        return [f"an exception came out: {ended.said or f'signal {ended.signal}'}"]
    record, wrong = look(root)
    if record is None:
        return wrong + ([] if ended.said else ["there is no run, and nobody was told"])
    verdict = (record["status"], record["reason"])
    if trouble.kind == "short" and verdict != ("done", ""):
        wrong.append(f"short writes ended the run: {verdict} {record['message']}")
    if trouble.kind in ("full", "half", "real") and verdict not in (("stopped", "disk"), ("done", "")):
        wrong.append(f"a full disk is said to be {verdict}: {record['message']}")
    return wrong


def attempt(wanted: dict[str, str], trouble: Trouble) -> list[str]:
    """The trouble, a look, room again, the resume."""
    with home("disk") as folder:
        root = folder / "runs"
        ended = forked(lambda: troubled(root, trouble))
        wrong = judged(root, trouble, ended)
        return wrong + resumed(root, experiment(), wanted)


def troubles(root: Path) -> list[Trouble]:
    """Every place of a training where each trouble can come."""
    seen: list[Operation] = []
    with watching(lambda operation: seen.append(operation), root, root.parent / "locks"):
        finish(root, experiment())
    found = [Trouble("short")]
    for operation in seen:
        what = f"{operation.name} {Path(operation.other or operation.path).name}"
        found += [Trouble("full", operation.number, what)] if operation.grows else []
        found += [Trouble("half", operation.number, what)] if operation.grows and operation.writes else []
        found += [Trouble("broken", operation.number, what)] if operation.name in BROKEN else []
    return found


# ---------------------------------------------------------------- a real one


def on_a_small_disk(wanted: dict[str, str], kilobytes: int) -> list[str]:
    """Train on a tmpfs of this size; then on the same one with room."""
    with home("small") as folder:
        trouble, root = Trouble("real", kilobytes), folder / "runs"
        _mount("-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder))
        try:
            (folder / "locks").mkdir()
            root.mkdir()
            wrong = judged(root, trouble, forked(lambda: _tried(root)))
            _mount("-o", "remount,size=64m", str(folder))
            return wrong + resumed(root, experiment(), wanted)
        finally:
            subprocess.run(["umount", str(folder)], check=True)


def with_small_files(wanted: dict[str, str], kilobytes: int) -> list[str]:
    """Where nothing can be mounted: no file may become larger than this (EFBIG)."""
    with home("small") as folder:
        root = folder / "runs"

        def limited() -> str:
            resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 256, resource.RLIM_INFINITY))
            return _tried(root)

        return judged(root, Trouble("real", kilobytes), forked(limited)) + resumed(root, experiment(), wanted)


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)


def real_disk() -> tuple[Callable[..., list[str]], str]:
    """How a full disk is made here, and how that is called."""
    with home("mount") as folder:
        try:
            _mount("-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder))
        except (OSError, subprocess.CalledProcessError):
            return with_small_files, "files that may not grow"
        subprocess.run(["umount", str(folder)], check=True)
        return on_a_small_disk, "a small disk"


def main(count: int = 0, seed: int = 0, lanes: int = 2) -> bool:
    """All places, and all sizes of a real disk; or `count` of each."""
    prepared()
    with home("whole") as folder:
        wanted = forked(lambda: finish(folder / "runs", experiment()))
        assert wanted.code == 0, wanted.said
    with home("watched") as folder:
        places = forked(lambda: troubles(folder / "runs"))
        assert places.code == 0, places.said
    made = drawn([Trouble(*one) for one in places.said], count, seed)
    results = spread(partial(attempt, wanted.said), made, lanes)
    how, name = real_disk()
    real = spread(partial(how, wanted.said), drawn(REAL_SIZES, count, seed), lanes)
    kinds = {
        "full": "full disks",
        "half": "disks full in the middle of a write",
        "broken": "input/output errors",
        "short": "trainings with short writes",
    }
    told = [
        tell(f"{words} survived", rows)
        for kind, words in kinds.items()
        if (rows := [row for row in results if row[0].kind == kind])
    ]
    return all([*told, tell(f"real full disks survived ({name})", real)])
