"""The verbs of the command line that keep runs in order: what they take, and what they print.

They stand beside `cli.py`, which adds them to the command line.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any

import typer

from cnn_core import actions, show
from cnn_core.base.errors import UserError, shorten
from cnn_core.base.settings import runs_folder
from cnn_core.cli_words import Json, RunName, Runs
from cnn_core.terminal import as_json, out, percent, table
from cnn_core.terminal import note as say

Thrown = Annotated[str, typer.Argument(metavar="RUN", help="An id as `trash` lists it, in full.")]
WIDEST = 40  # letters of a value in the table of what differs


def add_to(app: typer.Typer) -> None:
    """Add the verbs of this file to a command line."""
    verbs: tuple[Callable[..., None], ...] = (rename, note, tag, compare, trash, restore, purge)
    for verb in verbs:
        app.command()(verb)


def rename(
    run: RunName,
    name: Annotated[str, typer.Argument(metavar="NAME", help='Up to 80 letters; "" takes the name away.')],
    runs: Runs = None,
    json: Json = False,
) -> None:
    """Give a run a name. Its id stays, and it may be training meanwhile."""
    _written(actions.rename(run, name, runs), json)


def note(
    run: RunName,
    text: Annotated[str, typer.Argument(metavar="TEXT", help='Up to 2,000 letters; "" takes the note away.')],
    runs: Runs = None,
    json: Json = False,
) -> None:
    """Write a note on a run, in place of the one that is there."""
    _written(actions.note(run, text, runs), json)


def tag(
    run: RunName,
    tags: Annotated[list[str], typer.Argument(metavar="TAG...", help="Up to 30 letters each.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take these tags off.")] = False,
    runs: Runs = None,
    json: Json = False,
) -> None:
    """Put tags on a run, beside those that it has."""
    _written(actions.tag(run, () if remove else tags, tags if remove else (), runs), json)


def _written(record: dict[str, Any], json: bool) -> None:
    """What stands on a run now."""
    if json:
        return as_json({key: record[key] for key in ("run", "label", "name", "note", "tags")})
    tags = ", ".join(record["tags"])
    out().print("  ".join(filter(None, (record["run"], record["label"], tags and f"[{tags}]", record["note"]))))


def compare(
    several: Annotated[list[str], typer.Argument(metavar="RUN RUN...", help="Two to ten runs.")],
    smooth: Annotated[
        str, typer.Option("--smooth", metavar="W", help="Smooth the curves of --json, 0 to 0.99, as TensorBoard does.")
    ] = "0",
    runs: Runs = None,
    json: Json = False,
) -> None:
    """Runs side by side: what came out, and only those settings in which they differ."""
    if not re.fullmatch(r"\d+(\.\d+)?", smooth):
        raise UserError(f'--smooth is "{shorten(smooth)}", but must be a number from 0 to 0.99.')
    found = actions.compare(several, float(smooth), runs)
    if json:
        return as_json(found)
    made = table("", *(one["run"] for one in found["runs"]))
    for key, words in (
        ("label", str),
        ("status", str),
        ("val_accuracy", percent),
        ("test_accuracy", percent),
    ):
        made.add_row(key.replace("val_accuracy", "best val").replace("_accuracy", ""), *_row(found, key, words))
    made.add_row("seconds", *_row(found, "seconds", lambda value: f"{value:.1f}"))
    made.add_section()
    for one in found["settings"]:
        made.add_row(one["key"], *map(_said, one["values"]))
    if not found["settings"]:
        made.add_row("settings", *("the same" for _ in found["runs"]))
    out().print(made)


def _row(found: dict[str, Any], key: str, say: Callable[[Any], str]) -> list[str]:
    return [say(one[key]) for one in found["runs"]]


def _said(value: Any) -> str:
    if value is None:
        return "–"
    return shorten(", ".join(map(str, value)) or "none" if isinstance(value, list) else value, WIDEST)


def trash(runs: Runs = None, json: Json = False) -> None:
    """What is in the trash of a runs folder."""
    found = actions.trash(runs)
    total = sum(one["bytes"] for one in found)
    if json:
        return as_json({"runs": found, "bytes": total})
    if not found:
        return say(f"The trash of {runs_folder(runs)} is empty.")
    made = table("run", "name", "status", "deleted", ">MB")
    for one in found:
        made.add_row(one["run"], one["label"], one["status"], one["deleted"], f"{one['bytes'] / 1e6:,.1f}")
    out().print(made)
    out().print(f"{total / 1e6:,.1f} MB in all")


def restore(run: Thrown, runs: Runs = None, json: Json = False) -> None:
    """Give a run in the trash its place back."""
    record = actions.restore(run, runs)
    if record["run"] != run:
        say(f"It came back as {record['run']}.")
    show.stopped(record, json)


def purge(
    run: Annotated[str, typer.Argument(metavar="RUN", help="An id as `trash` lists it, in full.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Empty the trash.")] = False,
    runs: Runs = None,
    json: Json = False,
) -> None:
    """Remove a run in the trash for good. There is no way back."""
    if bool(run) == everything:
        raise UserError("Name one run, or give --all to empty the trash.")
    if everything:
        found = actions.purge_all(runs)
    else:
        one = actions.purge(run, runs)
        found = {"runs": [one["run"]], "bytes": one["bytes"], "kept": []}
    for kept in found["kept"]:
        say(kept["why"])
    if json:
        as_json(found)
    else:
        count = len(found["runs"])
        out().print(f"{count} run{'' if count == 1 else 's'} purged, {found['bytes'] / 1e6:,.1f} MB freed")
    if found["kept"]:
        raise typer.Exit(1)
