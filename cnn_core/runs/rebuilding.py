"""A run's state made again from what else is in its folder: settings, checkpoints, predictions. No torch."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from cnn_core.base.files import atomic_write, sealed
from cnn_core.experiment import Experiment
from cnn_core.jobs.index import states
from cnn_core.jobs.job import FIELDS, SCHEMA, arrived, now
from cnn_core.runs import predictions
from cnn_core.runs.manifests import PARTS, Unusable, check_part, manifest, name_of, names, read_sealed
from cnn_core.runs.mending import set_aside
from cnn_core.runs.picking import when
from cnn_core.runs.predictions import Predictions
from cnn_core.runs.run import RunFolder, planned

AT_THE_END = ("val", "test")  # the splits that are predicted when training has come to its end


def make_state_again(run: RunFolder, kind: str) -> None:
    """Write a state; a damaged one is set aside. Called by the holder of the run's lock; `kind` as in `new_run`.

    Raises:
        UserError: the settings are damaged too.
    """
    experiment = run.experiment()
    name, progress = _newest(run.checkpoints)
    predicted = [_predicted(run, progress, split) for split in AT_THE_END]
    done = all(predicted) and _trained(experiment, progress) if experiment.train else bool(name)
    state = {
        **FIELDS,
        **planned(experiment),
        **_reached(progress),
        **_means(run),
        **_order(run),
        "schema": SCHEMA,
        "kind": kind,
        "status": "done" if done else "stopped",
        "reason": "mended",
        "message": _how(run, name, done=done),
        "ended": now(),
        "test_accuracy": _accuracy(predicted[-1]),
    }
    if os.path.lexists(run.state_path):
        set_aside(run, [run.state_path])
    atomic_write(run.state_path, sealed(state))


def _trained(experiment: Experiment, progress: dict[str, Any]) -> bool:
    """Whether training had come to its end."""
    patience = experiment.train.patience
    return bool(progress.get("epoch", 0) >= experiment.train.epochs or 0 < patience < progress.get("bad_epochs", 0))


def _newest(folder: Path) -> tuple[str, dict[str, Any]]:
    """The newest whole checkpoint's name and progress; empty where there is none."""
    for name in reversed(names(folder)):
        try:
            record = manifest(folder, name)
            for part in PARTS:
                check_part(folder, name, part, record["files"][part])
            return name, record["progress"]
        except Unusable:
            continue
    return "", {}


def _reached(progress: dict[str, Any]) -> dict[str, Any]:
    best = progress.get("best") or {}
    return {
        "epochs": progress.get("epoch", 0),
        "step": progress.get("step", 0),
        "images": progress.get("images", 0),
        "seconds": progress.get("seconds", 0.0),
        "best_epoch": best.get("epoch"),
        "val_accuracy": best.get("val_accuracy"),
        "val_loss": best.get("val_loss"),
    }


def _means(run: RunFolder) -> dict[str, Any]:
    try:
        means = read_sealed(run.folder / "environment.json")
    except Unusable:
        return {}
    return {key: means[key] for key in ("device", "precision", "threads") if key in means}


def _order(run: RunFolder) -> dict[str, Any]:
    """When it came, and its place among the others: ids are in the order of their making."""
    before = (state["number"] for name, state in states(run.root, patience=0).items() if name < run.id)
    number, came = max(before, default=0), arrived(run.id)
    return {"created": came or now(), "started": came or None, "number": number, "turn": number}


def _how(run: RunFolder, name: str, *, done: bool) -> str:
    if not name:
        return (
            "Its state was lost and was made again from its settings; no whole checkpoint is left. Resume begins anew."
        )
    said = f"Its state was lost and was made again from its checkpoint of {when(run.checkpoints, name)}."
    return said if done else f"{said} Resume goes on from there."


def _predicted(run: RunFolder, progress: dict[str, Any], split: str) -> Predictions | None:
    """The stored predictions of a split by the best checkpoint's weights."""
    if not progress.get("best"):
        return None
    try:
        best = manifest(run.checkpoints, name_of(progress["best"]["step"]))
    except Unusable:
        return None
    return predictions.load(run.predictions, split, best["files"]["model"]["sha256"])


def _accuracy(found: Predictions | None) -> float | None:
    return None if found is None else float((found.logits.argmax(1) == found.targets).mean())
