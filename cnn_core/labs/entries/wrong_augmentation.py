"""Mirrored or turned round, a digit is another sign: taught so, a network takes 2, 5, 6 and 9 for something else.

An augmentation must keep what a picture means. A half turn makes a 9 of a 6 and leaves its label, so the network is
taught that the same shape is both; a mirror does it to 2 and 5, less exactly. What looks the same afterwards, 0, 1 and
8, should not suffer. The same network is taught the same digits three times: as they are, half of them mirrored, half
of them turned round; what counts is the recall on the digits as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnn_core.labs.bench import Bench

CASES: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "none": ("as they are", []),
    "mirror": ("half of them mirrored", [{"name": "flip", "options": {"horizontal": 0.5}}]),
    "turn": ("half of them turned round", [{"name": "rotate", "options": {"degrees": 0, "half_turn": 0.5}}]),
}
SIGNS, SAME = (2, 5, 6, 9), (0, 1, 8)  # what becomes another sign, and what stays the same
LOST = 0.01
SHOWN = 4  # pictures of each sign


class WrongAugmentationOptions(Options):
    data: Literal["mnist", "digits"] = Field("mnist", title="Data set", description="Of handwritten digits.")
    pictures: int = Field(
        3000, ge=100, le=50_000, title="Training pictures", description="Drawn class by class; digits has 1,257."
    )
    epochs: int = Field(4, ge=1, le=40, title="Epochs", description="Of each of the three trainings.")
    width: int = Field(16, ge=1, le=64, title="Width", description="Filters of the first of two convolutions.")


def measure(options: WrongAugmentationOptions, seed: int, bench: Bench) -> Reading:
    """The three trainings; the recall of every digit among the test pictures."""
    from cnn_core.labs.uneven import recalls_of

    recalls = {}
    for name, (words, augmentation) in CASES.items():
        answers = bench.train(words, _settings(options, augmentation)).predictions("test")
        recalls[name] = recalls_of(answers.logits, answers.targets)
    numbers = {f"recall_{digit}_{name}": found[digit] for name, found in recalls.items() for digit in SIGNS}
    for group, digits in (("signs", SIGNS), ("same", SAME)):
        means = {name: float(np.mean([found[digit] for digit in digits])) for name, found in recalls.items()}
        numbers |= {f"recall_{group}_{name}": value for name, value in means.items()}
    curves = {CASES[name][0]: list(enumerate(found)) for name, found in recalls.items()}
    return Reading(
        numbers, {name: [(float(x), y) for x, y in points] for name, points in curves.items()}, _taught(options, seed)
    )


def _data(options: WrongAugmentationOptions) -> dict[str, Any]:
    if options.data == "digits":
        return {"train_pictures": min(options.pictures, 1257)}
    return {"train_pictures": options.pictures, "val_pictures": 500}


def _settings(options: WrongAugmentationOptions, augmentation: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "data": {"name": options.data, "options": _data(options)},
        "augmentation": augmentation,
        "model": {"name": "small_cnn", "options": {"depth": 2, "width": options.width}},
        "train": {"epochs": options.epochs, "batch_size": 64},
    }


def _taught(options: WrongAugmentationOptions, seed: int) -> dict[str, NDArray[np.uint8]]:
    """The signs as the network is taught them, in the first epoch."""
    import torch

    from cnn_core.augmentation.apply import Augmenter
    from cnn_core.experiment import augmentation_choices, resolve
    from cnn_core.labs.asking import split_of

    train = split_of(options.data, "train", **_data(options))
    at = np.concatenate([np.flatnonzero(train.targets == digit)[:SHOWN] for digit in SIGNS])
    shown = {}
    for name in ("mirror", "turn"):
        words, augmentation = CASES[name]
        augmenter = Augmenter(augmentation_choices(resolve(_settings(options, augmentation))), len(train.targets), seed)
        augmenter.epoch(0)
        pictures = augmenter.batch(torch.tensor(train.pictures[at]), torch.tensor(at))
        shown[f"Taught as 2, 5, 6 and 9, {SHOWN} of each: {words}"] = pictures.numpy()
    return shown


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    lost = {name: numbers["recall_signs_none"] - numbers[f"recall_signs_{name}"] for name in ("mirror", "turn")}
    same = {name: numbers["recall_same_none"] - numbers[f"recall_same_{name}"] for name in ("mirror", "turn")}
    said = (
        f"2, 5, 6 and 9 lose {100 * lost['mirror']:.1f} points of recall when mirrored and {100 * lost['turn']:.1f} "
        f"when turned round; 0, 1 and 8 {100 * same['mirror']:.1f} and {100 * same['turn']:.1f}"
    )
    if min(lost.values()) >= LOST:
        return "confirmed", f"Both teach something false: {said}."
    if max(lost.values()) <= 0:
        return "refuted", f"Neither does harm here: {said}."
    return "not at this scale", f"Only one of them does clear harm: {said}."


ENTRY: Entry[Lab] = Entry(
    options=WrongAugmentationOptions,
    build=Lab(
        title="A wrong augmentation",
        varies="How digits are taught: as they are, half of them mirrored, half of them turned round.",
        rule=f"Confirmed when the mean recall of 2, 5, 6 and 9 falls by at least {100 * LOST:.0f} point under each of "
        "the two; refuted when it falls under neither.",
        numbers={
            **{f"recall_{digit}_{name}": f"Recall of {digit}: {CASES[name][0]}." for name in CASES for digit in SIGNS},
            **{f"recall_signs_{name}": f"Mean recall of 2, 5, 6 and 9: {CASES[name][0]}." for name in CASES},
            **{f"recall_same_{name}": f"Mean recall of 0, 1 and 8: {CASES[name][0]}." for name in CASES},
        },
        measure=measure,
        judge=judge,
        next="Open the run that was turned round on Evaluate: the matrix shows which digits it mixes up.",
        seconds=23,
        chart=Chart(
            "Recall of each digit", "digit", "recall", kind="bars", ticks=tuple(str(digit) for digit in range(10))
        ),
    ),
    tiny={"data": "digits", "pictures": 200, "epochs": 1, "width": 2},
)
