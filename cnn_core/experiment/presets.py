"""Whole experiments that are known to work, by name: a beginning for whoever has none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cnn_core.base.errors import UnknownName
from cnn_core.experiment.resolving import resolve
from cnn_core.experiment.settings import Experiment


@dataclass(frozen=True)
class Preset:
    """title: a few words for a button. summary: what comes out, and how long it takes. settings: as `resolve` takes."""

    name: str
    title: str
    summary: str
    settings: Mapping[str, Any]


PRESETS = (
    Preset(
        "demo",
        "Demo",
        "The button on the first page: 1,797 digits, a small network, about 99% right after some seconds.",
        {
            "data": {"name": "digits"},
            # two convolutions: the last map still has 4 x 4 cells; global pooling: its map is the class's evidence
            "model": {"name": "small_cnn", "options": {"depth": 2, "global_pooling": True}},
            "train": {"epochs": 12, "validations": 4},
        },
    ),
    Preset(
        "mnist_in_a_minute",
        "MNIST in a minute",
        "70,000 digits, a small network, two epochs: 99.3% right after about half a minute on two cores.",
        {
            "data": {"name": "mnist"},
            "model": {"name": "small_cnn"},
            "train": {"epochs": 2, "validations": 4},
        },
    ),
    Preset(
        "masks_in_a_minute",
        "Masks in a minute",
        "Which pixels are the figure: U-Net on 3,000 drawn pictures, masks overlap by 98% after about a minute.",
        {
            "data": {"name": "shapes", "options": {"count": 3000}},
            "model": {"name": "unet", "options": {"width": 16}},
            "train": {"epochs": 14, "batch_size": 16, "lr": 1e-2},
        },
    ),
    Preset(
        "digits_from_noise",
        "Digits from noise",
        "A DCGAN draws digits that nobody wrote: ten kinds after half a minute, most of them legible after two epochs.",
        {
            "data": {"name": "mnist", "options": {"val_pictures": 1000}},
            "model": {"name": "dcgan"},
            "train": {"epochs": 2, "validations": 10},
        },
    ),
    Preset(
        "cifar10_resnet20",
        "CIFAR-10 with ResNet-20",
        "The network of He et al., 2015 (section 4.2) with flips and shifts, 30 of its 164 epochs: minutes on a GPU, "
        "hours on a laptop.",
        {
            "data": {"name": "cifar10"},
            "augmentation": [
                {"name": "flip"},
                {"name": "shift", "options": {"pixels": 4}},
            ],
            "model": {"name": "resnet_cifar", "options": {"depth": 20}},
            "train": {
                "epochs": 30,
                "batch_size": 128,
                "lr": 0.1,
                "optimizer": {"name": "sgd", "options": {"momentum": 0.9, "nesterov": False, "weight_decay": 1e-4}},
                "schedule": {"name": "cosine"},
            },
        },
    ),
)


def preset(name: str) -> Experiment:
    """A preset as an experiment.

    Raises:
        UnknownName: says what there is.
    """
    known = {one.name: one for one in PRESETS}
    if name not in known:
        raise UnknownName(name, "preset", list(known))
    return resolve(known[name].settings)


def demo() -> Experiment:
    """The recipe of the button on the first page: digits, a small network, a lively curve."""
    return preset("demo")
