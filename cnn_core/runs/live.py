"""A run while it trains: curves, wall and log, from what its process has written. No torch; reads only new bytes."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cnn_core.base.errors import Failed, UserError
from cnn_core.base.files import read_json
from cnn_core.base.kinds import is_count, is_number, sound
from cnn_core.jobs import journal
from cnn_core.runs.run import RunFolder

LOG_BYTES = 4_000
ROW: dict[str, Any] = {"epoch": 0.0} | dict.fromkeys(
    (
        *("loss", "train_loss", "train_accuracy", "val_loss", "val_accuracy", "lr"),
        *("seconds", "seconds_left", "images_per_second"),
    )
)
REMEMBERED = 32
_INDEX = re.compile(r"\d{1,12}", re.ASCII)


@dataclass(frozen=True)
class Live:
    """record: see `RunFolder.record`. rows: one a validation {epoch, step, train_loss, train_accuracy, val_loss,
    val_accuracy, lr, whole, seconds}; seconds is what the validation took, None in older runs. losses: sparse {step,
    epoch, loss}; each of the last steps before a divergence. wall: {epoch, wrong: {index: class said}, total} or None.
    log: its last lines. seconds_left: None when not known. epoch_seconds: what an epoch took with its validations,
    None before the first has ended and in older runs. progress: 0..1.
    """

    record: dict[str, Any]
    rows: list[dict[str, Any]]
    losses: list[dict[str, Any]]
    wall: dict[str, Any] | None
    log: str
    seconds_left: float | None
    epoch_seconds: float | None
    images_per_second: float | None
    progress: float


@dataclass
class _Followed:
    """What was read of one journal so far."""

    inode: int = 0
    offset: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    losses: list[dict[str, Any]] = field(default_factory=list)
    pace: dict[str, Any] = field(default_factory=dict)

    def take(self, row: dict[str, Any]) -> None:
        """One line of the journal; one that makes no sense is passed over."""
        row = sound(row, ROW)
        if row["kind"] == "restarted":  # no checkpoint could be used
            self.rows, self.losses, self.pace = [], [], {}
        elif not is_count(row.get("step")):
            return
        elif row["kind"] == "resumed":  # what came after the checkpoint is trained again
            self.rows = [one for one in self.rows if one["step"] <= row["step"]]
            self.losses = [one for one in self.losses if one["step"] <= row["step"]]
            self.pace = {}
        elif row["kind"] == "validation":
            # one that was said before a kill, and not yet saved, is said again at the same step
            self.rows = [*(one for one in self.rows if one["step"] < row["step"]), row]
        elif row["kind"] == "steps":
            self.pace = row
            self.losses.append({key: row.get(key) for key in ("step", "epoch", "loss")})


_followed: OrderedDict[Path, _Followed] = OrderedDict()
_lock = threading.Lock()


def _follow(path: Path) -> _Followed:
    """The journal up to now. Many tabs share the work; a journal replaced by another is read from its start."""
    with _lock:
        try:
            stat = path.stat()
        except OSError:
            return _Followed()
        known = _followed.get(path)
        if known is None or known.inode != stat.st_ino or stat.st_size < known.offset:
            known = _followed[path] = _Followed(inode=stat.st_ino)
        _followed.move_to_end(path)
        while len(_followed) > REMEMBERED:
            _followed.popitem(last=False)
        new, known.offset = journal.read(path, known.offset)
        for row in new:
            known.take(row)
        return _Followed(rows=list(known.rows), losses=list(known.losses), pace=dict(known.pace))


def validations(run: RunFolder) -> list[dict[str, Any]]:
    """One row a validation, as in `Live.rows`, for whoever wants nothing else of a run.

    Raises:
        Failed: the journal cannot be read.
    """
    try:
        return _follow(run.journal_path).rows
    except OSError as error:
        raise Failed(f"{run.journal_path} cannot be read ({error.strerror}).") from error


def validations_once(run: RunFolder) -> list[dict[str, Any]]:
    """`validations` for whoever asks hundreds of runs once each: nothing is remembered, and steps are not read."""
    seen = _Followed()
    for row in journal.read(run.journal_path, without="steps")[0]:
        seen.take(row)
    return seen.rows


def live(run: RunFolder) -> Live:
    """A run as it is at this moment."""
    record = run.record()
    saved = record["step"]
    seen = _follow(run.journal_path)
    step = max(record["step"], seen.pace.get("step", 0)) if record["status"] == "running" else record["step"]
    record = {**record, "step": step}
    running = record["status"] == "running"
    return Live(
        record=record,
        rows=seen.rows,
        losses=seen.losses,
        wall=_wall(run),
        log=_tail(run.log_path),
        seconds_left=seen.pace.get("seconds_left") if running else None,
        epoch_seconds=_epoch_seconds(record, saved, seen.rows),
        images_per_second=(seen.pace.get("images_per_second") if running else None) or record["images_per_second"],
        progress=1.0 if record["status"] == "done" else min(1.0, _share(record)),
    )


def _epoch_seconds(record: dict[str, Any], saved: int, rows: list[dict[str, Any]]) -> float | None:
    """The mean over all steps that are saved, and the mean of the validations as often as the first epoch had some."""
    took = [row["seconds"] for row in rows if row["seconds"] is not None]
    whole = next((number for number, row in enumerate(rows, 1) if row.get("whole") is True), 0)
    if not took or not whole or not saved or not record["seconds"]:
        return None
    return float(record["seconds"] / saved * record["steps_per_epoch"] + sum(took) / len(took) * whole)


def _share(record: dict[str, Any]) -> float:
    """How much of a run's work is done: steps of training, or bytes of weights that are fetched."""
    done, of = (record["bytes"], record["total"]) if record["origin"] else (record["step"], record["steps"])
    return float(done / max(1, of))


def _wall(run: RunFolder) -> dict[str, Any] | None:
    try:
        wall = read_json(run.folder / "wall.json")
    except UserError:
        return None
    wrong = wall.get("wrong")
    if not isinstance(wrong, dict) or not is_count(wall.get("total")) or not is_number(wall.get("epoch")):
        return None
    return {**wall, "wrong": {int(i): said for i, said in wrong.items() if _INDEX.fullmatch(i) and is_count(said)}}


def _tail(path: Path) -> str:
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - LOG_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    return text if size <= LOG_BYTES else text.partition("\n")[2]
