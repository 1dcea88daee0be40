"""What is allowed but seldom wise, in sentences for whoever sets it up; nothing is refused for it."""

from __future__ import annotations

from cnn_core.experiment.meaning import options_of
from cnn_core.experiment.settings import TRAIN_SHELVES, Experiment
from cnn_core.optimization.losses import SHELF as LOSSES
from cnn_core.optimization.samplers import BALANCED

SIGNS = ("digits", "mnist")  # data sets of signs, which mean something else mirrored or turned
TURNS = {"flip": ("horizontal", "vertical"), "rotate": ("half_turn",)}


def advice(experiment: Experiment) -> list[str]:
    """A sentence for each thing that should be thought over; empty where there is none."""
    return [said for said in (_twice_balanced(experiment), _turned_signs(experiment)) if said]


def _twice_balanced(experiment: Experiment) -> str:
    train = experiment.train
    if train.sampler.name not in BALANCED or train.loss.name not in LOSSES.names():
        return ""
    weights = getattr(options_of(TRAIN_SHELVES["loss"], train.loss), "class_weights", "none")
    if weights == "none":
        return ""
    return (
        f"{weights.capitalize()} class weights and the sampler {train.sampler.name} do the same job: together they "
        "correct twice, and a class nine times rarer counts 81 times as much. One of them is enough."
    )


def _turned_signs(experiment: Experiment) -> str:
    chosen = {one.name: one.options for one in experiment.augmentation if one.name in TURNS}
    wrong = [name for name, options in chosen.items() if any(options.get(one, 0) > 0 for one in TURNS[name])]
    if not wrong or experiment.data.name not in SIGNS:
        return ""
    return (
        f"The augmentation {' and '.join(wrong)} makes other signs of these: a 6 turned round is a 9, and a mirrored 2 "
        "is no digit. Their labels stay, so the network is taught something false."
    )
