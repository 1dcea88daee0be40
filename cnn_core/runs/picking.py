"""Which checkpoint of a run answers, and what is said where it is not the one that should. No torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cnn_core.base.errors import Failed, UserError
from cnn_core.jobs.job import Job
from cnn_core.runs.manifests import Unusable, check_once, manifest, name_of, names, step_of

LOOKS = 4  # at a folder that changes while it is read


@dataclass(frozen=True)
class Pick:
    """The checkpoint whose weights answer: its name, their SHA-256, and why it is not the best one ("" when it is)."""

    name: str
    sha256: str
    notice: str


def pick(folder: Path, spoiled: Mapping[str, Unusable] | None = None) -> Pick:
    """Which checkpoint of a run's folder of checkpoints answers: the best one, else the newest whole one.

    `spoiled`: checkpoints that turned out to be unusable when they were loaded. A trainer may write and drop
    checkpoints meanwhile.

    Raises:
        Failed: no epoch has ended yet, or no checkpoint is whole.
    """
    for _ in range(LOOKS):
        listed = names(folder)
        failed: Failed | None = None
        found = None
        try:
            found = _pick(folder, listed, spoiled or {})
        except Failed as error:
            failed = error
        if (found is not None and not found.notice) or names(folder) == listed:
            break
    if found is None:
        assert failed is not None  # noqa: S101 - one of the two is there
        raise failed
    return found


def _pick(folder: Path, listed: list[str], spoiled: Mapping[str, Unusable]) -> Pick:
    wrong: dict[str, Unusable] = dict(spoiled)
    known: dict[str, dict[str, Any]] = {}  # the manifests, the newest first
    for name in reversed(listed):
        try:
            known[name] = manifest(folder, name)
        except Unusable as error:
            wrong[name] = error
    newest = next(iter(known), "")
    unread = listed[listed.index(newest) + 1 :] if newest else listed  # what was made after it
    best = known[newest]["progress"]["best"] if newest else None
    wanted = name_of(best["step"]) if best else ""
    if not unread and not wanted:
        raise Failed("No epoch has ended yet, so there is no trained network to ask.")
    for name in dict.fromkeys([*filter(None, [wanted]), *known]):
        try:
            found = Pick(name, _weights_sum(folder, name, known, wrong), "")
        except Unusable as error:
            wrong[name] = error
            continue
        lost = _lost(folder, name, wanted, unread, best)
        return replace(found, notice=_notice(folder, lost, wrong[lost], name)) if lost else found
    raise Failed(
        f"No checkpoint of {folder.parent.name} is whole ({wrong[wanted or unread[-1]]}), so there is no network to "
        "ask. Resume trains what was lost again."
    )


def _weights_sum(folder: Path, name: str, known: Mapping[str, Any], wrong: Mapping[str, Unusable]) -> str:
    if name in wrong:
        raise wrong[name]
    if name not in known:
        raise Unusable(f"{name}.json", "it is missing")
    stated = known[name]["files"]["model"]
    check_once(folder, name, "model", stated)
    return str(stated["sha256"])


def _lost(folder: Path, taken: str, wanted: str, unread: list[str], best: dict[str, Any] | None) -> str:
    """The checkpoint that should have answered; empty when the best one does.

    Where the newest manifest cannot be read, only the run's state may know which is the best.
    """
    if wanted and taken != wanted:
        return wanted
    if not unread or (best and _stated(folder).get("best_epoch") == best.get("epoch")):
        return ""
    return unread[-1]


def _notice(folder: Path, lost: str, why: Unusable, taken: str) -> str:
    return f"The checkpoint of {when(folder, lost)} {why.verdict}; the weights of {when(folder, taken)} answer instead."


def when(folder: Path, name: str) -> str:
    """The time of a checkpoint as people count it: `epoch 3`, within an epoch `epoch 2.4`, else `step 120`."""
    step, in_epoch = step_of(name), _steps_per_epoch(folder)
    if not in_epoch:
        return f"step {step}"
    return f"epoch {step // in_epoch}" if step % in_epoch == 0 else f"epoch {math.floor(10 * step / in_epoch) / 10}"


def _steps_per_epoch(folder: Path) -> int:
    stated = _stated(folder).get("steps_per_epoch")
    if isinstance(stated, int) and stated > 0:
        return stated
    for name in names(folder):
        try:
            progress = manifest(folder, name)["progress"]
            return int((progress["step"] - progress["batch"]) // progress["epoch"])
        except (Unusable, KeyError, TypeError, ZeroDivisionError):
            continue
    return 0


def _stated(folder: Path) -> dict[str, Any]:
    """The run's state; empty where it is damaged."""
    try:
        return Job(folder.parent).stored()
    except UserError:
        return {}


def left_out(folder: Path, passed: list[tuple[str, Unusable]], used: str | None) -> list[str]:
    """A sentence for each checkpoint that was passed over, the newest first; the last one says what is done instead."""
    said = [f"The checkpoint of {when(folder, name)} {error.verdict} and was left out" for name, error in passed]
    if said and used:
        said[-1] += f"; training goes on from {when(folder, used)}"
    elif said:
        said[-1] += "; no whole one is left, so training begins anew"
    return [f"{sentence}." for sentence in said]
