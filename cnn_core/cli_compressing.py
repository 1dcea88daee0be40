"""The verbs of the command line that make a network smaller or faster, and measure it.

They stand beside `cli.py`, which adds them to the command line.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer

from cnn_core import actions
from cnn_core.base.errors import UserError, shorten
from cnn_core.cli_words import Background, Json, RunName, Runs
from cnn_core.terminal import as_json, note, out, percent, table


def add_to(app: typer.Typer) -> None:
    """Add the verbs of this file to a command line."""
    app.command()(compress)
    app.command()(bench)


def compress(
    run: RunName,
    method: Annotated[str, typer.Option("--method", metavar="NAME", help="One of `list compressions`.")],
    sets: Annotated[list[str] | None, typer.Option("--set", metavar="K=V", help="An option of the method.")] = None,
    seed: Annotated[str, typer.Option("--seed", metavar="S")] = "0",
    background: Background = False,
    runs: Runs = None,
    json: Json = False,
) -> None:
    """Make a trained network smaller or faster: a run of its own comes out, or an ONNX file in the run's folder."""
    options = {}
    for text in sets or ():
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise UserError(f'--set "{shorten(text)}" does not fit here: write K=V, with an option of the method.')
        options[key] = value
    if background:
        return _started(actions.start_compress(run, method, options, _whole(seed, "--seed"), runs), json)
    found = actions.compress(run, method, options, _whole(seed, "--seed"), runs)
    _notice(found)
    if json:
        return as_json(found)
    what = f"{found['parameters']:,} parameters" if found["run"] else f"{found['bytes']:,} bytes"
    out().print(found["run"] or found["file"])
    out().print(f"{what}; test {percent(found['accuracy'])}, before {percent(found['accuracy_before'])}")
    if found["said"]:
        out().print(found["said"])


def bench(
    run: RunName,
    batch: Annotated[
        str, typer.Option("--batch", metavar="N,N", help="Pictures that are answered at a time.")
    ] = "1,32",
    threads: Annotated[str, typer.Option("--threads", metavar="N", help="Of the processor.")] = "1",
    rounds: Annotated[str, typer.Option("--rounds", metavar="N", help="How often each is timed.")] = "30",
    background: Background = False,
    runs: Runs = None,
    json: Json = False,
) -> None:
    """Time a network and all that was made of it by compress, each beside its accuracy on the test pictures."""
    batches = [_whole(one, "--batch") for one in batch.split(",")]
    asked = (run, batches, _whole(threads, "--threads"), _whole(rounds, "--rounds"), runs)
    if background:
        return _started(actions.start_bench(*asked), json)
    found = actions.bench(*asked)
    _notice(found)
    if json:
        return as_json(found)
    made = table("", ">test", ">parameters", ">multiply-adds", ">KiB", *(f">ms, batch {one}" for one in batches))
    for row in found["rows"]:
        counts = ("–" if row[key] is None else f"{row[key]:,}" for key in ("parameters", "multiply_adds"))
        times = (f"{row['times'][str(one)]['cpu_ms']:.3g}" for one in batches)
        made.add_row(row["name"], percent(row["accuracy"]), *counts, f"{row['bytes'] / 1024:,.0f}", *times)
    out().print(made)
    out().print(f"median of {found['rounds']} by the processor's clock; threads: {found['threads']}")


def _started(job: str, json: bool) -> None:
    """The page Compress shows what comes of it."""
    return as_json({"job": job}) if json else out().print(job)


def _notice(found: dict[str, Any]) -> None:
    if found["notice"]:
        note(found["notice"])


def _whole(text: str, flag: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise UserError(f'{flag} is "{shorten(text)}", but must be a whole number.')
    return int(text)
