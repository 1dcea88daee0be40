"""Looking through one run's folder: every seal, every checkpoint, every leftover. No torch; changes nothing."""

from __future__ import annotations

import re
from pathlib import Path

from cnn_core.base.files import LEFTOVER
from cnn_core.runs.checking import large, small, strange
from cnn_core.runs.checking.finding import Finding, Look
from cnn_core.runs.run import RunFolder

__all__ = ["Finding", "check", "is_ours"]

OF_WORK = ("environment.json", "preprocessing.json", "journal.jsonl", "checkpoints", "predictions")
STAMPED = re.compile(r"\d{8}-\d{6}-.+-[0-9a-f]{4}\Z")  # the id of a run that `queue.create` has made
CHECKS = (
    small.settings,
    small.state,
    small.means,
    small.written,
    small.fitted,
    small.journal,
    small.wall,
    large.checkpoints,
    large.best,
    large.predictions,
    strange.leftovers,
)


def is_ours(folder: Path) -> bool:
    """Whether a folder among the runs is a run, or what is left of one. Others are not looked into."""
    there = {path.name for path in folder.iterdir()}
    if there & {"state.json", "experiment.json", "alive.lock"}:
        return True
    return STAMPED.match(folder.name) is not None and all(map(LEFTOVER.match, there))


def check(run: RunFolder, kind: str, *, held: bool = False) -> list[Finding]:
    """What is not as it should be in a run's folder.

    Args:
        run: the run. kind: as in `new_run`, for a state that is made again. held: whether we hold its lock.
    """
    look = Look(run, kind, held, alive=not held and run.alive())
    if not run.state_path.exists() and not any((run.folder / name).exists() for name in OF_WORK):
        return list(small.half_begun(look))
    found = [finding for one in CHECKS for finding in one(look)]
    return found + list(strange.strangers(look, {finding.file for finding in found}))
