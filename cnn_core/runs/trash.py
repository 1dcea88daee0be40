"""Deleting a run: it goes into the trash of its runs folder, whole, in one rename."""

from __future__ import annotations

from cnn_core.base.errors import Failed, UserError
from cnn_core.runs.run import RunFolder

TRASH = ".trash"


def delete(run: RunFolder) -> None:
    """Move a run's folder to `.trash` beside it.

    Raises:
        UserError: somebody works on it. Failed: the folder cannot be moved.
    """
    if run.alive():
        raise UserError(f"{run.id} is being trained; stop it first.")
    trash = run.folder.parent / TRASH
    try:
        trash.mkdir(exist_ok=True)
        run.folder.rename(trash / run.id)
    except OSError as error:
        raise Failed(f"{run.id} cannot be moved to {trash}: {error.strerror}.") from error
