"""The large files of a run: checkpoints and predictions, each against its sum."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from cnn_core.base.errors import Failed
from cnn_core.data.sets import SPLITS
from cnn_core.runs import predictions as stored
from cnn_core.runs.checking.finding import Finding, Look
from cnn_core.runs.manifests import NAME, PARTS, Unusable, check_part, manifest, name_of, names, part_file
from cnn_core.runs.mending import DAMAGED, notify, remove_predictions, set_checkpoint_aside
from cnn_core.runs.picking import when


def checkpoints(look: Look) -> Iterator[Finding]:
    """Checkpoints of which a part is not as it was written, and parts without a manifest."""
    folder = look.run.checkpoints
    if os.path.lexists(folder) and not folder.is_dir():
        yield look.aside("checkpoints", "The folder of checkpoints is no folder.")
        return
    try:
        listed = names(folder)
    except Failed as error:
        yield Finding("checkpoints", str(error))
        return
    for name in listed:
        try:
            record = manifest(folder, name)
            for part in PARTS:
                check_part(folder, name, part, record["files"][part])
        except Unusable as error:
            yield _unusable(look, name, error)
    if not look.alive:
        yield from _parts_alone(look, set(listed))


def _unusable(look: Look, name: str, error: Unusable) -> Finding:
    said, file = f"The checkpoint of {when(look.run.checkpoints, name)} {error.verdict}", f"checkpoints/{error.file}"
    if not error.damaged:
        return Finding(file, f"{said}.")
    aside = partial(set_checkpoint_aside, look.run, name, f"{said} and was moved into {DAMAGED}/.")
    return Finding(file, f"{said}.", f"Its files are moved into {DAMAGED}/, and the run says so.", aside)


def _parts_alone(look: Look, listed: set[str]) -> Iterator[Finding]:
    for path in sorted(look.run.checkpoints.glob("step-*.safetensors")):
        if is_of_checkpoint(path.name) and path.name.split(".")[0] not in listed:
            what = "A part of a checkpoint that was not finished, or has lost its manifest."
            yield look.aside(f"checkpoints/{path.name}", what)


def is_of_checkpoint(file: str) -> bool:
    """Whether a file is named as one of a checkpoint's."""
    name = file.split(".")[0]
    return bool(NAME.match(name)) and file in {f"{name}.json", *(part_file(name, part) for part in PARTS)}


def best(look: Look) -> Iterator[Finding]:
    """A best checkpoint that is not there, or none at all, where the run does not say so already."""
    run, state, listed = look.run, look.stored, look.checkpoints
    if look.alive or not state.get("step"):
        return
    if not listed:
        file, sentence = "checkpoints", "All its checkpoints are gone. Resume begins anew."
        known = sentence
    else:
        name = _best_of(run.checkpoints, listed)
        known = f"The checkpoint of {when(run.checkpoints, name)}" if name else ""
        file, sentence = f"checkpoints/{name}.json", f"{known}, the best one, is gone."
        if not name or name in listed:
            return
    if known not in state["notice"]:
        yield Finding(file, sentence, "The run says so from now on.", partial(notify, run, sentence))


def _best_of(folder: Path, listed: list[str]) -> str:
    for name in reversed(listed):
        try:
            found = manifest(folder, name)["progress"]["best"]
        except Unusable:
            continue
        return name_of(found["step"]) if found else ""
    return ""


def predictions(look: Look) -> Iterator[Finding]:
    """Stored predictions that are not as they were written. Those of older weights are whole, and no finding."""
    folder = look.run.predictions
    if os.path.lexists(folder) and not folder.is_dir():
        yield look.aside("predictions", "The folder of predictions is no folder.")
        return
    for split in SPLITS:
        paths = [folder / file for file in files_of_predictions(split)]
        if not any(map(os.path.lexists, paths)):
            continue
        try:
            stored.read(folder, split)
        except Unusable as error:
            if look.alive and not all(map(os.path.lexists, paths)):
                continue  # the manifest is just being written
            what = f"The predictions of the {split} pictures cannot be used: {error.why}."
            remove = partial(remove_predictions, look.run, paths)
            mend = "They are removed; the next question makes them again." if error.damaged else ""
            yield Finding(f"predictions/{error.file}", what, mend, remove if mend else None, fleeting=True)


def files_of_predictions(split: str) -> tuple[str, str]:
    """The names of the files that hold a split's predictions."""
    return f"{split}.json", f"{split}.safetensors"
