"""The doctor: looks through a folder of runs, says what is not as it should be, and mends it. No torch.

It may look while runs train. What it finds it looks at twice, so that nothing that is just being written is taken for
damage; and it mends a run only while it holds the run's lock.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from cnn_core.base.errors import Failed, UserError, shorten
from cnn_core.jobs import index
from cnn_core.jobs.job import ID, SUPERVISOR
from cnn_core.jobs.queue import ARRIVALS
from cnn_core.jobs.supervisor import BELL, LOG
from cnn_core.runs import notes, trash
from cnn_core.runs.checking import Finding, check, is_ours
from cnn_core.runs.checking.strange import NAMED, files
from cnn_core.runs.checking.thrown import look_at_trash
from cnn_core.runs.mending import remove
from cnn_core.runs.run import COMPRESSING, LABS, RunFolder

JOBS = (LABS, COMPRESSING)
OURS = (trash.TRASH, *JOBS, SUPERVISOR, ARRIVALS, notes.LOCK, BELL, LOG, index.FILE, f"{index.FILE}-journal")
ROUNDS = 4  # one mending may show what another must do: a checkpoint moved away was the best
PAUSE = 0.5  # seconds between two looks at what somebody may just be writing
BUSY = "Somebody works on it; mend it when it has stopped."

Row = dict[str, Any]


def doctor(root: Path, kind: str, *, mend: bool = False) -> dict[str, Any]:
    """Look through a folder of runs, and mend what can be mended if that is asked.

    Args:
        root: the folder. kind: of its runs, see `new_run`. mend: whether anything may be changed.

    Returns:
        runs: the folder. checked: how many {runs, files, bytes} were looked at. findings: of each the run ("" for the
        folder itself), the file in it, what is found and what mending does about it (sentences; "" where nothing can
        be done), wrong (False for what is only named), mended, and hindrance (why it could not be mended, else "").
        sound: whether nothing is wrong, or all of it was mended.

    Raises:
        UserError: there is no such folder, or it cannot be read.
    """
    checked = {"runs": 0, "files": 0, "bytes": 0}
    rows: list[Row] = []
    for path in _entries(root):
        if path.name in OURS:
            continue
        if path.is_symlink():
            rows.append(_named(path, "A link; it was left alone."))
        elif not _is_run(path):
            rows.append(_named(path, "Not a run of ConvScope; it was left alone."))
        else:
            _count(checked, path)
            rows += _of_run(RunFolder(path), kind, mend=mend)
    of_the_folder = [*look_at_trash(root), *_index(root)]
    rows += [_mended("", one) if mend and one.do else _row("", one) for one in of_the_folder]
    sound = all(row["mended"] or not row["wrong"] for row in rows)
    return {"runs": str(root), "checked": checked, "findings": rows, "sound": sound}


def _entries(root: Path) -> list[Path]:
    try:
        return sorted(root.iterdir())
    except FileNotFoundError as error:
        raise UserError(f"There is no folder {root}; --runs names the folder of runs.") from error
    except OSError as error:
        raise UserError(f"The runs folder {root} cannot be read: {error.strerror}.") from error


def _named(path: Path, what: str) -> Row:
    return _row("", Finding(shorten(path.name, NAMED), what, wrong=False))


def _is_run(path: Path) -> bool:
    try:
        return ID.match(path.name) is not None and path.is_dir() and is_ours(path)
    except OSError:
        return False


def _count(checked: dict[str, int], run: Path) -> None:
    checked["runs"] += 1
    for path in files(run):
        try:
            if path.is_file() and not path.is_symlink():
                checked["bytes"] += path.stat().st_size
                checked["files"] += 1
        except OSError:  # gone meanwhile
            continue


def _index(root: Path) -> Iterator[Finding]:
    if fault := index.fault(root):
        mend = "It is removed; the next look makes it again from the folders."
        yield Finding(index.FILE, f"The index is damaged: {fault}.", mend, partial(remove, [root / index.FILE]))


# ---------------------------------------------------------------- one run


def _of_run(run: RunFolder, kind: str, *, mend: bool) -> list[Row]:
    found = _looked_at_twice(run, kind)
    if not mend or not any(finding.do for finding in found):
        return [_row(run.id, finding) for finding in found]
    if run.alive():
        return [_row(run.id, finding, hindrance=BUSY if finding.do else "") for finding in found]
    try:
        lock = run.lock()
    except UserError as error:
        return [_row(run.id, finding, hindrance=str(error) if finding.do else "") for finding in found]
    with lock:
        return _mend_all(run, kind)


def _looked_at_twice(run: RunFolder, kind: str) -> list[Finding]:
    found = _look(run, kind)
    if found and (run.alive() or any(finding.fleeting for finding in found)):
        time.sleep(PAUSE)
    again = {(finding.file, finding.what) for finding in _look(run, kind)} if found else set()
    return [finding for finding in found if (finding.file, finding.what) in again]


def _look(run: RunFolder, kind: str, *, held: bool = False) -> list[Finding]:
    try:
        return check(run, kind, held=held)
    except (OSError, Failed) as error:
        if not run.folder.is_dir():  # deleted or moved while we looked
            return []
        return [Finding("", f"It cannot be looked at: {getattr(error, 'strerror', None) or error}.")]


def _mend_all(run: RunFolder, kind: str) -> list[Row]:
    """Mend what there is, looked at anew now that nobody else can change it."""
    rows: dict[tuple[str, str], Row] = {}
    for _ in range(ROUNDS):
        found = [one for one in _look(run, kind, held=True) if (one.file, one.what) not in rows]
        for finding in found:
            rows[finding.file, finding.what] = _mended(run.id, finding) if finding.do else _row(run.id, finding)
        if not any(finding.do for finding in found):
            break
    return list(rows.values())


def _mended(run: str, finding: Finding) -> Row:
    assert finding.do is not None  # noqa: S101 - asked by the callers
    try:
        finding.do()
    except OSError as error:
        return _row(run, finding, hindrance=f"It cannot be mended: {error.strerror or error}.")
    except UserError as error:
        return _row(run, finding, hindrance=str(error))
    return _row(run, finding, mended=True)


def _row(run: str, finding: Finding, *, mended: bool = False, hindrance: str = "") -> Row:
    return {
        "run": run,
        "file": finding.file,
        "what": finding.what,
        "mend": finding.mend,
        "wrong": finding.wrong,
        "mended": mended,
        "hindrance": hindrance,
    }
