"""What was made of a trained run: another run with a network of its own, or a file in the run's folder.

A derived run is like any other, finished, with one checkpoint of step 0; its state says what it was made from.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import nn

from cnn_core.base.errors import Failed
from cnn_core.base.files import atomic_write, make_folder, sealed, sha256, unseal
from cnn_core.experiment import Experiment
from cnn_core.jobs.job import now
from cnn_core.runs import checkpoints, notes
from cnn_core.runs.checkpoints import Checkpoint
from cnn_core.runs.loaded import Run
from cnn_core.runs.run import COMPRESSED, RunFolder, new_run, records

COPIED = ("preprocessing.json", "environment.json")
BEST = {"step": 0, "epoch": 0, "val_accuracy": None, "val_loss": None}
PROGRESS: dict[str, Any] = {"step": 0, "batch": 0, "epoch": 0, "images": 0, "seconds": 0.0, "best": BEST}


def derive(source: Run, settings: Experiment, module: nn.Module, how: str, kind: str) -> RunFolder:
    """A finished run with this network, whose pictures are prepared as the source's are; tested already.

    Args:
        settings: the source's, with the model that builds `module`. how: what was done, in a few words.
        kind: of job, see `new_run`.

    Raises:
        Failed: the folder cannot be written, or the data is missing.
    """
    root = source.folder.root
    folder = new_run(settings, root, kind, hold=True, made_from=source.id, made_by=how)
    with folder.lock():
        try:
            for name in COPIED:
                atomic_write(folder.folder / name, (source.path / name).read_bytes())
            checkpoints.save(folder.checkpoints, Checkpoint(module.state_dict(), {}, PROGRESS))
            label = source.folder.record()["label"]
            notes.change(folder.folder, notes.renamed(f"{label}, {how}"[: notes.NAME_MOST]))
            notes.change(folder.folder, notes.annotated(f"Made from {source.id}: {how}."))
            done = Run(folder)
            right = {}
            for split in ("val", "test"):
                found = done.predictions(split)
                right[split] = float((found.logits.argmax(1) == found.targets).mean())
            kept = {key: source.folder.stored().get(key) for key in ("device", "precision", "threads")}
            counted = sum(one.numel() for one in module.parameters())
            tested = {
                "epochs_planned": 0,
                "steps": 0,
                "val_accuracy": right["val"],
                "test_accuracy": right["test"],
                "parameters": counted,
            }
            folder.update(**kept, **tested, status="done", reason="", message="", started=now(), ended=now())
        except BaseException as error:
            folder.update(status="failed", reason="error", message="It could not be made.", ended=now())
            if isinstance(error, OSError):
                raise Failed(f"{folder.folder} cannot be written ({error.strerror or error}).") from error
            raise
    return folder


def made_from(run: Run) -> list[RunFolder]:
    """The finished runs that were made of a run, the oldest first."""
    found = [one for one in records(run.folder.root) if one.get("made_from") == run.id and one["status"] == "done"]
    return [RunFolder(run.folder.root / one["run"]) for one in reversed(found)]


def keep_file(run: Run, name: str, data: bytes, about: dict[str, Any]) -> Path:
    """Write a file into the run's folder, with a manifest beside it; one of the same name is replaced.

    Raises:
        Failed: it cannot be written.
    """
    folder = run.path / COMPRESSED
    try:
        make_folder(folder)
        (folder / f"{name}.json").unlink(missing_ok=True)  # first: without it the file is nothing
        atomic_write(folder / f"{name}.onnx", data)
        made = {"name": name, "bytes": len(data), "data_sha256": sha256(data), "weights": run.checkpoint_sha256}
        atomic_write(folder / f"{name}.json", sealed({**made, **about}))
    except OSError as error:
        raise Failed(f"{folder} cannot be written ({error.strerror or error}).") from error
    return folder / f"{name}.onnx"


def kept_files(run: Run) -> dict[str, tuple[dict[str, Any], bytes]]:
    """The files that were made of the run's network as it is now, by name: manifest and content.

    Damaged and older ones are left out.
    """
    found = {}
    for path in sorted((run.path / COMPRESSED).glob("*.json")):
        try:
            about, data = unseal(path), path.with_suffix(".onnx").read_bytes()
        except (Failed, OSError):
            continue
        if about.get("data_sha256") == sha256(data) and about.get("weights") == run.checkpoint_sha256:
            found[path.stem] = about, data
    return found
