"""Tasks: what a network is to answer. A task decides which networks suit, and which data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.base.errors import Failed, UnknownName
from cnn_core.base.shelf import Shelf
from cnn_core.data.sets import DataFacts, Split
from cnn_core.experiment.settings import TRAIN_SHELVES
from cnn_core.models import MODEL_SHELVES
from cnn_core.optimization.adversarial import SHELF as ADVERSARIAL
from cnn_core.preprocessing.pipeline import Preprocessing


def _one_picture(data: DataFacts) -> str:
    return "it holds films" if data.frames > 1 else ""


def _frames(data: DataFacts) -> str:
    return "" if data.frames > 1 else "it holds pictures, not films"


def _masks(data: DataFacts) -> str:
    return "" if data.masks else "it does not say which pixels belong to what"


def _classes(data: DataFacts) -> tuple[str, ...]:
    return data.classes


def _background_too(data: DataFacts) -> tuple[str, ...]:
    return ("background", *data.classes)


def _real(data: DataFacts) -> tuple[str, ...]:
    return ("real",)


GENERATION = "generation"
# DCGAN's optimizer (Radford and others, 2016), with a larger step that suits a minute
_ADVERSARIAL: dict[str, Any] = {
    "preprocessing": {"scale": {"to": "symmetric"}},
    "train": {
        "epochs": 5,
        "batch_size": 64,
        "lr": 5e-4,
        "optimizer": {"name": "adamw", "options": {"beta1": 0.5, "weight_decay": 0.0}},
        "schedule": {"name": "constant", "options": {}},
        "validations": 4,
    },
}


@dataclass(frozen=True)
class Task:
    """What a network is to answer.

    Attributes:
        title: on a button. about: a sentence. lacks: why a data set cannot be used for it; empty where it can.
        answers: the classes in the order of the logits, of a data set. losses: its shelf of losses. usual: what is
            taken where nothing is said: options by step under `preprocessing`, and of `train`. Its networks:
            `models.MODEL_SHELVES` by `name`.
    """

    name: str
    title: str
    about: str
    lacks: Callable[[DataFacts], str] = _one_picture
    answers: Callable[[DataFacts], tuple[str, ...]] = _classes
    losses: Shelf[Any] = TRAIN_SHELVES["loss"]
    usual: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


TASKS = {
    one.name: one
    for one in (
        Task("classification", "Classify", "What is in the picture: one class for each."),
        Task("segmentation", "Segment", "Which pixels are what: one class for each pixel.", _masks, _background_too),
        Task(
            GENERATION,
            "Draw",
            "Pictures that look like those of the data set, drawn from noise.",
            answers=_real,
            losses=ADVERSARIAL,
            usual=_ADVERSARIAL,
        ),
        Task("sequences", "Films", "What happens in a film: one class for each.", _frames),
    )
}


def targets_of(task: str, split: Split, preprocessing: Preprocessing) -> NDArray[np.int64]:
    """What the network is to answer for a split: a class (N,) each; of segmentation one for each pixel (N, H, W).

    Pixels are labelled as the network gets the pictures; 0 is the background.
    """
    if task != "segmentation":
        return np.asarray(split.targets)
    if split.masks is None:
        raise Failed("The data set does not say which pixels belong to what; choose another one.")
    labels = (split.masks * (split.targets + 1)[:, None, None]).astype(np.uint8)
    return preprocessing.labels(labels).astype(np.int64)


def task_named(name: str) -> Task:
    """A task.

    Raises:
        UnknownName: says what there is.
    """
    if name not in TASKS:
        raise UnknownName(name, "task", list(TASKS))
    return TASKS[name]


def train_shelves(task: str) -> dict[str, Shelf[Any]]:
    """The shelves of optimizers, schedules and losses that a task chooses from."""
    return {**TRAIN_SHELVES, "loss": task_named(task).losses}


def task_of_model(name: str) -> str:
    """The task that a network of this name is for; classification where no shelf knows it."""
    return next((task for task, shelf in MODEL_SHELVES.items() if name in shelf.names()), "classification")
