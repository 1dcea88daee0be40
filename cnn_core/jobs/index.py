"""The index: one SQLite table that remembers the states of all jobs, so that a list of thousands is one query.

It holds nothing that the folders do not hold. Delete it at any time; damage or another version: it is made anew.
`journal_mode=DELETE`, because the write-ahead log of the SQLite versions in use can corrupt.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from stat import S_ISREG
from typing import Any

from cnn_core.base.errors import UserError
from cnn_core.jobs.job import FIELDS, VERDICT_WAIT, Job, arrived, names

VERSION = 2
FILE = "index.sqlite"
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
ENDED = ("stopped", "done", "failed")


def states(root: Path, patience: float = VERDICT_WAIT) -> dict[str, dict[str, Any]]:
    """The present state of every job by id, newest first. A folder that cannot be read says so in its state.

    `patience`: see `Job.state`.
    """
    looked = {name: _stamp(root / name / "state.json") for name in names(root)}
    stamps = {name: stamp for name, stamp in looked.items() if stamp}
    known = _known(root)
    found: dict[str, dict[str, Any]] = {}
    new: dict[str, dict[str, Any]] = {}
    for name in stamps:
        stamp, state = known.get(name, ("", {}))
        if stamp == stamps[name]:
            found[name] = state
            continue
        found[name] = _read(Job(root / name), patience)
        if found[name]["status"] in ENDED and found[name]["settled"]:  # the others change without a stamp
            new[name] = found[name]
    gone = [name for name in known if name not in stamps]
    if new or gone:
        _remember(root, new, stamps, gone)
    return found


def fault(root: Path) -> str:
    """What is wrong with the index; empty when it is whole, not there, or cannot be looked at now. Changes nothing."""
    path = root / FILE
    if not path.is_file():
        return ""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=5)) as database:
            said = database.execute("PRAGMA quick_check(1)").fetchone()[0]
            if said != "ok":
                return str(said)
            if database.execute("PRAGMA user_version").fetchone()[0] != VERSION:
                return ""  # the next look makes it anew
            rows = database.execute("SELECT id, stamp, state FROM job").fetchall()
    except sqlite3.DatabaseError as error:
        return str(error) if getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGED else ""
    wrong = [name for name, stamp, state in rows if _is_otherwise(Job(root / name), stamp, state)]
    return f"it remembers {wrong[0]} otherwise than its folder says" if wrong else ""


def _is_otherwise(job: Job, stamp: str, state: str) -> bool:
    if stamp != _stamp(job.state_path):
        return False  # passed over by every reader
    try:
        return bool(json.loads(state) != json.loads(json.dumps(_read(job, patience=0))))
    except ValueError:
        return True


def _stamp(path: Path) -> str:
    try:
        stat = path.stat()
    except PermissionError:
        return "closed"  # a folder of somebody else's: listed, and reading it says why not
    except OSError:
        return ""
    if not S_ISREG(stat.st_mode):
        return ""
    return f"{stat.st_mtime_ns}-{stat.st_ino}-{stat.st_size}"


def _read(job: Job, patience: float) -> dict[str, Any]:
    try:
        return job.state(patience)
    except UserError as error:
        known = {"created": arrived(job.id), "alive": False, "settled": True}
        return {**FIELDS, "reason": "damaged", "message": str(error), **known}


@contextmanager
def _database(root: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(root / FILE, timeout=5, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=DELETE")
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, VERSION):
            raise sqlite3.DatabaseError("another version")
        if version == 0:  # new: only then, for a list is asked for all the time and must write nothing
            database.execute(
                "CREATE TABLE IF NOT EXISTS job (id TEXT PRIMARY KEY, stamp TEXT NOT NULL, state TEXT NOT NULL)"
            )
            database.execute(f"PRAGMA user_version={VERSION}")
        yield database


def _known(root: Path) -> dict[str, tuple[str, dict[str, Any]]]:
    if not (root / FILE).exists():
        return {}
    try:
        with _database(root) as database:
            rows = database.execute("SELECT id, stamp, state FROM job").fetchall()
        known = {str(name): (stamp, json.loads(state)) for name, stamp, state in rows}
        return {name: one for name, one in known.items() if _is_ended(one[1])}
    except (sqlite3.DatabaseError, ValueError):
        _discard(root)
        return {}


def _is_ended(state: Any) -> bool:
    """Whether this is a state as we remember them; the index came with the folder, from wherever that is."""
    return isinstance(state, dict) and state.keys() >= FIELDS.keys() and state["status"] in ENDED


def _remember(root: Path, new: dict[str, dict[str, Any]], stamps: dict[str, str], gone: list[str]) -> None:
    rows = [(name, stamps[name], json.dumps(state)) for name, state in new.items() if stamps[name]]
    try:
        with _database(root) as database:
            database.execute("BEGIN IMMEDIATE")
            database.executemany("INSERT OR REPLACE INTO job VALUES (?, ?, ?)", rows)
            database.executemany("DELETE FROM job WHERE id = ?", [(name,) for name in gone])
            database.execute("COMMIT")
    except sqlite3.Error:
        _discard(root)  # a read-only or full disk: the folders answer all the same


def _discard(root: Path) -> None:
    try:
        (root / FILE).unlink()
    except OSError:
        pass
