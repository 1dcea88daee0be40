"""The verb of the command line that draws with a generator.

It stands beside `cli.py`, which adds it to the command line.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from cnn_core import actions, show
from cnn_core.base.errors import UserError, shorten
from cnn_core.cli_words import Json, RunName, Runs
from cnn_core.terminal import as_json, note, out


def add_to(app: typer.Typer) -> None:
    """Add the verb of this file to a command line."""
    app.command()(sample)


def sample(
    run: RunName,
    file: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write the pictures: one PNG file.")],
    count: Annotated[str, typer.Option("--count", metavar="N", help="How many.")] = "64",
    seed: Annotated[str, typer.Option("--seed", metavar="S", help="Of the noise; the same seed, the same ones.")] = "0",
    to: Annotated[
        str | None, typer.Option("--to", metavar="S", help="A second seed: the way from one picture to the other.")
    ] = None,
    runs: Runs = None,
    json: Json = False,
) -> None:
    """Draw pictures with a generator that was trained here."""
    wanted, first = _whole(count, "--count"), _whole(seed, "--seed")
    if to is None:
        found = actions.sample(run, wanted, first, runs)
    else:
        found = actions.between(run, first, _whole(to, "--to"), wanted, runs)
    if found.notice:
        note(found.notice)
    show.write(file, actions.samples_png(found.pictures), "--out")
    if json:
        return as_json({"run": run, "count": len(found.pictures), "seed": first, "out": str(file)})
    out().print(f"{len(found.pictures):,} pictures in {file}")


def _whole(text: str, flag: str) -> int:
    if not re.fullmatch(r"\d{1,10}", text, re.ASCII):
        raise UserError(f'{flag} is "{shorten(text)}", but must be a whole number.')
    return int(text)
