"""Checkpoints: everything that a resume needs, as safetensors and JSON; no pickle.

A checkpoint `step-00000120` is three files: `.model.safetensors` (weights and buffers), `.state.safetensors`
(optimizer, random numbers, running sums) and, last, `.json`: the progress, and size and SHA-256 of the other two.
It exists when its `.json` exists. Blobs are read as bytes and checked before they are loaded: a map into memory
would turn a file cut short under us into the death of the process.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from cnn_core.base.errors import Failed
from cnn_core.base.files import atomic_write, sealed, sha256, unseal

SCHEMA = 1
PARTS = ("model", "state")
LAST_KEPT = 2


@dataclass(frozen=True)
class Checkpoint:
    """model, state: tensors by name, on the CPU. progress: plain JSON; has `step` and `best` (None or its record)."""

    model: dict[str, Tensor]
    state: dict[str, Tensor]
    progress: dict[str, Any]


def save(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint, then drop what is neither among the last two nor the best.

    Raises:
        OSError: the disk is full or not writable; what was there before is still there.
    """
    folder.mkdir(exist_ok=True)
    name = _name(checkpoint.progress["step"])
    files: dict[str, dict[str, Any]] = {}
    for part in PARTS:
        tensors: dict[str, Tensor] = getattr(checkpoint, part)
        data = save_tensors({key: tensor.detach().cpu().contiguous() for key, tensor in tensors.items()})
        atomic_write(folder / f"{name}.{part}.safetensors", data)
        files[part] = {"bytes": len(data), "sha256": sha256(data)}
    atomic_write(folder / f"{name}.json", sealed({"schema": SCHEMA, "files": files, "progress": checkpoint.progress}))
    _drop(folder, checkpoint.progress)


def latest(folder: Path) -> tuple[Checkpoint | None, list[str]]:
    """The newest whole checkpoint, and a sentence for each newer one that is damaged."""
    damaged: list[str] = []
    for name in reversed(_names(folder)):
        try:
            return _load(folder, name), damaged
        except Failed as error:
            damaged.append(str(error))
    return None, damaged


def best(folder: Path) -> Checkpoint:
    """The checkpoint of the best epoch.

    Raises:
        Failed: no epoch has ended yet, or the best is damaged.
    """
    step = best_step(folder)
    if step is None:
        raise Failed("No epoch has ended yet, so there is no trained network to ask.")
    return _load(folder, _name(step))


def best_step(folder: Path) -> int | None:
    """The step of the best epoch's checkpoint, as the newest readable progress says."""
    for name in reversed(_names(folder)):
        try:
            found = _manifest(folder, name)["progress"]["best"]
        except Failed:
            continue
        return None if found is None else int(found["step"])
    return None


def best_sha256(folder: Path) -> str:
    """The SHA-256 of the best epoch's weights: what they are known by in caches. Empty when there are none."""
    step = best_step(folder)
    return "" if step is None else str(_manifest(folder, _name(step))["files"]["model"]["sha256"])


def _name(step: int) -> str:
    return f"step-{step:08d}"


def _names(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("step-*.json"))


def _manifest(folder: Path, name: str) -> dict[str, Any]:
    manifest = unseal(folder / f"{name}.json")
    if manifest.get("schema") != SCHEMA:
        raise Failed(f"Checkpoint {name} was written by another version of ConvScope.")
    return manifest


def _load(folder: Path, name: str) -> Checkpoint:
    manifest = _manifest(folder, name)
    model, state = (_tensors(folder / f"{name}.{part}.safetensors", manifest["files"][part]) for part in PARTS)
    return Checkpoint(model, state, manifest["progress"])


def _tensors(path: Path, stated: dict[str, Any]) -> dict[str, Tensor]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Failed(f"Checkpoint file {path.name} cannot be read ({error.strerror}).") from error
    if len(data) != stated["bytes"] or sha256(data) != stated["sha256"]:
        raise Failed(f"Checkpoint file {path.name} is damaged (its SHA-256 does not match).")
    try:
        return load_tensors(data)
    except SafetensorError as error:
        raise Failed(f"Checkpoint file {path.name} is not a safetensors file.") from error


def _drop(folder: Path, progress: dict[str, Any]) -> None:
    keep = set(_names(folder)[-LAST_KEPT:])
    if progress["best"] is not None:
        keep.add(_name(progress["best"]["step"]))
    for name in _names(folder):
        if name not in keep:
            (folder / f"{name}.json").unlink(missing_ok=True)  # first: without it the rest is nothing
    for path in folder.glob("step-*.safetensors"):
        if path.name.split(".")[0] not in keep:
            path.unlink(missing_ok=True)
