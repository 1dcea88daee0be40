"""The verb of the command line that does a lab, and what it prints.

It stands beside `cli.py`, which adds it to the command line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from cnn_core import actions
from cnn_core.base.errors import Failed, UserError, shorten
from cnn_core.cli_words import Background, Json, Runs
from cnn_core.labs import SEEDS
from cnn_core.terminal import as_json, note, out, table

KEPT = ("lab", "chapter", "claim", "verdict", "why", "numbers", "spread", "seeds", "seconds")


def add_to(app: typer.Typer) -> None:
    """Add the verb of this file to a command line."""
    app.command()(lab)


def lab(
    name: Annotated[str, typer.Argument(metavar="NAME", help="One of `list labs`.")],
    seeds: Annotated[str, typer.Option("--seeds", metavar="N", help="How many, each with a result of its own.")] = str(
        SEEDS
    ),
    first_seed: Annotated[str, typer.Option("--first-seed", metavar="S")] = "0",
    sets: Annotated[list[str] | None, typer.Option("--set", metavar="K=V", help="An option of the lab.")] = None,
    background: Background = False,
    runs: Runs = None,
    json: Json = False,
) -> None:
    """Settle a claim by an experiment: verdict, numbers over seeds, seconds. Ctrl-C keeps the seeds that are done."""
    asked = (name, _options(sets or ()), _whole(seeds, "--seeds"), _whole(first_seed, "--first-seed"), runs)
    if background:
        result = actions.start_lab(*asked)
        return as_json({"result": result}) if json else out().print(result)
    record = actions.lab(*asked, say=note)
    if record["message"]:
        note(record["message"])
    if record["found"] is None:
        if record["status"] == "stopped":
            raise typer.Exit(130)
        raise Failed(record["message"] or "The lab ended before its first seed was done.")
    _show(record["found"], record["id"], json)
    if record["status"] != "done":
        raise typer.Exit(130 if record["status"] == "stopped" else 1)


def _show(found: dict[str, Any], result: str, json: bool) -> None:
    if json:
        return as_json({"result": result, **{key: found[key] for key in KEPT}})
    out().print(f"{found['claim']}")
    out().print(f"{found['verdict'].upper()}. {found['why']}")
    made = table("number", ">mean", ">lowest", ">highest")
    for key, value in found["numbers"].items():
        made.add_row(key, *(f"{one:.4g}" for one in (value, *found["spread"][key])))
    out().print(made)
    out().print(f"seeds {', '.join(map(str, found['seeds']))}; {found['seconds']:.1f} s; {result}")


def _options(sets: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in sets:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise UserError(f'--set "{shorten(text)}" does not fit here: write K=V, with an option of the lab.')
        found[key] = value
    return found


def _whole(text: str, flag: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise UserError(f'{flag} is "{shorten(text)}", but must be a whole number.')
    return int(text)
