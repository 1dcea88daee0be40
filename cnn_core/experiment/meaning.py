"""What an experiment means: options validated by their shelves, facts, the data itself, and whether it fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnn_core.augmentation.entries import SHELF as AUGMENTATIONS
from cnn_core.base.options import Facts, parse_options
from cnn_core.base.settings import data_folder
from cnn_core.base.shelf import Shelf
from cnn_core.data import sampling, store
from cnn_core.data.sets import SHELF as DATASETS
from cnn_core.data.sets import DataFacts, DataSet
from cnn_core.experiment.settings import Choice, Experiment, Pretrained, Settings
from cnn_core.experiment.tasks import GENERATION, task_named, train_shelves
from cnn_core.models import MODEL_SHELVES
from cnn_core.preprocessing.pipeline import Preprocessing, output_shape
from cnn_core.preprocessing.steps import SHELF as STEPS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def options_of(shelf: Shelf[Any], choice: Choice) -> Any:
    """The options model of a choice, validated anew."""
    return parse_options(shelf.load(choice.name).options, choice.options, choice.name)


def data_facts(data: Choice) -> DataFacts:
    """Classes, stored shape and split sizes, without reading the data: of the sample, where one is taken."""
    options = options_of(DATASETS, data)
    return sampling.sampled_facts(options, DATASETS.load(data.name).build.facts(options))


def missing(data: Choice) -> str:
    """Why a data set cannot be read from this computer now, in a sentence; empty when it can."""
    return DATASETS.load(data.name).build.missing(options_of(DATASETS, data), data_folder())


def load_data(data: Choice) -> DataSet:
    """The data set itself, from the store.

    Raises:
        Failed: it is missing or damaged; says where, and what to do.
    """
    return store.load(data.name, options_of(DATASETS, data))


def classes_of(settings: Settings) -> tuple[str, ...]:
    """The names of the classes, in the order of the logits, without reading the data."""
    if isinstance(settings, Pretrained):
        return settings.origin.classes
    return task_named(settings.task).answers(data_facts(settings.data))


def step_choices(experiment: Settings) -> list[tuple[str, Any]]:
    """(name, options) of the preprocessing steps, in order."""
    return [(one.name, options_of(STEPS, one)) for one in experiment.preprocessing]


def fit_preprocessing(experiment: Experiment, pictures: NDArray[np.uint8]) -> Preprocessing:
    """The experiment's preprocessing, fitted on training pictures as stored, uint8 (N, H, W, C)."""
    return Preprocessing.fit(step_choices(experiment), pictures, data_facts(experiment.data).frames)


def augmentation_choices(experiment: Experiment) -> list[tuple[str, Any]]:
    """(name, options) of the augmentations, in order."""
    return [(one.name, options_of(AUGMENTATIONS, one)) for one in experiment.augmentation]


def facts(experiment: Settings) -> Facts:
    """What entries ask before they say that they do not fit."""
    if isinstance(experiment, Pretrained):
        return Facts(input_shape=experiment.origin.input_shape, classes=len(experiment.origin.classes))
    data = data_facts(experiment.data)
    return Facts(
        data=experiment.data.name,
        input_shape=output_shape(step_choices(experiment), data.shape, data.frames),
        classes=len(task_named(experiment.task).answers(data)),
        train_pictures=data.splits["train"],
        task=experiment.task,
        frames=data.frames,
    )


def model_options(experiment: Settings) -> dict[str, Any]:
    """What `models.build_model` gets by name: the options of the network and, of films, their length."""
    frames = 1 if isinstance(experiment, Pretrained) else data_facts(experiment.data).frames
    return {**experiment.model.options, **({"frames": frames} if frames > 1 else {})}


def unfit(experiment: Experiment) -> str:
    """Why this experiment cannot be run, in one sentence; empty when it can."""
    if lacks := task_named(experiment.task).lacks(data_facts(experiment.data)):
        return f"data {experiment.data.name} cannot be used for the task {experiment.task}: {lacks}."
    options = options_of(DATASETS, experiment.data)
    whole = DATASETS.load(experiment.data.name).build.facts(options)
    if reason := sampling.unfit(options, whole, experiment.data.name):
        return reason
    known = facts(experiment)
    if experiment.task == GENERATION and experiment.train.patience:
        return (
            f"train.patience is {experiment.train.patience}, but what draws has no validation loss to wait for; "
            "choose 0."
        )
    if experiment.train.batch_size > known.train_pictures:
        return (
            f"train.batch_size is {experiment.train.batch_size}, but {known.data} has {known.train_pictures:,} "
            f"training pictures; choose 1 to {known.train_pictures}."
        )
    chosen: list[tuple[Shelf[Any], Choice]] = [
        (DATASETS, experiment.data),
        *((STEPS, one) for one in experiment.preprocessing),
        *((AUGMENTATIONS, one) for one in experiment.augmentation),
        (MODEL_SHELVES[experiment.task], experiment.model),
        *((shelf, getattr(experiment.train, name)) for name, shelf in train_shelves(experiment.task).items()),
    ]
    for shelf, choice in chosen:
        reason = shelf.load(choice.name).unfit(options_of(shelf, choice), known)
        if reason:
            return reason
    return ""
