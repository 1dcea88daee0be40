"""The small files of a run: settings, state, notes, journal."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import partial

from cnn_core.base.errors import Failed, UserError
from cnn_core.base.files import read_file
from cnn_core.jobs.queue import waits
from cnn_core.runs import notes
from cnn_core.runs.checking.finding import Finding, Look
from cnn_core.runs.mending import DAMAGED, fit_again, remove, write_journal, write_verdict
from cnn_core.runs.rebuilding import make_state_again
from cnn_core.runs.trash import throw_away


def half_begun(look: Look) -> Iterator[Finding]:
    """A folder that Start has made, but not made a run of."""
    if not look.alive:
        throw = partial(throw_away, look.run)
        what, mend = "Start had begun this run and did not finish.", "It is moved into the trash."
        yield Finding("", what, mend, throw, fleeting=True)


def settings(look: Look) -> Iterator[Finding]:
    """Settings that are damaged, which nothing can mend, or of another version."""
    if error := look.seal("experiment.json"):
        what = f"The settings cannot be read: {error.why}. Put a copy of the file back, or delete the run."
        yield Finding(error.file, what)
        return
    try:
        look.run.experiment()
    except UserError as error:
        yield Finding("experiment.json", str(error), wrong=False)


def state(look: Look) -> Iterator[Finding]:
    """A state that is lost, that nobody is left to bring to its end, or a request that nobody will read."""
    run, file = look.run, "state.json"
    try:
        found = look.state_now()
    except Failed as error:
        fault = look.seal(file)
        if fault is None:  # whole, but of another version
            yield Finding(file, str(error), wrong=False)
        elif not fault.damaged or look.seal("experiment.json"):
            yield Finding(file, f"The state cannot be read: {fault.why}.")
        else:
            mend = "It is made again from the settings, the newest whole checkpoint and the predictions."
            yield Finding(file, f"The state is lost: {fault.why}.", mend, partial(make_state_again, run, look.kind))
        return
    if not found["settled"]:
        mend = f"It is noted as {found['status']}: {found['message']}"
        yield Finding(file, "It is said to be at work, but nobody works on it.", mend, partial(write_verdict, run))
    if run.stop_asked() and not look.alive and not waits(found):
        what = "A request to stop that nobody will read."
        yield Finding("stop", what, "It is removed.", partial(remove, [run.stop_path]))


def means(look: Look) -> Iterator[Finding]:
    """A damaged note on device, precision, threads and versions."""
    path = look.run.folder / "environment.json"
    if os.path.lexists(path) and (error := look.seal(path.name)):
        what = f"The note on device and versions cannot be read: {error.why}."
        then = "the next Resume writes it anew"
        yield look.aside(path.name, what, then) if error.damaged else Finding(path.name, what)


def written(look: Look) -> Iterator[Finding]:
    """A damaged name, note and tags. Anybody may be writing them, so a second look decides."""
    path = look.run.folder / notes.FILE
    if os.path.lexists(path) and (error := look.seal(path.name)):
        what = f"The name, note and tags cannot be read: {error.why}."
        then = "the run is called by its settings again"
        yield look.aside(path.name, what, then) if error.damaged else Finding(path.name, what)


def fitted(look: Look) -> Iterator[Finding]:
    """A fitted preprocessing that is damaged, or missing where it was used."""
    file, error = "preprocessing.json", look.seal("preprocessing.json")
    if error is None or (not os.path.lexists(look.run.folder / file) and not look.checkpoints):
        return  # whole, or not yet fitted
    what = f"The fitted preprocessing cannot be read: {error.why}."
    mend = "It is fitted again on the training pictures." if error.damaged else ""
    yield Finding(file, what, mend, partial(fit_again, look.run) if mend else None)


def journal(look: Look) -> Iterator[Finding]:
    """Lines that nobody can read, half a last line, or no journal at all."""
    path = look.run.journal_path
    try:
        data = read_file(path)
    except FileNotFoundError:
        if look.stored.get("epochs"):
            yield Finding(path.name, "The journal is gone, and with it the curves.", wrong=False)
        return
    except OSError as error:
        yield Finding(path.name, f"The journal cannot be read: {error.strerror}.")
        return
    whole = data[: data.rfind(b"\n") + 1]
    lines = whole.splitlines(keepends=True)
    bad = [number for number, line in enumerate(lines, 1) if not _is_row(line)]
    if bad:
        what = f"{len(bad)} of {len(lines)} lines cannot be read, the first is line {bad[0]}; the rest is shown."
        kept = b"".join(line for line in lines if _is_row(line))
        write = partial(write_journal, look.run, kept, keep_original=True)
        yield Finding(path.name, what, f"They are taken out; the journal as it was is kept in {DAMAGED}/.", write)
    elif len(whole) < len(data) and not look.alive:
        write = partial(write_journal, look.run, whole, keep_original=False)
        yield Finding(path.name, "Its last line is half a line.", "The half line is cut off.", write)


def _is_row(line: bytes) -> bool:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(row, dict) and "kind" in row


def wall(look: Look) -> Iterator[Finding]:
    """A damaged wall of wrong pictures."""
    path, what = look.run.folder / "wall.json", "The wall of wrong pictures cannot be read"
    try:
        if not isinstance(json.loads(read_file(path)), dict):
            raise ValueError
    except FileNotFoundError:
        return
    except PermissionError as error:
        yield Finding(path.name, f"{what}: {error.strerror}.")
    except (OSError, ValueError, RecursionError):
        yield look.aside(path.name, f"{what}.", "the next validation writes it anew")
