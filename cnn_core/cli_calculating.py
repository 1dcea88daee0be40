"""The verb of the command line that works out a formula, and what it prints.

It stands beside `cli.py`, which adds it to the command line.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cnn_core import actions
from cnn_core.base.errors import UserError, shorten
from cnn_core.calculators import Step, Table, Value, Worked
from cnn_core.cli_words import Json
from cnn_core.terminal import as_json, note, out, percent, table


def add_to(app: typer.Typer) -> None:
    """Add the verb of this file to a command line."""
    app.command()(calculate)


def calculate(
    name: Annotated[str, typer.Argument(metavar="NAME", help="One of `list calculators`.")],
    sets: Annotated[list[str] | None, typer.Option("--set", metavar="K=V", help="An input of the calculator.")] = None,
    picture: Annotated[
        Path | None, typer.Option("--picture", metavar="FILE", help="For those that look at one; default: a photo.")
    ] = None,
    json: Json = False,
) -> None:
    """Work out a formula with your own numbers."""
    found = actions.calculate(name, _inputs(sets or ()), picture)
    if json:
        return as_json({"calculator": name, **found.record()})
    _show(found)


def _show(found: Worked) -> None:
    rows = table("", ">value", "", "how")
    for one in found.steps:
        rows.add_row(one.title, shown(one), "" if one.unit == "%" else one.unit, one.formula)
    out().print(rows)
    for made in found.tables:
        out().print("")
        out().print(made.title)
        out().print(_table(made))
    for text in found.notes:
        out().print(text)
    for text in found.warnings:
        note(text)


def _table(made: Table) -> object:
    rows = table(*(f">{name}" if at else name for at, name in enumerate(made.columns)))
    for row in made.rows:
        rows.add_row(*(one if isinstance(one, str) else figure(one) for one in row))
    return rows


def shown(one: Step) -> str:
    """The value of a step as a text."""
    return percent(one.value) if one.unit == "%" else figure(one.value)


def figure(value: Value) -> str:
    """A whole number with its thousands apart, another to six digits, a dash where there is none."""
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:.6g}"


def _inputs(sets: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in sets:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise UserError(f'--set "{shorten(text)}" does not fit here: write K=V, with an input of the calculator.')
        found[key] = value
    return found
