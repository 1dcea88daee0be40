"""The one way to an experiment: a draft is resolved by the shelves, given its defaults, and checked as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cnn_core.augmentation.entries import SHELF as AUGMENTATIONS
from cnn_core.base.errors import UserError
from cnn_core.base.options import parse_options
from cnn_core.base.shelf import Shelf
from cnn_core.data.sets import SHELF as DATASETS
from cnn_core.experiment.draft import draft_of
from cnn_core.experiment.meaning import data_facts, unfit
from cnn_core.experiment.settings import TRAIN_SHELVES, Choice, Experiment, TrainSettings
from cnn_core.experiment.tasks import Task, task_named, task_of_model, train_shelves
from cnn_core.models import MODEL_SHELVES
from cnn_core.preprocessing.steps import SHELF as STEPS

SMALL_SET = 5_000  # training pictures up to which small batches suit better


def resolve(raw: Mapping[str, Any], sets: Sequence[str] = ()) -> Experiment:
    """An experiment with every value resolved, checked as a whole.

    Args:
        raw: nested settings as in experiment.json; what is left out gets its default. `data` and `model` need a name.
            A task that is left out is that of the network.
        sets: `section.field=value` as on the command line, applied over `raw`.

    Raises:
        UserError: the first thing that is wrong, by name.
    """
    experiment = _resolve(draft_of(raw, sets))
    reason = unfit(experiment)
    if reason:
        raise UserError(reason)
    return experiment


def _resolve(draft: dict[str, Any]) -> Experiment:
    task = task_named(draft["task"] or task_of_model(draft["model"]["name"]))
    models, usual = MODEL_SHELVES[task.name], task.usual.get("preprocessing", {})
    for section, shelf in (("data", DATASETS), ("model", models)):
        if not draft[section]["name"]:
            raise UserError(f"{section} is missing: choose one of {', '.join(shelf.names())}.")
    data = _resolved(DATASETS, draft["data"], "data")
    train = {**train_defaults(data_facts(data).splits["train"], task.name), **draft["train"]}
    for name, shelf in train_shelves(task.name).items():
        train[name] = _resolved(shelf, _usual(task, name, shelf, train[name]), f"train.{name}")
    return Experiment(
        task=task.name,
        data=data,
        preprocessing=tuple(
            _resolved(
                STEPS,
                {**one, "options": {**usual.get(one["name"], {}), **one["options"]}},
                f"preprocessing.{one['name']}",
            )
            for one in draft["preprocessing"]
        ),
        augmentation=tuple(
            _resolved(AUGMENTATIONS, one, f"augmentation.{one['name']}") for one in draft["augmentation"]
        ),
        model=_resolved(models, draft["model"], "model"),
        train=_train(train),
    )


def _usual(task: Task, name: str, shelf: Shelf[Any], choice: Mapping[str, Any]) -> Mapping[str, Any]:
    """A choice as it was said; where it names no entry, that which the task usually takes, with the options given."""
    if choice["name"]:
        return choice
    usual = task.usual.get("train", {}).get(name, {"name": shelf.first[0], "options": {}})
    return {"name": usual["name"], "options": {**usual["options"], **choice["options"]}}


def _resolved(shelf: Shelf[Any], choice: Mapping[str, Any], where: str) -> Choice:
    name = shelf.known(choice["name"])
    options = parse_options(shelf.load(name).options, choice["options"], where)
    return Choice(name=name, options=options.model_dump(mode="json"))


def _train(values: Mapping[str, Any]) -> TrainSettings:
    choices = {name: values[name] for name in TRAIN_SHELVES}
    plain = {name: value for name, value in values.items() if name not in TRAIN_SHELVES}
    return parse_options(TrainSettings, {**plain, **choices}, "train")


def train_defaults(train_pictures: int, task: str = "classification") -> dict[str, Any]:
    """What suits a data set of this size: epochs, batch size, learning rate (for AdamW with one-cycle), or a task."""
    if usual := task_named(task).usual.get("train"):
        return dict(usual)
    if train_pictures <= SMALL_SET:
        return {"epochs": 10, "batch_size": 32, "lr": 5e-3}
    return {"epochs": 5, "batch_size": 128, "lr": 5e-3}
