"""The verb of the command line that opens the chapters, and what it prints.

It stands beside `cli.py`, which adds it to the command line.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer

from cnn_core import actions
from cnn_core.base.errors import UserError, shorten
from cnn_core.cli_words import Json, Runs
from cnn_core.terminal import as_json, out, table


def add_to(app: typer.Typer) -> None:
    """Add the verb of this file to a command line."""
    app.command()(chapters)


def chapters(
    number: Annotated[str, typer.Argument(metavar="[N]", help="1 to 16; without it, all are listed.")] = "",
    runs: Runs = None,
    json: Json = False,
) -> None:
    """The sixteen chapters; with a number, one: its idea, its labs, and what is often said of it but not so."""
    if not number:
        return _list(actions.chapters(), json)
    if not re.fullmatch(r"\d{1,9}", number, re.ASCII):
        raise UserError(f'chapter is "{shorten(number)}", but must be a whole number from 1 to 16.')
    _open(actions.chapter(int(number), runs), json)


def _list(found: list[dict[str, Any]], json: bool) -> None:
    if json:
        return as_json({"chapters": found})
    made = table(">", "chapter", ">labs", ">often said, but")
    for one in found:
        made.add_row(str(one["chapter"]), one["title"], str(len(one["labs"])), str(one["often_said"]))
    out().print(made)


def _open(found: dict[str, Any], json: bool) -> None:
    if json:
        return as_json(found)
    show = out().print
    show(f"{found['chapter']}  {found['title']}\n")
    show("\n\n".join(found["idea"]))
    if found["labs"]:
        show("")
        made = table("lab", "claim", "verdict here")
        for one in found["labs"]:
            made.add_row(one["name"], one["claim"], one["verdict"] or "–")
        show(made)
    if found["calculators"]:
        show(f"\ncalculators: {', '.join(one['name'] for one in found['calculators'])}")
    show("\nOften said, but")
    for one in found["often_said"]:
        show(f"\n“{one['said']}”")
        show("  " + " ".join(filter(None, (one["right"], one["number"]))))
        shown = [f"lab {name}" for name in one["labs"]] + [f"calculator {name}" for name in one["calculators"]]
        if shown or one["source"]:
            show("  " + " · ".join([*shown, *filter(None, [one["source"]])]))
