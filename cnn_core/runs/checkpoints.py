"""Checkpoints: everything that a resume needs, as safetensors and JSON; no pickle.

A checkpoint `step-00000120` (within an epoch: `step-00000120-open`) is three files: `.model.safetensors` (weights and
buffers), `.state.safetensors` (optimizer, random numbers, running sums) and, last, `.json`: the progress, and size and
SHA-256 of the other two.
It exists when its `.json` exists. Blobs are read as bytes and checked before they are loaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor, nn

from cnn_core.base.errors import shorten
from cnn_core.base.files import atomic_write, make_folder, sealed, sha256
from cnn_core.runs.manifests import (
    PARTS,
    SCHEMA,
    Unusable,
    experiment_sum,
    manifest,
    name_of,
    names,
    part_file,
    read_part,
    step_of,
)
from cnn_core.runs.picking import left_out, pick

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
    make_folder(folder)
    name = name_of(checkpoint.progress["step"], checkpoint.progress.get("batch", 0))
    files: dict[str, dict[str, Any]] = {}
    for part in PARTS:
        tensors: dict[str, Tensor] = getattr(checkpoint, part)
        data = save_tensors({key: tensor.detach().cpu().contiguous() for key, tensor in tensors.items()})
        atomic_write(folder / part_file(name, part), data)
        files[part] = {"bytes": len(data), "sha256": sha256(data)}
    record = {"schema": SCHEMA, "files": files, "progress": checkpoint.progress}
    if owner := experiment_sum(folder.parent):
        record["experiment"] = owner
    atomic_write(folder / f"{name}.json", sealed(record))
    _drop(folder, checkpoint.progress)


def latest(folder: Path, model: nn.Module | None = None) -> tuple[Checkpoint | None, list[str]]:
    """The newest whole checkpoint (that fits the model), and a sentence for each newer one that was left out."""
    passed: list[tuple[str, Unusable]] = []
    for name in reversed(names(folder)):
        try:
            found = _load(folder, name)
            if model is not None:
                check_fit(name, found.model, model)
            return found, left_out(folder, passed, name)
        except Unusable as error:
            passed.append((name, error))
    return None, left_out(folder, passed, None)


def best(folder: Path) -> Checkpoint:
    """The checkpoint whose weights answer, see `manifests.pick`.

    Raises:
        Failed: no epoch has ended yet, or none is whole.
    """
    return _load(folder, pick(folder).name)


def weights(folder: Path, name: str) -> dict[str, Tensor]:
    """The weights and buffers of a checkpoint by their names in the network.

    Raises:
        Unusable: they are damaged, or not all of them are finite numbers.
    """
    return _weights(folder, name, manifest(folder, name))


def _weights(folder: Path, name: str, record: dict[str, Any]) -> dict[str, Tensor]:
    found = _tensors(folder, name, "model", record)
    for key, tensor in found.items():
        if not torch.isfinite(tensor).all():
            raise Unusable(part_file(name, "model"), f"{key} is not finite", damaged=False)
    return found


def check_fit(name: str, found: dict[str, Tensor], model: nn.Module) -> None:
    """Compare weights with the network that is to have them, before it gets any.

    Raises:
        Unusable: something is missing, too much, or of another shape or type.
    """
    if why := misfit(found, model):
        raise Unusable(part_file(name, "model"), why, damaged=False)


def misfit(found: dict[str, Tensor], model: nn.Module) -> str:
    """The first way in which weights are not those of a network, by name, shape and type; empty when they are."""
    wanted = model.state_dict()
    for key in sorted(wanted.keys() | found.keys()):
        if key not in found:
            return f"{shorten(key)} is missing"
        if key not in wanted:
            return f"the network has no {shorten(key)}"
        if (found[key].shape, found[key].dtype) != (wanted[key].shape, wanted[key].dtype):
            return f"{key} is {_described(found[key])}, but the network has {_described(wanted[key])}"
    return ""


def _described(tensor: Tensor) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"


def _load(folder: Path, name: str) -> Checkpoint:
    record = manifest(folder, name)
    return Checkpoint(_weights(folder, name, record), _tensors(folder, name, "state", record), record["progress"])


def _tensors(folder: Path, name: str, part: str, record: dict[str, Any]) -> dict[str, Tensor]:
    data = read_part(folder, name, part, record["files"][part])
    try:
        return load_tensors(data)
    except (SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise Unusable(part_file(name, part), "it is not a safetensors file") from error


def _drop(folder: Path, progress: dict[str, Any]) -> None:
    listed = names(folder)
    before = [name for name in listed if step_of(name) <= progress["step"]]
    # later ones were passed over when training was resumed; they are written anew when it comes there
    keep = {*before[-LAST_KEPT:], *listed[len(before) :]}
    if progress["best"] is not None:
        keep.add(name_of(progress["best"]["step"]))
    for name in listed:
        if name not in keep:
            (folder / f"{name}.json").unlink(missing_ok=True)  # first: without it the rest is nothing
    for path in folder.glob("step-*.safetensors"):
        if path.name.split(".")[0] not in keep:
            path.unlink(missing_ok=True)
