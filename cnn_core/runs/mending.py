"""Mending a run's folder: what the doctor does to it. Nothing is deleted that cannot be made again.

All of these are called by the holder of the run's lock.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cnn_core.base.errors import UserError
from cnn_core.base.files import atomic_write, make_folder, read_file, sealed, sync_folder, unused
from cnn_core.experiment import fit_preprocessing, load_data, trained
from cnn_core.jobs import verdict
from cnn_core.jobs.job import is_lost, now
from cnn_core.runs.run import RunFolder

DAMAGED = "damaged"  # the folder in a run's folder for what was damaged: nothing is lost


def set_aside(run: RunFolder, paths: Iterable[Path]) -> None:
    """Move files of a run into its folder for what is damaged."""
    place = run.folder / DAMAGED
    make_folder(place)
    for path in paths:
        path.rename(unused(place, path.name))
        sync_folder(path.parent)
    sync_folder(place)


def set_checkpoint_aside(run: RunFolder, name: str, sentence: str) -> None:
    """Move a checkpoint's files, the manifest first, and let the run say that it is lost."""
    set_aside(run, sorted(run.checkpoints.glob(f"{name}.*"), key=lambda path: path.suffix != ".json"))
    notify(run, sentence)


def notify(run: RunFolder, sentence: str) -> None:
    """Add a sentence to what the run's user should know."""
    try:
        before = run.stored()["notice"]
    except UserError:  # a state that cannot be made again is a finding of its own
        return
    if sentence not in before:
        run.update(notice=f"{before} {sentence}".strip())


def remove(paths: Iterable[Path]) -> None:
    """Remove what can be made again, or what nobody will finish."""
    for path in paths:
        path.unlink(missing_ok=True)
        sync_folder(path.parent)


def remove_predictions(run: RunFolder, paths: Iterable[Path]) -> None:
    """Remove the files of a split's predictions; what is no file is set aside."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            set_aside(run, [path])
        else:
            remove([path])


def write_journal(run: RunFolder, kept: bytes, *, keep_original: bool) -> None:
    """Write the journal anew with the lines that can be read."""
    if keep_original:
        make_folder(run.folder / DAMAGED)
        atomic_write(unused(run.folder / DAMAGED, run.journal_path.name), read_file(run.journal_path))
    atomic_write(run.journal_path, kept)


def fit_again(run: RunFolder) -> None:
    """Fit the preprocessing on the training pictures, which gives what was fitted before."""
    experiment = trained(run.experiment(), "its preprocessing cannot be fitted again")
    fitted = fit_preprocessing(experiment, load_data(experiment.data).splits["train"].pictures)
    path = run.folder / "preprocessing.json"
    if path.exists():
        set_aside(run, [path])
    atomic_write(path, sealed(fitted.record()))


def write_verdict(run: RunFolder) -> None:
    """Note down how a run ended whose worker died."""
    state = run.stored()
    if is_lost(state):
        run.update(**verdict.unseen(state), ended=now())
