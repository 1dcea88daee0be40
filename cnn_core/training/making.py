"""From settings to a trainer that can begin: network, optimizer, schedule, loss, and pictures on the device."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor, nn

from cnn_core.augmentation.apply import Augmenter
from cnn_core.data.sets import DataSet
from cnn_core.experiment import (
    GENERATION,
    Experiment,
    augmentation_choices,
    classes_of,
    options_of,
    targets_of,
    train_shelves,
)
from cnn_core.preprocessing.pipeline import Preprocessing
from cnn_core.runs.loaded import build
from cnn_core.runs.run import steps_per_epoch
from cnn_core.training.adversarial import AdversarialTrainer
from cnn_core.training.engine import Reporter, Trainer
from cnn_core.training.feed import Feed
from cnn_core.training.scoring import score_of

if TYPE_CHECKING:
    from cnn_core.models.generators import Pair


def _channels_last(model: nn.Module) -> nn.Module:
    """A network whose kernels over rows and columns lie in memory as the pictures do; those over time stay."""
    for part in model.parameters():
        if part.ndim == 4:
            part.data = part.data.to(memory_format=torch.channels_last)
    return model


def make_trainer(
    experiment: Experiment, data: DataSet, preprocessing: Preprocessing, means: dict[str, Any], reporter: Reporter
) -> Trainer:
    """A trainer at its beginning, with the first weights that the seed decides.

    Args:
        means: `device` and `precision`, as `precision.computing` says them.
    """
    train, device = experiment.train, means["device"]
    torch.manual_seed(train.seed)
    model = _channels_last(build(experiment).to(device))
    shelves = train_shelves(experiment.task)
    optimizer, schedule, loss, sampler = (
        (shelves[name].load(choice.name).build, options_of(shelves[name], choice))
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
    parts: dict[str, Any] = {
        "model": model,
        "factor": partial(schedule[0], schedule[1]),
        "feed": feed,
        "validation": (
            torch.tensor(preprocessing.pictures(validation.pictures), device=device),
            torch.tensor(targets_of(experiment.task, validation, preprocessing), device=device),
        ),
        "reporter": reporter,
        "lr": train.lr,
        "epochs": train.epochs,
        "steps_per_epoch": steps_per_epoch(pictures, train.batch_size),
        "validations": train.validations,
        "patience": train.patience,
        "device": device,
        "precision": means["precision"],
        "score": score_of(experiment.task),
    }
    make = partial(optimizer[0], optimizer[1], lr=train.lr)
    if experiment.task != GENERATION:
        counted = partial(loss[0], loss[1], counts=feed.counts(len(classes_of(experiment))))
        return Trainer(**parts, optimizer=make(model.parameters()), loss=counted, mixup=train.mixup, l1=train.l1)
    pair = cast("Pair", model)
    return AdversarialTrainer(
        **parts,
        optimizer=make(pair.generator.parameters()),
        critic=make(pair.discriminator.parameters()),
        loss=_no_loss,
        game=loss[0],
        options=loss[1],
        seed=train.seed,
    )


def _no_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """The loss of a trainer that has two of its own."""
    raise NotImplementedError
