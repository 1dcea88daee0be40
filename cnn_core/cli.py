"""The command line: parses, calls one action, prints. Imports torch only in the commands that need it.

With --json the last line on stdout is one object; everything else goes to stderr.
Exit codes: 0 done, 1 failed, 2 wrong input, 130 interrupted.
"""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from cnn_core import actions, cli_keeping, show
from cnn_core.base.errors import Failed, UnknownName, UserError, printable, shorten
from cnn_core.base.settings import runs_folder
from cnn_core.cli_keeping import Json, RunName, Runs
from cnn_core.experiment import PRESETS, Experiment, resolve
from cnn_core.experiment import preset as preset_of
from cnn_core.experiment.reading import MOST_BYTES, raw_of
from cnn_core.jobs.launch import lower_priority
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

Background = Annotated[
    bool, typer.Option("--background", help="Put it in the queue and come back at once, as Start on a page does.")
]
PICTURE = "A file, or as the address of a page has it: test-12, drawn-…"
Picture = Annotated[str, typer.Argument(metavar="PICTURE", help=PICTURE)]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="SECTION.FIELD=VALUE", help="A setting; may be given again. See `list` for names."),
]


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
def download(name: Annotated[str, typer.Argument(metavar="DATASET")], json: Json = False) -> None:
    """Fetch a data set from the network once, checked, into CONVSCOPE_DATA. Ctrl-C leaves nothing half."""
    record = _download(name)
    show.downloaded(record, json)
    if record["status"] != "done":
        raise typer.Exit(130 if record["status"] == "stopped" else 1)


def _need(name: str) -> None:
    """Download a set that a training needs.

    Raises:
        Failed: it did not come. typer.Abort: somebody stopped it.
    """
    record = _download(name)
    if record["status"] == "stopped":
        raise typer.Abort
    if record["status"] != "done":
        raise Failed(record["message"])


def _download(name: str) -> dict[str, Any]:
    with show.Transfer() as transfer:
        return actions.download(name, transfer)


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


Dataset = Annotated[str | None, typer.Option("--dataset", help="A data set from `list datasets`.")]
Model = Annotated[str | None, typer.Option("--model", help="A model from `list models`.")]
BatchSize = Annotated[str | None, typer.Option("--batch-size", metavar="B")]
Device = Annotated[str | None, typer.Option("--device", help="auto, cpu, cuda or mps.")]
PresetName = Annotated[str | None, typer.Option("--preset", metavar="NAME", help="One of `list presets`.")]
ExperimentFile = Annotated[
    Path | None,
    typer.Option("--experiment", metavar="FILE.json", help="An experiment, instead of the two names; - reads stdin."),
]


@app.command()
def train(
    dataset: Dataset = None,
    model: Model = None,
    epochs: Annotated[str | None, typer.Option("--epochs", metavar="E")] = None,
    batch_size: BatchSize = None,
    lr: Annotated[str | None, typer.Option("--lr", metavar="LR", help="Learning rate.")] = None,
    seed: Annotated[str | None, typer.Option("--seed", metavar="S")] = None,
    device: Device = None,
    sets: Sets = None,
    preset: PresetName = None,
    experiment: ExperimentFile = None,
    background: Background = False,
    runs: Runs = None,
    json: Json = False,
) -> None:
    """Train a network here, in the foreground. Ctrl-C keeps a checkpoint."""
    flags = {"epochs": epochs, "batch_size": batch_size, "lr": lr, "seed": seed, "device": device}
    chosen = _experiment(dataset, model, flags, sets, preset, experiment)
    if actions.missing(chosen.data):
        _need(chosen.data.name)
    if background:
        return show.begun(actions.show(actions.start(chosen, runs), runs), json)
    with show.Bar() as bar:
        record = actions.train(chosen, runs, bar)
    _finish(record, json)


@app.command()
def estimate(
    dataset: Dataset = None,
    model: Model = None,
    batch_size: BatchSize = None,
    device: Device = None,
    sets: Sets = None,
    preset: PresetName = None,
    experiment: ExperimentFile = None,
    gently: Annotated[bool, typer.Option("--gently", help="At low priority, as a training has it.")] = False,
    json: Json = False,
) -> None:
    """How long an epoch will take here: timed on a few batches, nothing is kept."""
    chosen = _experiment(dataset, model, {"batch_size": batch_size, "device": device}, sets, preset, experiment)
    if gently:
        lower_priority()
    show.estimated(actions.estimate(chosen), json)


def _experiment(
    dataset: str | None,
    model: str | None,
    flags: Mapping[str, str | None],
    sets: Sequence[str] | None,
    preset: str | None,
    file: Path | None,
) -> Experiment:
    """The experiment that the flags of a command name; flags go over preset or file."""
    if preset is not None and file is not None:
        raise UserError("--preset and --experiment are both given; choose one.")
    raw: dict[str, Any] = read_experiment(file) if file else {}
    if preset is not None:
        raw = preset_of(preset).model_dump(mode="json")
    if dataset is not None:
        raw["data"] = {"name": dataset}
    if model is not None:
        raw["model"] = {"name": model}
    for section, flag in (("data", "--dataset"), ("model", "--model")):
        if section not in raw and "origin" not in raw:
            raise UserError(f"{flag} is missing; name one, or give --preset NAME or --experiment FILE.json.")
    given = {key: value for key, value in flags.items() if value is not None}
    if given:
        train = raw.get("train", {})
        if not isinstance(train, Mapping):
            raise UserError(f'train is "{shorten(train)}", but must be an object with fields.')
        raw["train"] = {**train, **given}
    return resolve(raw, sets or ())


def read_experiment(path: Path) -> dict[str, Any]:
    """An experiment's JSON, also one that was edited by hand; `-` is what comes in on stdin."""
    try:
        data = sys.stdin.buffer.read(MOST_BYTES + 1) if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise UserError(f"--experiment: {path} cannot be read ({error.strerror or error}).") from error
    return raw_of(data, "stdin" if str(path) == "-" else str(path))


@app.command()
def resume(run: RunName, background: Background = False, runs: Runs = None, json: Json = False) -> None:
    """Train a stopped run on; a finished one prints its record."""
    if background:
        return show.begun(actions.resume_in_background(run, runs), json)
    with show.Bar() as bar:
        record = actions.resume(run, runs, bar)
    _finish(record, json)


def _finish(record: dict[str, Any], json: bool) -> None:
    show.trained(record, json)
    if record["status"] == "failed":
        raise typer.Exit(1)
    if record["status"] == "stopped":
        raise typer.Exit(130)


@app.command()
def pretrained(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As torchvision calls it: squeezenet1_1, resnet18, ...")],
    weights: Annotated[
        Path | None,
        typer.Option("--weights", metavar="FILE", help="Default: the published one, fetched once into CONVSCOPE_DATA."),
    ] = None,
    background: Background = False,
    runs: Runs = None,
    json: Json = False,
) -> None:
    """A run of a network that knows ImageNet's thousand classes, with torchvision's weights."""
    if background:
        return show.begun(actions.show(actions.start_pretrained(name, weights, runs), runs), json)
    with show.Bar() as bar:
        record = actions.pretrained(name, weights, runs, bar)
    show.brought(record, json)
    if record["status"] != "done":
        raise typer.Exit(130 if record["reason"] == "asked" else 1)


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


cli_keeping.add_to(app)


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
    method: Annotated[str, typer.Option("--method")] = "grad_cam",
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
    raise typer.Exit(actions.serve(_whole(port, "--port"), address, show.note))


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
