"""The command line: parses, calls one action, prints. Imports torch only in the commands that need it.

With --json the last line on stdout is one object; everything else goes to stderr.
Exit codes: 0 done, 1 failed, 2 wrong input, 130 interrupted.
"""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from cnn_core import (
    actions,
    cli_calculating,
    cli_chapters,
    cli_compressing,
    cli_drawing,
    cli_keeping,
    cli_labs,
    cli_training,
    show,
    terminal,
)
from cnn_core.base.errors import UnknownName, UserError, printable, shorten
from cnn_core.base.settings import runs_folder
from cnn_core.cli_words import Json, RunName, Runs, Sets
from cnn_core.experiment import PRESETS
from cnn_core.jobs.supervisor import supervise as do_supervise
from cnn_core.jobs.work import work as do_work
from cnn_core.shelves import SHELVES

app = typer.Typer(
    name="cnn_core",
    help="Train a convolutional network and look inside it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

PICTURE = "A file, or as the address of a page has it: test-12, drawn-…"
Picture = Annotated[str, typer.Argument(metavar="PICTURE", help=PICTURE)]


@app.command("list")
def list_(shelf: Annotated[str, typer.Argument(help="datasets, models, ...")] = "", json: Json = False) -> None:
    """What there is to choose from."""
    cards = {
        **{one.name: [{"name": name, "summary": one.card(name)[0]} for name in one.names()] for one in SHELVES},
        "presets": [{"name": one.name, "summary": one.summary} for one in PRESETS],
    }
    if shelf and shelf not in cards:
        raise UnknownName(shelf, "shelf", list(cards))
    show.listing({shelf: cards[shelf]} if shelf else cards, json)


@app.command()
def data(name: Annotated[str, typer.Argument(metavar="NAME")], sets: Sets = None, json: Json = False) -> None:
    """A data set in numbers."""
    show.data(actions.data(name, _section(sets, "data")), json)


@app.command()
def anatomy(
    model: Annotated[str, typer.Argument(metavar="MODEL")],
    shape: Annotated[str, typer.Option("--input", metavar="CxHxW", help="Shape of a picture, as 3x32x32.")],
    classes: Annotated[str, typer.Option("--classes", metavar="K")] = "10",
    sets: Sets = None,
    json: Json = False,
) -> None:
    """A network layer by layer: shapes, parameters, multiply-adds, receptive field."""
    show.anatomy(actions.anatomy(model, _shape(shape), _whole(classes, "--classes"), _section(sets, "model")), json)


@app.command("runs")
def runs_(runs: Runs = None, json: Json = False) -> None:
    """The runs of a folder, newest first."""
    show.runs(actions.runs(runs), runs_folder(runs), json)


@app.command("show")
def show_(run: RunName, runs: Runs = None, json: Json = False) -> None:
    """A run with all its settings."""
    show.run(actions.show(run, runs), json)


@app.command()
def stop(run: RunName, runs: Runs = None, json: Json = False) -> None:
    """Stop a run with a checkpoint, wherever it was started."""
    show.stopped(actions.stop(run, runs), json)


@app.command()
def delete(run: RunName, runs: Runs = None, json: Json = False) -> None:
    """Move a run into the trash of its runs folder."""
    show.stopped(actions.delete(run, runs), json)


cli_training.add_to(app)
cli_keeping.add_to(app)
cli_drawing.add_to(app)
cli_labs.add_to(app)
cli_compressing.add_to(app)
cli_chapters.add_to(app)
cli_calculating.add_to(app)


@app.command()
def doctor(
    runs: Runs = None,
    mend: Annotated[bool, typer.Option("--mend", help="Mend what is found; nothing is lost by it.")] = False,
    json: Json = False,
) -> None:
    """Look through a folder of runs for damage and leftovers."""
    found = actions.doctor(runs, mend=mend)
    show.diagnosis(found, json)
    if not found["sound"]:
        raise typer.Exit(1)


@app.command()
def evaluate(
    run: RunName,
    split: Annotated[str, typer.Option("--split", help="train, val or test.")] = "test",
    runs: Runs = None,
    json: Json = False,
) -> None:
    """How often a run is right, and what it mixes up."""
    show.report(actions.evaluate(run, split, runs), json)


@app.command()
def predict(
    run: RunName,
    pictures: Annotated[list[str], typer.Argument(metavar="PICTURE...", help=PICTURE)],
    top: Annotated[str, typer.Option("--top", metavar="K", help="How many classes for each picture.")] = "5",
    runs: Runs = None,
    json: Json = False,
) -> None:
    """What a run says of pictures."""
    answers = actions.predict(run, pictures, _whole(top, "--top"), runs)
    show.answers(answers, json)
    if any("error" in one for one in answers["results"]):
        raise typer.Exit(1)


@app.command()
def explain(
    run: RunName,
    picture: Picture,
    method: Annotated[str, typer.Option("--method", help="One of `list methods`.")] = "grad_cam",
    layer: Annotated[str | None, typer.Option("--layer", help="A convolution; default: the last with a map.")] = None,
    target: Annotated[str | None, typer.Option("--target", help="A class, or its index; default: predicted.")] = None,
    against: Annotated[
        str | None, typer.Option("--against", help="A second class: both maps on one scale, and how they differ.")
    ] = None,
    npy: Annotated[
        Path | None, typer.Option("--npy", help="Write the map: float32 (H, W), true scale; of two, (2, H, W).")
    ] = None,
    overlay: Annotated[Path | None, typer.Option("--overlay", help="Write the picture with the heat: PNG.")] = None,
    runs: Runs = None,
    json: Json = False,
) -> None:
    """Which part of a picture speaks for a class."""
    if against is None:
        found: Any = actions.explain(run, picture, method, layer, target, runs)
    else:
        found = actions.contrast(run, picture, against, method, layer, target, runs)
    if npy:
        show.write(npy, actions.npy(found), "--npy")
    if overlay:
        show.write(overlay, actions.overlay_png(found), "--overlay")
    record = found.record()
    show.explanation(record, record["notes"], json)


Npz = Annotated[Path | None, typer.Option("--npz", help="Write the arrays, true scale: NumPy's .npz.")]
Png = Annotated[Path | None, typer.Option("--png", help="Write all of them as one picture: PNG.")]


@app.command()
def filters(
    run: RunName,
    layer: Annotated[str | None, typer.Option("--layer", help="A convolution; default: the first.")] = None,
    npz: Npz = None,
    png: Png = None,
    runs: Runs = None,
    json: Json = False,
) -> None:
    """What the filters of a convolution look like."""
    found = actions.filters(run, layer, runs)
    _write(found, npz, png)
    show.filters(found.record(), json)


@app.command()
def activations(
    run: RunName,
    picture: Picture,
    layer: Annotated[
        str | None, typer.Option("--layer", help="Any layer or block; default: the end of the first block.")
    ] = None,
    npz: Npz = None,
    png: Png = None,
    runs: Runs = None,
    json: Json = False,
) -> None:
    """What lights up in a layer for a picture."""
    found = actions.activations(run, picture, layer, runs)
    _write(found, npz, png)
    show.activations(found.record(), json)


def _write(found: Any, npz: Path | None, png: Path | None) -> None:
    if npz:
        show.write(npz, actions.npz(found), "--npz")
    if png:
        show.write(png, actions.sheet_png(found), "--png")


@app.command()
def serve(
    port: Annotated[str, typer.Option("--port", metavar="P")] = "8501",
    address: Annotated[
        str, typer.Option("--address", metavar="A", help="0.0.0.0: also from other computers; there is no login.")
    ] = "127.0.0.1",
) -> None:
    """Serve the dashboard. SIGTERM and Ctrl-C first stop all runs, each with a checkpoint."""
    raise typer.Exit(actions.serve(_whole(port, "--port"), address, terminal.note))


Handle = Annotated[int | None, typer.Option("--lock", metavar="N", help="The inherited file that holds the lock.")]


@app.command(hidden=True)
def work(folder: Path, lock: Handle = None) -> None:
    """Do the job in a folder: what a worker process runs."""
    raise typer.Exit(do_work(folder, lock))


@app.command(hidden=True)
def supervise(folder: Path, lock: Handle = None) -> None:
    """Start the jobs of a folder in order: what the supervisor's process runs."""
    raise typer.Exit(do_supervise(folder, lock))


def _shape(text: str) -> tuple[int, int, int]:
    match = re.fullmatch(r"(\d{1,5})x(\d{1,5})x(\d{1,5})", text)
    if not match or "0" in match.groups():
        raise UserError(f'--input is "{shorten(text)}", but must be CxHxW, as 3x32x32.')
    channels, height, width = (int(part) for part in match.groups())
    return channels, height, width


def _whole(text: str, flag: str) -> int:
    if not re.fullmatch(r"[1-9]\d{0,8}", text):
        raise UserError(f'{flag} is "{shorten(text)}", but must be a whole number at least 1.')
    return int(text)


def _section(sets: Sequence[str] | None, section: str) -> dict[str, str]:
    """`section.field=value` settings as a dict of one section's options."""
    found = {}
    for text in sets or ():
        path, equals, value = text.partition("=")
        first, _, field = path.partition(".")
        if not equals or first != section or not field or "." in field:
            raise UserError(f'--set "{shorten(text)}" does not fit here: write {section}.field=value.')
        found[field] = value
    return found


def main(arguments: Sequence[str]) -> int:
    """Run a command line; returns the exit code. No traceback reaches the user."""
    try:
        code = app(list(arguments), standalone_mode=False, prog_name="python -m cnn_core")
        return code if isinstance(code, int) else 0
    except UserError as error:
        return _say(str(error), error.exit_code)
    except TyperException as error:
        format_message = getattr(error, "format_message", None)
        return _say(format_message() if format_message else str(error), getattr(error, "exit_code", 2))
    except (KeyboardInterrupt, typer.Abort):
        return _say("Interrupted.", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else the flush at exit complains again
        return 1
    except Exception as error:  # noqa: BLE001 - the last resort: one sentence, the trace only where it is wanted
        if os.environ.get("CONVSCOPE_DEBUG"):
            traceback.print_exc()
        what = f"{type(error).__name__}: {shorten(error, 300)}"
        return _say(f"This is a fault in ConvScope: {what} (CONVSCOPE_DEBUG=1 shows where).", 1)


def _say(sentence: str, code: int) -> int:
    sys.stderr.write(f"{printable(sentence)}\n")
    return code
