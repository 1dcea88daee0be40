"""The verb that looks after a folder of runs: doctor. No torch."""

from __future__ import annotations

from typing import Any

from cnn_core.actions.running import TRAINING, Folder
from cnn_core.base.settings import runs_folder
from cnn_core.runs.doctor import doctor as look_through


def doctor(runs: Folder = None, *, mend: bool = False) -> dict[str, Any]:
    """What is not as it should be in a folder of runs, and whether it was mended; see `runs.doctor`.

    Raises:
        UserError: there is no such folder.
    """
    return look_through(runs_folder(runs), TRAINING, mend=mend)
