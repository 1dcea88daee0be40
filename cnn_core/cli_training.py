"""The verbs of the command line that bring a network about: download, estimate, train, resume, pretrained.

They stand beside `cli.py`, which adds them to the command line.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from cnn_core import actions, show
from cnn_core.base.errors import Failed, UserError, shorten
from cnn_core.cli_words import Background, Json, RunName, Runs, Sets
from cnn_core.experiment import Experiment, resolve
from cnn_core.experiment import preset as preset_of
from cnn_core.experiment.reading import MOST_BYTES, raw_of
from cnn_core.jobs.launch import lower_priority
from cnn_core.progress import Bar, Transfer

Dataset = Annotated[str | None, typer.Option("--dataset", help="A data set from `list datasets`.")]
Model = Annotated[str | None, typer.Option("--model", help="A model from `list models`.")]
BatchSize = Annotated[str | None, typer.Option("--batch-size", metavar="B")]
Device = Annotated[str | None, typer.Option("--device", help="auto, cpu, cuda or mps.")]
PresetName = Annotated[str | None, typer.Option("--preset", metavar="NAME", help="One of `list presets`.")]
ExperimentFile = Annotated[
    Path | None,
    typer.Option("--experiment", metavar="FILE.json", help="An experiment, instead of the two names; - reads stdin."),
]


def add_to(app: typer.Typer) -> None:
    """Add the verbs of this file to a command line."""
    verbs: tuple[Callable[..., None], ...] = (download, estimate, train, resume, pretrained)
    for verb in verbs:
        app.command()(verb)


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
    with Transfer() as transfer:
        return actions.download(name, transfer)


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
    with Bar() as bar:
        record = actions.train(chosen, runs, bar)
    _finish(record, json)


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


def resume(run: RunName, background: Background = False, runs: Runs = None, json: Json = False) -> None:
    """Train a stopped run on; a finished one prints its record."""
    if background:
        return show.begun(actions.resume_in_background(run, runs), json)
    with Bar() as bar:
        record = actions.resume(run, runs, bar)
    _finish(record, json)


def _finish(record: dict[str, Any], json: bool) -> None:
    show.trained(record, json)
    if record["status"] == "failed":
        raise typer.Exit(1)
    if record["status"] == "stopped":
        raise typer.Exit(130)


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
    with Bar() as bar:
        record = actions.pretrained(name, weights, runs, bar)
    show.brought(record, json)
    if record["status"] != "done":
        raise typer.Exit(130 if record["reason"] == "asked" else 1)
