"""Taught briefly on a long tail a network misses the rare classes; weighing the classes in the loss finds them.

The same small network is taught the same pictures, with 500 of the most frequent class down to 5 of the rarest, and
each time repaired another way: class weights, oversampling, both at once, undersampling, focal loss with and without
weights, and nothing but the prior taken out of the logits afterwards. Focal loss by itself balances nothing; weights
and oversampling together correct twice. All this holds for a short training, here some 80 small steps: the longer the
network looks at its few rare pictures, the better it knows them without any remedy. The test pictures are about as many
of each class. Cui and others, 2019; Lin and others, 2017.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from cnn_core.base.options import Entry, Options, hints
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench
    from cnn_core.runs.loaded import Run

WEIGHTED = {"class_weights": "balanced"}
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "none": ("nothing", {}),
    "weights": ("class weights", {"loss": {"name": "cross_entropy", "options": WEIGHTED}}),
    "oversampling": ("oversampling", {"sampler": "oversample"}),
    "both": (
        "weights and oversampling",
        {"loss": {"name": "cross_entropy", "options": WEIGHTED}, "sampler": "oversample"},
    ),
    "undersampling": ("undersampling", {"sampler": "undersample"}),
    "focal": ("focal loss", {"loss": "focal"}),
    "focal_weights": ("focal loss and weights", {"loss": {"name": "focal", "options": WEIGHTED}}),
}
PRIOR = "prior_shift"
NAMES = {**{name: words for name, (words, _) in CASES.items()}, PRIOR: "the prior taken out afterwards"}
KINDS = {
    "minority_recall": "Mean recall of the rare classes",
    "majority_recall": "Mean recall of the most frequent classes",
    "macro_f1": "Mean F1 of the classes",
    "calibration_error": "Expected calibration error",
}
GAIN = 0.3


class ImbalanceRemediesOptions(Options):
    data: Literal["mnist", "fashion_mnist", "digits"] = Field(
        "mnist", title="Data set", description="Digits have too few pictures for the usual tail: choose 300 of them."
    )
    shape: Literal["long_tail", "minority"] = Field(
        "long_tail", title="Imbalance", description="Each class rarer than the one before, or only the last one rare."
    )
    ratio: float = Field(
        100.0, ge=1, le=1000, title="Ratio", description="Of the most frequent class for each one of the rarest."
    )
    pictures: int = Field(
        1240, ge=100, le=20_000, title="Training pictures", description="1,240 of ten classes at 100:1 are 500 to 5."
    )
    epochs: int = Field(4, ge=1, le=60, title="Epochs", description="With many more, every remedy matters less.")
    width: int = Field(
        16,
        ge=1,
        le=64,
        title="Width",
        description="Filters of the first of two convolutions.",
        json_schema_extra=hints(advanced=True),
    )


def measure(options: ImbalanceRemediesOptions, seed: int, bench: Bench) -> Reading:
    """Every remedy on the same pictures, by the test pictures."""
    from cnn_core.labs.uneven import figures, settings, uneven

    data, rare = uneven(options.data, options.shape, options.pictures, options.ratio), _rare(options)
    found = {}
    for name, (words, train) in CASES.items():
        run = bench.train(words, settings(data, options.epochs, options.width, **train))
        answers = run.predictions("test")
        found[name] = figures(answers.logits, answers.targets, rare)
        if name == "none":
            shifted = (answers.logits - np.log(_prior(run))).astype(np.float32)
            found[PRIOR] = figures(shifted, answers.targets, rare)
    numbers = {f"{kind}_{name}": found[name][kind] for kind in KINDS for name in NAMES}
    curves = {
        words: [(float(place), found[name][kind]) for place, name in enumerate(NAMES)]
        for kind, words in (("minority_recall", "rare classes"), ("majority_recall", "frequent classes"))
    }
    return Reading(numbers, curves)


def _rare(options: ImbalanceRemediesOptions) -> int:
    return 3 if options.shape == "long_tail" else 1


def _prior(run: Run) -> np.ndarray:
    """The share of each class among the training pictures."""
    counts = np.bincount(run.data().splits["train"].targets, minlength=len(run.classes))
    shares: np.ndarray = np.maximum(1, counts) / counts.sum()
    return shares


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    none, weights, focal = (numbers[f"minority_recall_{name}"] for name in ("none", "weights", "focal"))
    said = (
        f"the rare classes are found {none:.0%} of the time, {weights:.0%} with class weights and {focal:.0%} with "
        f"focal loss alone; the frequent ones {numbers['majority_recall_none']:.0%}, "
        f"{numbers['majority_recall_weights']:.0%} with weights and {numbers['majority_recall_both']:.0%} with weights "
        "and oversampling at once"
    )
    if weights - none >= GAIN:
        return "confirmed", f"Weights bring back {100 * (weights - none):.0f} points of recall: {said}."
    if weights > none:
        return "not at this scale", f"Weights help, but by less than {100 * GAIN:.0f} points: {said}."
    return "refuted", f"Weights do not help: {said}."


ENTRY: Entry[Lab] = Entry(
    options=ImbalanceRemediesOptions,
    build=Lab(
        title="Remedies for rare classes",
        varies="How the same uneven pictures are taught: as they are, with class weights, oversampled, both, "
        "undersampled, with focal loss, with both of these, or as they are and with the prior taken out afterwards.",
        rule=f"Confirmed when class weights raise the mean recall of the rare classes by at least {100 * GAIN:.0f} "
        "points; refuted when they do not raise it.",
        numbers={f"{kind}_{name}": f"{what}: {NAMES[name]}." for kind, what in KINDS.items() for name in NAMES},
        measure=measure,
        judge=judge,
        next="Train for 30 epochs: the gap narrows, for the few pictures are learned in the end. Or choose 9 : 1 and "
        "one rare class.",
        seconds=30,
        chart=Chart("Who is found", "remedy", "recall", kind="bars", ticks=tuple(NAMES.values())),
    ),
    tiny={"data": "digits", "pictures": 100, "ratio": 10.0, "epochs": 1, "width": 2},
)
