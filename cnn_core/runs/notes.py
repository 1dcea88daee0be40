"""What people write on a run: its name, a note, tags. A small sealed file in the run's folder, beside the state.

It is written while a run trains as well, by anybody and without the run's lock, so nothing that a run needs stands in
it. Changes are made one at a time in a folder of runs: two people who tag the same run lose nothing of each other's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from stat import S_ISREG
from typing import Any

from cnn_core.base.errors import Failed, UserError, shorten
from cnn_core.base.files import atomic_write, sealed, sync_folder, unseal
from cnn_core.base.locks import Lock

FILE = "notes.json"
LOCK = ".notes.lock"  # in a folder of runs: held for the instant in which notes are changed
LOCK_WAIT = 10.0  # seconds
SCHEMA = 1
NAME_MOST, NOTE_MOST, TAG_MOST, TAGS_MOST = 80, 2000, 30, 12  # letters, and tags
REMEMBERED = 4096  # runs whose notes are known
JOINERS = "\u200c\u200d"  # not printable by Unicode's word, but Persian and families of emoji are written with them


@dataclass(frozen=True)
class Notes:
    """name: what its user calls it, "" where it goes by its settings. note: may have several lines. tags: sorted."""

    name: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()


NONE = Notes()
_known: dict[str, tuple[tuple[int, ...], Notes]] = {}


def read(folder: str | Path) -> Notes:
    """The notes of a run's folder; none where there are none, or where they are damaged. A stat when unchanged."""
    path = f"{folder}{os.sep}{FILE}"
    try:
        found = os.lstat(path)
    except OSError:
        return NONE
    stamp = (found.st_mtime_ns, found.st_ino, found.st_size)
    known = _known.get(path)
    if known is not None and known[0] == stamp:
        return known[1]
    notes = _read(Path(path)) if S_ISREG(found.st_mode) else NONE
    if len(_known) >= REMEMBERED:
        _known.clear()
    _known[path] = (stamp, notes)
    return notes


def _read(path: Path) -> Notes:
    """A foreign folder's notes may be anything: what we would not have written is left out."""
    try:
        record = unseal(path)
    except Failed:
        return NONE
    tags = record.get("tags")
    listed = tags if isinstance(tags, list) else []
    return Notes(
        _sound(record.get("name"), NAME_MOST),
        _sound(record.get("note"), NOTE_MOST),
        tuple(sorted(filter(None, {_sound(one, TAG_MOST) for one in listed[:TAGS_MOST]}))),
    )


def _sound(value: Any, most: int) -> str:
    return value[:most] if isinstance(value, str) else ""


def change(folder: Path, how: Callable[[Notes], Notes]) -> Notes:
    """Change the notes of a run; `how` gets those of the moment. Needs no lock of the run: it may be training.

    Raises:
        UserError: the run is not there. Failed: they cannot be written.
    """
    root = folder.parent
    try:
        with _alone(root):
            before = read(folder)
            after = how(before)
            if after != before:
                _write(folder, after)
    except FileNotFoundError as error:
        raise UserError(f'Run "{folder.name}" does not exist in {root}; `runs` lists what is there.') from error
    except OSError as error:
        raise Failed(f"The notes of {folder.name} cannot be written: {error.strerror or error}.") from error
    return after


def _alone(root: Path) -> Lock:
    lock = Lock(root / LOCK)
    if not lock.wait(LOCK_WAIT):
        raise Failed(f"Another process has held {lock.path} for {LOCK_WAIT:.0f} s; end it and try again.")
    return lock


def _write(folder: Path, notes: Notes) -> None:
    if notes == NONE:
        (folder / FILE).unlink(missing_ok=True)
        sync_folder(folder)
    else:
        atomic_write(folder / FILE, sealed({"schema": SCHEMA, **asdict(notes), "tags": list(notes.tags)}))


def renamed(name: str) -> Callable[[Notes], Notes]:
    """The change that gives a run another name; "" lets it be called by its settings again.

    Raises:
        UserError: it is too long, or holds what is no letter.
    """
    name = _line(name, "name", NAME_MOST)
    return lambda notes: replace(notes, name=name)


def annotated(note: str) -> Callable[[Notes], Notes]:
    """The change that gives a run another note; "" takes it away.

    Raises:
        UserError: it is too long, or holds what is no letter.
    """
    lines = note.replace("\r\n", "\n").replace("\r", "\n").strip("\n").split("\n")
    note = "\n".join(_printable(_spaced(line.rstrip().expandtabs(4)), "note") for line in lines)
    if len(note) > NOTE_MOST:
        raise UserError(f"note has {len(note):,} letters, but may have {NOTE_MOST:,} at most.")
    return lambda notes: replace(notes, note=note)


def tagged(add: Iterable[str], remove: Iterable[str] = ()) -> Callable[[Notes], Notes]:
    """The change that adds tags to a run and takes others away.

    Raises:
        UserError: one is empty, too long, or holds what is no letter; or (when made) there would be too many.
    """
    new, old = ([_line(one, "tag", TAG_MOST) for one in some] for some in (add, remove))
    if "" in (*new, *old):
        raise UserError(f"tag is empty, but must have 1 to {TAG_MOST} letters.")

    def how(notes: Notes) -> Notes:
        tags = (set(notes.tags) | set(new)) - set(old)
        if len(tags) > TAGS_MOST:
            raise UserError(f"A run may have {TAGS_MOST} tags at most, these would be {len(tags)}.")
        return replace(notes, tags=tuple(sorted(tags)))

    return how


def _spaced(line: str) -> str:
    """With common spaces in place of all the others that texts are pasted with."""
    return "".join(" " if sign.isspace() else sign for sign in line)


def _line(text: str, what: str, most: int) -> str:
    line = _printable(" ".join(text.split()), what)
    if len(line) > most:
        raise UserError(f'{what} "{shorten(line, 30)}" has {len(line):,} letters, but may have {most} at most.')
    return line


def _printable(text: str, what: str) -> str:
    if bad := next((sign for sign in text if not sign.isprintable() and sign not in JOINERS), ""):
        raise UserError(f'{what} "{shorten(text, 30)}" holds a sign that cannot be shown (U+{ord(bad):04X}).')
    return text
