"""From settings to a trainer that can begin: network, optimizer, schedule, loss, and pictures on the device."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch

from cnn_core.augmentation.apply import Augmenter
from cnn_core.data.sets import DataSet
from cnn_core.experiment import TRAIN_SHELVES, Experiment, augmentation_choices, classes_of, options_of, targets_of
from cnn_core.preprocessing.pipeline import Preprocessing
from cnn_core.runs.loaded import build
from cnn_core.runs.run import steps_per_epoch
from cnn_core.training.engine import Reporter, Trainer
from cnn_core.training.feed import Feed
from cnn_core.training.scoring import score_of


def make_trainer(
    experiment: Experiment, data: DataSet, preprocessing: Preprocessing, means: dict[str, Any], reporter: Reporter
) -> Trainer:
    """A trainer at its beginning, with the first weights that the seed decides.

    Args:
        means: `device` and `precision`, as `precision.computing` says them.
    """
    train, device = experiment.train, means["device"]
    torch.manual_seed(train.seed)
    model = build(experiment).to(device).to(memory_format=torch.channels_last)
    optimizer, schedule, loss, sampler = (
        (TRAIN_SHELVES[name].load(choice.name).build, options_of(TRAIN_SHELVES[name], choice))
        for name, choice in ((name, getattr(train, name)) for name in ("optimizer", "schedule", "loss", "sampler"))
    )
    augmentations = augmentation_choices(experiment)
    pictures = len(data.splits["train"].targets)
    augmenter = Augmenter(augmentations, pictures, train.seed) if augmentations else None
    validation = data.splits["val"]
    feed = Feed.of(
        data.splits["train"].pictures,
        targets_of(experiment.task, data.splits["train"], preprocessing),
        preprocessing,
        augmenter,
        train.batch_size,
        train.seed,
        device,
        partial(sampler[0], sampler[1], torch.tensor(data.splits["train"].targets)),
    )
    return Trainer(
        model=model,
        optimizer=optimizer[0](optimizer[1], model.parameters(), train.lr),
        loss=partial(loss[0], loss[1], counts=feed.counts(len(classes_of(experiment)))),
        factor=partial(schedule[0], schedule[1]),
        feed=feed,
        validation=(
            torch.tensor(preprocessing.pictures(validation.pictures), device=device),
            torch.tensor(targets_of(experiment.task, validation, preprocessing), device=device),
        ),
        reporter=reporter,
        lr=train.lr,
        epochs=train.epochs,
        steps_per_epoch=steps_per_epoch(pictures, train.batch_size),
        validations=train.validations,
        patience=train.patience,
        device=device,
        precision=means["precision"],
        score=score_of(experiment.task),
        mixup=train.mixup,
        l1=train.l1,
    )
