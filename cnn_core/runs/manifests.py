"""Checkpoints without their tensors: names, manifests and sums. No torch."""

from __future__ import annotations

import hashlib
import os
import re
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cnn_core.base.errors import Failed
from cnn_core.base.files import open_file, read_file, sha256, unseal_bytes

SCHEMA = 1
PARTS = ("model", "state")
NAME = re.compile(r"step-(\d{8,12})(-open)?\Z")
REMEMBERED = 256  # files known to be whole


class Unusable(Failed):
    """A file of a run that cannot be used, and why. `damaged`: it is not as it was written."""

    def __init__(self, file: str, why: str, *, damaged: bool = True) -> None:
        super().__init__(f"{file}: {why}")
        self.file, self.why, self.damaged = file, why, damaged

    @property
    def verdict(self) -> str:
        """What is to be said of the checkpoint that it belongs to."""
        return f"is damaged ({self})" if self.damaged else f"cannot be used ({self})"


def name_of(step: int, batch: int = 0) -> str:
    """What the checkpoint of a step is called; `batch`: steps done in the epoch that has begun.

    One within an epoch is `-open`: a stop during the validation that ends the epoch leaves one at the very step at
    which the ended epoch is saved, and no file of a whole checkpoint is ever written over.
    """
    return f"step-{step:08d}{'-open' if batch else ''}"


def step_of(name: str) -> int:
    """The step of a checkpoint by its name."""
    return int(name.split("-")[1])


def part_file(name: str, part: str) -> str:
    """The name of the file that holds the weights (`model`) or the rest (`state`) of a checkpoint."""
    return f"{name}.{part}.safetensors"


def names(folder: Path) -> list[str]:
    """The names of all checkpoints in a folder of checkpoints, the newest last.

    Raises:
        Failed: the folder cannot be read.
    """
    try:
        found = [path.stem for path in folder.iterdir() if path.suffix == ".json"]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise Failed(f"The checkpoints in {folder} cannot be read ({error.strerror}).") from error
    return sorted(filter(NAME.match, found), key=lambda name: (step_of(name), not name.endswith("-open")))


def experiment_sum(run: Path) -> str:
    """The SHA-256 of a run's settings, to which its checkpoints belong; empty where they are missing or damaged."""
    try:
        data = read_file(run / "experiment.json")
        unseal_bytes(data, "experiment.json")
    except (OSError, Failed):
        return ""
    return sha256(data)


def read_sealed(path: Path) -> dict[str, Any]:
    """`files.unseal`, but the error knows whether it is damage.

    Raises:
        Unusable: the file is missing, cannot be read, or is not as it was sealed.
    """
    try:
        return unseal_bytes(read_file(path), path.name)
    except OSError as error:
        raise unreadable(path.name, error) from error
    except Failed as error:
        raise Unusable(path.name, "its SHA-256 does not match") from error


def manifest(folder: Path, name: str) -> dict[str, Any]:
    """A checkpoint's progress, and the sizes and sums of its files.

    Raises:
        Unusable: it is missing, damaged, of another checkpoint, run or version.
    """
    file = f"{name}.json"
    record = read_sealed(folder / file)
    if record.get("schema") != SCHEMA:
        raise Unusable(file, "another version of ConvScope wrote it", damaged=False)
    if not _is_of(record, step_of(name)):
        raise Unusable(file, "it is the manifest of another checkpoint")
    owner = experiment_sum(folder.parent)
    if owner and record.get("experiment", owner) != owner:
        raise Unusable(file, "it belongs to a run with other settings", damaged=False)
    return record


def _is_of(record: dict[str, Any], step: int) -> bool:
    try:
        best = record["progress"]["best"]
        files = [record["files"][part] for part in PARTS]
        typed = all(isinstance(file["bytes"], int) and isinstance(file["sha256"], str) for file in files)
        return typed and record["progress"]["step"] == step and (best is None or isinstance(best["step"], int))
    except (KeyError, TypeError):
        return False


def unreadable(file: str, error: OSError) -> Unusable:
    """A file of a run that cannot be read, as an error of ours."""
    if isinstance(error, FileNotFoundError):
        return Unusable(file, "it is missing")
    return Unusable(file, f"it cannot be read: {error.strerror}", damaged=not isinstance(error, PermissionError))


# ---------------------------------------------------------------- the large files


def read_part(folder: Path, name: str, part: str, stated: Mapping[str, Any]) -> bytes:
    """The bytes of a part, as its manifest states them. Never mapped: a file cut short under us would end the process.

    Raises:
        Unusable: they are not those that were written.
    """
    file = part_file(name, part)
    try:
        with os.fdopen(open_file(folder / file), "rb") as opened:
            _check_size(file, os.fstat(opened.fileno()).st_size, stated)
            data = opened.read()
    except OSError as error:
        raise unreadable(file, error) from error
    _check_size(file, len(data), stated)
    if sha256(data) != stated["sha256"]:
        raise Unusable(file, "its SHA-256 does not match")
    return data


def check_part(folder: Path, name: str, part: str, stated: Mapping[str, Any]) -> None:
    """Read a part and compare it with its manifest, a piece at a time.

    Raises:
        Unusable: its bytes are not those that were written.
    """
    file = part_file(name, part)
    try:
        with os.fdopen(open_file(folder / file), "rb") as opened:
            _check_size(file, os.fstat(opened.fileno()).st_size, stated)
            found = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise unreadable(file, error) from error
    if found != stated["sha256"]:
        raise Unusable(file, "its SHA-256 does not match")


def _check_size(file: str, size: int, stated: Mapping[str, Any]) -> None:
    if size != stated["bytes"]:
        raise Unusable(file, f"it has {size:,} bytes, not {stated['bytes']:,}")


_whole: OrderedDict[tuple[object, ...], None] = OrderedDict()


def check_once(folder: Path, name: str, part: str, stated: Mapping[str, Any]) -> None:
    """`check_part`, but a file that was whole and has not been touched since is not read again."""
    try:
        stat = (folder / part_file(name, part)).stat()
    except OSError as error:
        raise unreadable(part_file(name, part), error) from error
    key = (folder, name, part, stated["sha256"], stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
    if key not in _whole:
        check_part(folder, name, part, stated)
        _whole[key] = None
        while len(_whole) > REMEMBERED:
            try:
                _whole.popitem(last=False)
            except KeyError:  # another thread was faster
                break
