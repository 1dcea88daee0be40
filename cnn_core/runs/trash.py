"""Deleting a run: it goes into the trash of its runs folder, whole, in one rename."""

from __future__ import annotations

from pathlib import Path

from cnn_core.base.errors import Failed
from cnn_core.base.files import make_folder, sync_folder, unused
from cnn_core.runs.run import RunFolder

TRASH = ".trash"


def delete(run: RunFolder) -> Path:
    """Move a run's folder to `.trash` beside it; returns where it is now.

    Its lock is held meanwhile, so that nobody can begin to work on it.

    Raises:
        UserError: somebody works on it, or it is not there. Failed: the folder cannot be moved.
    """
    with run.lock():
        return throw_away(run)


def throw_away(run: RunFolder) -> Path:
    """`delete` for whoever holds the run's lock."""
    trash = run.root / TRASH
    try:
        make_folder(trash)
        there = unused(trash, run.id)  # it may have been deleted, brought back and deleted again
        run.folder.rename(there)
        sync_folder(trash)
        sync_folder(run.root)
    except OSError as error:
        raise Failed(f"{run.id} cannot be moved to {trash}: {error.strerror}.") from error
    return there
