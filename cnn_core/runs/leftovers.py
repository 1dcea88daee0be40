"""What writers that died have left behind: files that were written aside and never renamed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from cnn_core.base.files import LEFTOVER
from cnn_core.runs import notes, samples

WRITTEN_BY_HOLDER = ("", "checkpoints", samples.FOLDER)  # folders of a run in which only the holder of its lock writes
WRITTEN_BY_ALL = ("predictions",)
NOT_BY_HOLDER = (notes.FILE,)  # of a run's own folder, what anybody may be writing at any time


def leftovers(run: Path) -> Iterator[Path]:
    """The files in a run's folder that nobody will finish. To be asked while nobody else holds the run's lock."""
    for name in (*WRITTEN_BY_HOLDER, *WRITTEN_BY_ALL):
        folder = run / name
        try:
            entries = [] if folder.is_symlink() else sorted(folder.iterdir())
        except OSError:
            continue
        for path in entries:
            found = LEFTOVER.match(path.name)
            if found and not path.is_dir():
                by_holder = name in WRITTEN_BY_HOLDER and found["name"] not in NOT_BY_HOLDER
                if by_holder or not _lives(int(found["process"])):
                    yield path


def sweep(run: Path) -> list[Path]:
    """Remove the leftovers in a run's folder, and return them. Only the holder of the run's lock calls this."""
    found = list(leftovers(run))
    for path in found:
        path.unlink(missing_ok=True)
    return found


def _lives(process: int) -> bool:
    """Whether a process of this id lives. An id that was used again keeps a leftover until the next time."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # of another user
        pass
    return True
