"""What should not be in a run's folder: leftovers of the dead, links, and what has no name here."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from cnn_core.base.errors import shorten
from cnn_core.base.files import LEFTOVER
from cnn_core.data.sets import SPLITS
from cnn_core.runs import notes, samples
from cnn_core.runs.checking.finding import Finding, Look
from cnn_core.runs.checking.large import files_of_predictions, is_of_checkpoint
from cnn_core.runs.leftovers import leftovers as dead
from cnn_core.runs.mending import DAMAGED, remove
from cnn_core.runs.run import COMPRESSED

FILES = (
    *("state.json", "experiment.json", "environment.json", "preprocessing.json", "journal.jsonl", "wall.json"),
    notes.FILE,
)
NAMED = 200  # characters of a foreign name that are shown
OTHERS = ("alive.lock", "log.txt", "stop", DAMAGED, "checkpoints", "predictions", samples.FOLDER, COMPRESSED)


def leftovers(look: Look) -> Iterator[Finding]:
    """Files that were written aside by processes that are dead."""
    for path in [] if look.alive else dead(look.run.folder):
        what = "Left behind by a process that died while it wrote."
        yield Finding(str(path.relative_to(look.run.folder)), what, "It is removed.", partial(remove, [path]))


def strangers(look: Look, told: set[str]) -> Iterator[Finding]:
    """Links, and files of which nothing is known: named, and left alone. `told`: files that were named already."""
    run = look.run.folder
    for path in files(run):
        file = str(path.relative_to(run))
        if file in told or (LEFTOVER.match(path.name) and not path.is_symlink()):
            continue
        if path.is_symlink():
            yield Finding(shorten(file, NAMED), "A link; it was left alone.", wrong=False)
        elif not _is_known(path.parent.name if path.parent != run else "", path.name):
            yield Finding(shorten(file, NAMED), "Not a file of ConvScope; it was left alone.", wrong=False)


def files(run: Path) -> list[Path]:
    """What lies in a run's folder and its folders of checkpoints, predictions and samples."""
    found: list[Path] = []
    for folder in (run, run / "checkpoints", run / "predictions", run / samples.FOLDER):
        if not folder.is_symlink() and folder.is_dir():
            found += sorted(folder.iterdir())
    return found


def _is_known(folder: str, name: str) -> bool:
    if folder == "checkpoints":
        return is_of_checkpoint(name)
    if folder == "predictions":
        return any(name in files_of_predictions(split) for split in SPLITS)
    if folder == samples.FOLDER:
        return samples.NAME.fullmatch(name) is not None
    return name in (*FILES, *OTHERS)
