"""The network that finds the right digits learns labels that were drawn by lot as well, and then knows nothing.

Memory is no sign of understanding: with every label drawn anew nothing can be learned but the pictures themselves, and
the network does learn them, to nearly all of its training pictures. On others it is at chance. So what keeps the same
network from learning true labels by heart is not its size. A part of the labels wrong is in between: the wrong ones are
learned later, and cost accuracy. Zhang, Bengio, Hardt, Recht and Vinyals, 2017.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

ADAM = {"name": "adamw", "options": {"weight_decay": 0.0}}
CASES = {"true": ("true labels", 0.0), "half": ("half of them by lot", 0.5), "random": ("all labels by lot", 1.0)}
BY_HEART, CHANCE = 0.95, 0.2


class RandomLabelsOptions(Options):
    data: Literal["mnist", "fashion_mnist", "digits"] = Field(
        "mnist", title="Data set", description="Whose pictures get labels by lot."
    )
    pictures: int = Field(300, ge=50, le=5000, title="Training pictures", description="More take longer to learn.")
    epochs: int = Field(15, ge=1, le=200, title="Epochs", description="Until even the lot is known by heart.")
    width: int = Field(24, ge=1, le=64, title="Width", description="Filters of the first of two convolutions.")


def measure(options: RandomLabelsOptions, seed: int, bench: Bench) -> Reading:
    """The three trainings, on as many pictures; what is known at their end, whichever epoch was the best."""
    from cnn_core.runs.live import validations

    numbers, curves = {}, {}
    for name, (words, noise) in CASES.items():
        rows = validations(bench.train(words, _settings(options, noise, seed)).folder)
        numbers[f"train_accuracy_{name}"] = float(rows[-1]["train_accuracy"])
        numbers[f"val_accuracy_{name}"] = float(rows[-1]["val_accuracy"])
        curves[words] = [(float(row["epoch"]), float(row["train_accuracy"])) for row in rows]
    return Reading(numbers, curves)


def _settings(options: RandomLabelsOptions, noise: float, seed: int) -> dict[str, Any]:
    sample = {"train_pictures": options.pictures, "label_noise": noise, "sample_seed": seed}
    fewer = {} if options.data == "digits" else {"val_pictures": 500}
    return {
        "data": {"name": options.data, "options": {**sample, **fewer}},
        "model": {"name": "small_cnn", "options": {"depth": 2, "width": options.width}},
        "train": {"epochs": options.epochs, "batch_size": 25, "lr": 2e-3, "optimizer": ADAM},
    }


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    learned, known = numbers["train_accuracy_random"], numbers["val_accuracy_random"]
    said = (
        f"labels by lot: {learned:.1%} of the training pictures, {known:.1%} of others; true labels: "
        f"{numbers['train_accuracy_true']:.1%} and {numbers['val_accuracy_true']:.1%}; half by lot: "
        f"{numbers['train_accuracy_half']:.1%} and {numbers['val_accuracy_half']:.1%}"
    )
    if known >= CHANCE:
        return "refuted", f"Something was learned where nothing can be learned: {said}."
    if learned >= BY_HEART:
        return "confirmed", f"The lot was learned by heart: {said}."
    return "not at this scale", f"The lot was not learned by heart in this time: {said}."


ENTRY: Entry[Lab] = Entry(
    options=RandomLabelsOptions,
    build=Lab(
        title="Random labels",
        varies="How many of the training labels are drawn by lot: none, half of them, all.",
        rule=f"Confirmed when at least {BY_HEART:.0%} of the training pictures with labels by lot are answered as they "
        f"were taught, and less than {CHANCE:.0%} of the validation pictures; refuted when more of these are right.",
        numbers={
            **{
                f"train_accuracy_{name}": f"Accuracy in the last epoch of training: {CASES[name][0]}." for name in CASES
            },
            **{f"val_accuracy_{name}": f"Accuracy on validation pictures: {CASES[name][0]}." for name in CASES},
        },
        measure=measure,
        judge=judge,
        next="Give it 2,000 pictures: the lot takes many more epochs, true labels do not.",
        seconds=26,
        chart=Chart("Training pictures answered as they were taught", "epoch", "accuracy"),
    ),
    tiny={"data": "digits", "pictures": 60, "epochs": 1, "width": 2},
)
