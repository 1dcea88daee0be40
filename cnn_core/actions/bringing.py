"""Verbs on networks that others have trained: which there are, and a finished run of one, here or in the background."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

import torch

from cnn_core.actions.running import TRAINING, Folder, enqueue
from cnn_core.base.errors import UserError
from cnn_core.base.options import parse_options
from cnn_core.base.settings import runs_folder
from cnn_core.experiment import Choice, Origin, Pretrained
from cnn_core.models import build_model
from cnn_core.models.pretrained import Published, names, published
from cnn_core.models.zoo import SHELF as MODELS
from cnn_core.preprocessing.steps import ORDER
from cnn_core.preprocessing.steps import SHELF as STEPS
from cnn_core.runs.run import RunFolder, new_run
from cnn_core.training import job
from cnn_core.training.bringing import at_hand, check

ZOO = "torchvision"
OFFERED = ("squeezenet1_1", "resnet18", "mobilenet_v3_large")  # by size; the first is the button's


def pretrained(
    name: str, weights: str | PathLike[str] | None = None, runs: Folder = None, show: job.Show = lambda event: None
) -> dict[str, Any]:
    """A finished run of torchvision's network of this name, made here; returns its record.

    Args:
        weights: a file of weights; None: the published ones, from the data folder, else from the network.
        show: told what happens, see `training.job.run`.

    Raises:
        UserError: no such network, or one too large. Failed: the file that was given does not hold its weights. How a
            download fails is said in the record: its status is then failed or stopped, and `resume` tries again.
    """
    return job.run(_new(name, weights, runs), show)


def start_pretrained(name: str, weights: str | PathLike[str] | None = None, runs: Folder = None) -> str:
    """The same by a worker in the background, with a line of its own beside trainings; returns the run's id at once.

    Raises:
        UserError: no such network, or one too large. Failed: the file that was given does not hold its weights.
    """
    run = _new(name, weights, runs)
    enqueue(run, run.lock())
    return run.id


def _new(name: str, weights: str | PathLike[str] | None, runs: Folder) -> RunFolder:
    path = "" if weights is None else str(Path(weights).absolute())
    if path and not Path(path).is_file():
        raise UserError(f"--weights: there is no file {path}.")
    settings = _settings(published(name, Path(path).name), path)
    if path:
        check(settings)
    return new_run(settings, runs_folder(runs), TRAINING, hold=True)


def _settings(about: Published, file: str) -> Pretrained:
    steps: dict[str, dict[str, Any]] = {
        "color": {"mode": "colour"},
        "resize": {"size": about.crop, "short": about.short, "interpolation": about.interpolation},
        "scale": {"to": "standard"},
    }
    origin = Origin(
        weights=about.weights,
        url=about.url,
        file=file,
        input_shape=(3, about.crop, about.crop),
        mean=about.mean,
        std=about.std,
        classes=about.classes,
    )
    model = {"network": about.network}
    _check(model, origin)
    return Pretrained(
        origin=origin,
        preprocessing=tuple(Choice(name=name, options=_full(STEPS.load(name).options, steps[name])) for name in ORDER),
        model=Choice(name=ZOO, options=_full(MODELS.load(ZOO).options, model)),
    )


def _full(options: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Every option with its value."""
    return dict(parse_options(options, values, "pretrained").model_dump(mode="json"))


def _check(model: dict[str, Any], origin: Origin) -> None:
    """Raise where the network cannot be built, as it is too large."""
    with torch.device("meta"):
        build_model(ZOO, origin.input_shape, len(origin.classes), **model)


def networks() -> list[dict[str, Any]]:
    """What `pretrained` knows: `network`, `parameters`, `bytes` to fetch, `accuracy` on ImageNet as torchvision states
    it (0..1, top-1), and `here`: whether the weights are in the data folder. Those that are offered first come first.
    """
    order = [*OFFERED, *(name for name in names() if name not in OFFERED)]
    return [_row(published(name)) for name in order]


def _row(about: Published) -> dict[str, Any]:
    return {
        "network": about.network,
        "parameters": about.parameters,
        "bytes": about.size,
        "accuracy": about.accuracy,
        "here": at_hand(about) is not None,
    }
