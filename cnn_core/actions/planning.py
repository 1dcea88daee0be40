"""Verbs before training: what an experiment means, what its pictures become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cnn_core.augmentation.apply import Augmenter
from cnn_core.experiment import (
    GENERATION,
    TRAIN_SHELVES,
    Choice,
    Experiment,
    augmentation_choices,
    classes_of,
    data_facts,
    facts,
    load_data,
    model_options,
    options_of,
)
from cnn_core.experiment.tasks import task_of_model
from cnn_core.models import build_model
from cnn_core.models.anatomy import anatomy as anatomy_of
from cnn_core.preprocessing.pipeline import Preprocessing
from cnn_core.preprocessing.steps import SHELF as STEPS
from cnn_core.runs.run import steps_per_epoch
from cnn_core.training.timing import time_epoch

CURVE_POINTS = 200
PREVIEW_SAMPLE = 4096  # training pictures that a preview's statistics are taken from


@dataclass(frozen=True)
class Plan:
    """What an experiment will be. anatomy: see `models.anatomy`. lr: points (epoch, learning rate)."""

    anatomy: dict[str, Any]
    input_shape: tuple[int, int, int]
    classes: tuple[str, ...]
    steps_per_epoch: int
    lr: list[tuple[float, float]]


def plan(experiment: Experiment) -> Plan:
    """Look ahead; needs no data on disk."""
    known = facts(experiment)
    train = experiment.train
    steps = steps_per_epoch(known.train_pictures, train.batch_size)
    schedule = TRAIN_SHELVES["schedule"].load(train.schedule.name)
    options = options_of(TRAIN_SHELVES["schedule"], train.schedule)
    total = steps * train.epochs
    at = np.unique(np.linspace(0, total - 1, min(CURVE_POINTS, total)).round().astype(int)).tolist()
    return Plan(
        anatomy=anatomy(experiment.model.name, known.input_shape, known.classes, model_options(experiment)),
        input_shape=known.input_shape,
        classes=classes_of(experiment),
        steps_per_epoch=steps,
        lr=[(step / steps, train.lr * schedule.build(options, step, total)) for step in at],
    )


def anatomy(
    model: str, input_shape: tuple[int, int, int], classes: int, options: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A network layer by layer, from its shape alone: no weights are made."""
    with torch.device("meta"):
        built = build_model(model, input_shape, classes, **(options or {}))
    found = _pair_anatomy(built, input_shape) if task_of_model(model) == GENERATION else anatomy_of(built, input_shape)
    return {"model": model, "input_shape": list(input_shape), "classes": classes, **found}


def _pair_anatomy(pair: Any, input_shape: tuple[int, int, int]) -> dict[str, Any]:
    """The generator, from its noise, then the discriminator, from a picture; what they cost, together."""
    parts = {
        "generator": anatomy_of(pair.generator, (pair.latent,)),
        "discriminator": anatomy_of(pair.discriminator, input_shape),
    }
    summed = ("parameters", "trainable_parameters", "multiply_adds")
    return {
        **{key: sum(one[key] for one in parts.values()) for key in summed},
        "receptive_field": parts["discriminator"]["receptive_field"],
        "layers": [{**row, "name": f"{part}.{row['name']}"} for part, one in parts.items() for row in one["layers"]],
    }


def estimate(experiment: Experiment) -> dict[str, Any]:
    """Seconds of an epoch, timed in this process; see `training.timing.time_epoch`."""
    return {"label": experiment.label, **time_epoch(experiment)}


@dataclass(frozen=True)
class Preview:
    """A training picture on its way: uint8 (H, W, C), each with its (lowest, highest) value.

    stored: as the data set has it. seen: what the network gets, turned back into a picture. augmented: the same after
    one draw of the augmentations, None without any. The last two ranges are of the numbers that the network gets.
    """

    stored: NDArray[np.uint8]
    seen: NDArray[np.uint8]
    augmented: NDArray[np.uint8] | None
    stored_range: tuple[float, float]
    seen_range: tuple[float, float]
    augmented_range: tuple[float, float] | None
    target: str


def preview(experiment: Experiment, index: int = 0) -> Preview:
    """Training picture `index` (taken modulo their number) before and after preprocessing and augmentation."""
    split = load_data(experiment.data).splits["train"]
    index %= len(split.targets)
    fitted = _fitted(
        experiment.data.model_dump_json(), tuple(one.model_dump_json() for one in experiment.preprocessing)
    )
    stored = split.pictures[index]
    seen = fitted.pictures(stored[None])
    augmented = _augmented(experiment, seen, index, len(split.targets))
    return Preview(
        stored=stored,
        seen=seen[0],
        augmented=None if augmented is None else augmented[0],
        stored_range=(float(stored.min()), float(stored.max())),
        seen_range=fitted.value_range(seen),
        augmented_range=None if augmented is None else fitted.value_range(augmented),
        target=data_facts(experiment.data).classes[int(split.targets[index])],
    )


def _augmented(experiment: Experiment, seen: NDArray[np.uint8], index: int, count: int) -> NDArray[np.uint8] | None:
    choices = augmentation_choices(experiment)
    if not choices:
        return None
    augmenter = Augmenter(choices, count, experiment.train.seed)
    augmenter.epoch(0)
    return augmenter.batch(torch.from_numpy(np.array(seen)), torch.tensor([index])).numpy()


@lru_cache(maxsize=16)
def _fitted(data: str, steps: tuple[str, ...]) -> Preprocessing:
    """Fitted on a sample, so that a form answers at once; a run is fitted on the whole training split."""
    split = load_data(Choice.model_validate_json(data)).splits["train"]
    chosen = [(one.name, options_of(STEPS, one)) for one in map(Choice.model_validate_json, steps)]
    step = max(1, len(split.targets) // PREVIEW_SAMPLE)
    return Preprocessing.fit(chosen, split.pictures[::step], data_facts(Choice.model_validate_json(data)).frames)
