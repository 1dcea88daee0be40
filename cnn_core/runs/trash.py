"""The trash of a runs folder: a run goes into it whole, in one rename, comes back the same way, or goes for good.

Whatever is done to a run here is done while its lock is held: nothing moves under somebody who works on it, and of two
people who do the same to the same run the second finds it gone.
"""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cnn_core.base.errors import Failed, UserError, shorten
from cnn_core.base.files import make_folder, sync_folder, unused
from cnn_core.base.kinds import sound
from cnn_core.base.locks import Lock
from cnn_core.jobs.job import FIELDS, ID, now
from cnn_core.jobs.queue import UNBEGUN
from cnn_core.runs import notes
from cnn_core.runs.run import FACTS, RunFolder

TRASH = ".trash"
PURGED = ".purged-"  # how a folder in the trash is called from the moment on in which it is being removed
AGAIN = re.compile(r"(.+-[0-9a-f]{4})-\d{1,3}\Z")  # an id of ours that was in the trash already, see `unused`


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
    if trash.is_symlink():
        raise Failed(f"{run.id} cannot be moved to {trash}: that is a link, and the trash is a folder of its own.")
    try:
        make_folder(trash)
        there = unused(trash, run.id)  # it may have been deleted, brought back and deleted again
        _move(run.folder, there)
    except OSError as error:
        raise Failed(f"{run.id} cannot be moved to {trash}: {error.strerror}.") from error
    return there


def _move(folder: Path, there: Path) -> None:
    """Move a folder so that neither place is wrong after a loss of power."""
    folder.rename(there)
    sync_folder(there.parent)
    sync_folder(folder.parent)


# ------------------------------------------------------------ what is in it


def names(root: Path) -> list[str]:
    """What runs in the trash are called there. A trash that is a link is not looked into."""
    return [path.name for path in _folders(root) if ID.match(path.name)]


def unfinished(root: Path) -> list[Path]:
    """Folders of which a purge has left something, because its process died or was refused."""
    return [path for path in _folders(root) if path.name.startswith(PURGED)]


def _folders(root: Path) -> list[Path]:
    trash = root / TRASH
    try:
        found = [] if trash.is_symlink() else [path for path in trash.iterdir() if not path.is_symlink()]
        return sorted(path for path in found if path.is_dir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise Failed(f"The trash {trash} cannot be read: {error.strerror}.") from error


def listing(root: Path) -> list[dict[str, Any]]:
    """What is in the trash, what was deleted last first.

    Of each: run (as it is called there), path, label, name, status ("" where it never became a run), data, model,
    deleted (when, as nearly as the folder knows it: UTC, ISO 8601) and bytes (of all its files).
    """
    rows = [row for name in names(root) if (row := _row(root / TRASH / name))]
    return sorted(rows, key=lambda row: (row["deleted"], row["run"]), reverse=True)


def _row(folder: Path) -> dict[str, Any] | None:
    try:
        moved = datetime.fromtimestamp(folder.stat().st_ctime, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        state = sound(RunFolder(folder).stored(), FACTS)
    except UserError:
        state = {**FIELDS, **FACTS, "status": "failed" if (folder / "state.json").exists() else ""}
    except OSError:  # restored or purged meanwhile
        return None
    name = notes.read(folder).name
    return {
        "run": folder.name,
        "path": str(folder),
        "label": name or state["label"],
        "name": name,
        **{key: state[key] for key in ("status", "data", "model")},
        "deleted": moved,
        "bytes": size(folder),
    }


def size(folder: Path) -> int:
    """The bytes of all files in a folder, however deep; links are not followed, and what vanishes meanwhile is none."""
    total = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    total += size(Path(entry.path))
                else:
                    total += entry.stat(follow_symlinks=False).st_size
    except OSError:
        pass
    return total


def _thrown(name: object, root: Path) -> RunFolder:
    """A run in the trash by what it is called there, in full: what cannot be undone is not done to a near name."""
    if isinstance(name, str) and name in names(root):
        return RunFolder(root / TRASH / name)
    raise UserError(f'Run "{shorten(name)}" is not in the trash of {root}; `trash` lists what is there.')


# ------------------------------------------------------------ out of it


def restore(name: object, root: Path) -> RunFolder:
    """Give a run in the trash its place back.

    Where a run with its id is there again it comes back beside it, with a number behind its id. One that stood in line
    when it was deleted comes back stopped.

    Raises:
        UserError: it is not in the trash, never became a run, or somebody works on it. Failed: it cannot be moved.
    """
    run = _thrown(name, root)
    with run.lock():
        if not run.state_path.is_file():
            raise UserError(f"{run.id} never became a run (it has no state.json); it can only be purged.")
        try:
            _leave_the_line(run)
            there = unused(root, _first_id(run.id))
            _move(run.folder, there)
        except OSError as error:
            raise Failed(f"{run.id} cannot be moved to {root}: {error.strerror}.") from error
    return RunFolder(there)


def _leave_the_line(run: RunFolder) -> None:
    try:
        waits = run.stored()["status"] == "queued"
    except Failed:  # a damaged state: the doctor looks at it once the run is back
        return
    if waits:
        run.update(status="stopped", reason="asked", message=UNBEGUN, ended=now())


def _first_id(name: str) -> str:
    found = AGAIN.match(name)
    return found[1] if found else name


def purge(name: object, root: Path) -> int:
    """Remove a run in the trash for good; returns how many bytes that freed.

    First the folder gets a name under which nothing finds it, so that nobody restores half a run.

    Raises:
        UserError: it is not in the trash, or somebody works on it. Failed: not all of it can be removed.
    """
    run = _thrown(name, root)
    with run.lock():
        doomed = unused(run.root, f"{PURGED}{run.id}")
        try:
            run.folder.rename(doomed)
            sync_folder(run.root)
        except OSError as error:
            raise Failed(f"{run.id} cannot be purged: {error.strerror}.") from error
        return _remove(doomed)


def finish(doomed: Path) -> int:
    """Remove what a purge has left; returns how many bytes that freed, 0 while another is at it.

    Raises:
        Failed: not all of it can be removed.
    """
    lock = Lock(RunFolder(doomed).lock_path)
    try:
        if not lock.acquire():
            return 0
    except FileNotFoundError:  # done by another meanwhile
        return 0
    except OSError as error:
        raise _stays(doomed, error) from error
    with lock:
        return _remove(doomed)


def _remove(doomed: Path) -> int:
    """Remove a folder, its lock last: while it is there and held, somebody is at it."""
    before, lock = size(doomed), RunFolder(doomed).lock_path
    try:
        for path in doomed.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path != lock:
                path.unlink()
        lock.unlink(missing_ok=True)
        with suppress(FileNotFoundError):  # somebody who came to finish it has taken a lock anew, and was faster
            doomed.rmdir()
        sync_folder(doomed.parent)
    except OSError as error:
        raise _stays(doomed, error) from error
    return before


def _stays(doomed: Path, error: OSError) -> Failed:
    what = f"Not all of {doomed.name.removeprefix(PURGED)} could be removed ({error.strerror})"
    return Failed(f"{what}; what is left is in {doomed}, and `doctor --mend` tries again.")
