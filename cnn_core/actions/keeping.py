"""Verbs that keep runs in order: name them, note, tag, compare; the trash, and what comes out of it. No torch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cnn_core.actions.running import Folder
from cnn_core.base.errors import UserError
from cnn_core.base.settings import runs_folder
from cnn_core.runs import notes, smoothing
from cnn_core.runs import trash as thrown
from cnn_core.runs.comparing import color_of, differing, settings_of
from cnn_core.runs.live import validations
from cnn_core.runs.run import RunFolder, find_run
from cnn_core.runs.summaries import Summary, summary

METRICS = ("val_accuracy", "val_loss", "train_accuracy", "train_loss")
RESULTS = (
    *("name", "status", "epochs", "epochs_planned", "parameters"),
    *("best_epoch", "val_accuracy", "test_accuracy", "seconds"),
)
MOST = 10  # runs that are compared at once: as many as there are colours


def rename(run: str, name: str, runs: Folder = None) -> dict[str, Any]:
    """Give a run a name that people choose; "" lets it go by its settings again. Returns its record.

    Raises:
        UserError: no such run, or no such name is allowed. Failed: it cannot be written.
    """
    return _write(run, runs, notes.renamed(name))


def note(run: str, text: str, runs: Folder = None) -> dict[str, Any]:
    """Write a note on a run; "" takes it away. Returns its record.

    Raises:
        UserError: no such run, or the note is too long. Failed: it cannot be written.
    """
    return _write(run, runs, notes.annotated(text))


def tag(run: str, add: Iterable[str] = (), remove: Iterable[str] = (), runs: Folder = None) -> dict[str, Any]:
    """Put tags on a run and take others off. Returns its record.

    Raises:
        UserError: no such run, or a tag is not allowed. Failed: they cannot be written.
    """
    return _write(run, runs, notes.tagged(add, remove))


def _write(run: str, runs: Folder, how: Callable[[notes.Notes], notes.Notes]) -> dict[str, Any]:
    found = find_run(run, runs_folder(runs))
    notes.change(found.folder, how)
    return found.record()


# ------------------------------------------------------------ the trash


def trash(runs: Folder = None) -> list[dict[str, Any]]:
    """What is in the trash, what was deleted last first; see `runs.trash.listing`."""
    return thrown.listing(runs_folder(runs))


def thrown_away(runs: Folder = None) -> int:
    """How many runs are in the trash, without looking into them."""
    return len(thrown.names(runs_folder(runs)))


def restore(run: str, runs: Folder = None) -> dict[str, Any]:
    """Give a run in the trash its place back; returns its record, whose id is another where its own is taken.

    Raises:
        UserError: it is not in the trash under exactly this id, or somebody works on it. Failed: it cannot be moved.
    """
    return thrown.restore(run, runs_folder(runs)).record()


def purge(run: str, runs: Folder = None) -> dict[str, Any]:
    """Remove a run in the trash for good; returns {run, bytes}, the bytes that this freed.

    Raises:
        UserError: it is not in the trash under exactly this id, or a job uses it. Failed: not all of it can be removed.
    """
    return {"run": run, "bytes": thrown.purge(run, runs_folder(runs))}


def purge_all(runs: Folder = None) -> dict[str, Any]:
    """Empty the trash, and remove what earlier purges have left.

    Returns:
        runs: the ids that are gone. bytes: what that freed. kept: {run, why} of those that cannot be removed now.
    """
    root = runs_folder(runs)
    gone, freed, kept = [], 0, []
    for name in thrown.names(root):
        try:
            freed += thrown.purge(name, root)
            gone.append(name)
        except UserError as error:
            kept.append({"run": name, "why": str(error)})
    for left in thrown.unfinished(root):
        try:
            freed += thrown.finish(left)
        except UserError as error:
            kept.append({"run": left.name, "why": str(error)})
    return {"runs": gone, "bytes": freed, "kept": kept}


# ------------------------------------------------------------ side by side


def summaries(records: Sequence[dict[str, Any]]) -> list[Summary]:
    """The last validation accuracy and a small curve of each of these runs, given by their records."""
    return [summary(RunFolder(Path(one["path"]))) for one in records]


def compare(several: Sequence[str], smooth: float = 0.0, runs: Folder = None) -> dict[str, Any]:
    """Runs side by side.

    Args:
        several: two to ten runs. smooth: weight of the smoothing, 0 to 0.99, as TensorBoard defines it.

    Returns:
        runs: of each run, label, color (0 to 9, which it keeps whatever it is compared with) and RESULTS.
        settings: {key, title, values} of those in which they differ, a value a run.
        curves: of each run epoch and METRICS as lists, a value a validation, and of each metric `smooth_` values.

    Raises:
        UserError: too few or too many runs, one that does not exist or is named twice, a weight out of bounds.
    """
    if not 0 <= smooth <= 0.99:
        raise UserError(f"smoothing is {smooth:g}, but must be 0 to 0.99.")
    found = [find_run(one, runs_folder(runs)) for one in several]
    if not 2 <= len({one.folder for one in found}) == len(found) <= MOST:
        raise UserError(f"{len(found)} runs are named, but 2 to {MOST} can be compared, each once.")
    return {
        "runs": [_result(one.record()) for one in found],
        "settings": [asdict(one) for one in differing([settings_of(one) for one in found])],
        "curves": [_curves(validations(one), smooth) for one in found],
    }


def _result(record: dict[str, Any]) -> dict[str, Any]:
    return {**{key: record[key] for key in ("run", "label", *RESULTS)}, "color": color_of(record)}


def _curves(rows: list[dict[str, Any]], smooth: float) -> dict[str, list[Any]]:
    raw = {name: [row[name] for row in rows] for name in ("epoch", *METRICS)}
    return {**raw, **{f"smooth_{name}": smoothing.smoothed(raw[name], smooth) for name in METRICS}}
