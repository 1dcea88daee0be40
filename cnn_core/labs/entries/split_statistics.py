"""Mean and deviation of all pictures instead of the training ones change next to nothing; those of shifted ones do.

A network is trained with the mean and deviation of its training pictures, then asked with others: those of all
splits together (the leak that is warned of most), and those of pictures from another camera, flatter and brighter. Such
shifted pictures are also asked about, with the training pictures' numbers and with their own. The network is asked with
other numbers, not trained with them, which is the harder trial. Kapoor and Narayanan, 2023, on leaks of preprocessing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from cnn_core.base.options import Entry, Options, hints
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnn_core.labs.bench import Bench
    from cnn_core.runs.loaded import Run

SMALL, LARGE = 0.005, 0.05
ASKED = {
    "train": "of the training pictures",
    "all": "of all splits",
    "wrong": "of shifted pictures",
    "shifted_train": "shifted pictures, numbers of the training pictures",
    "shifted_own": "shifted pictures, their own numbers",
}


class SplitStatisticsOptions(Options):
    data: Literal["mnist", "fashion_mnist", "digits", "shapes"] = Field(
        "mnist", title="Data set", description="Whose numbers are taken."
    )
    train: int = Field(2_000, ge=100, le=20_000, title="Training pictures", description="Of the one training.")
    contrast: float = Field(
        0.4,
        ge=0.1,
        le=1,
        title="Contrast",
        description="Of the shifted pictures: what a pixel is multiplied with.",
        json_schema_extra=hints(step=0.05),
    )
    brightness: int = Field(80, ge=0, le=150, title="Brightness", description="What is then added, of 255.")
    epochs: int = Field(4, ge=1, le=30, title="Epochs", description="Of the one training.")
    width: int = Field(8, ge=1, le=64, title="Width", description="Filters of the first of three convolutions.")


def measure(options: SplitStatisticsOptions, seed: int, bench: Bench) -> Reading:
    """Accuracy of one network with each mean and deviation."""
    from cnn_core.labs.asking import model

    some = {"train_pictures": options.train, "val_pictures": 100 if options.data == "digits" else 500}
    run = bench.train(
        f"{options.train:,} pictures",
        {
            "data": {"name": options.data, "options": {**some, "sample_seed": seed}},
            "model": model("small_cnn", width=options.width),
            "train": {"epochs": options.epochs},
        },
    )
    splits = run.data().splits
    test = splits["test"]
    moved = shifted(test.pictures, options)
    bench.say("asking with other numbers")
    whole = np.concatenate([split.pictures for split in splits.values()])
    found = {
        "train": _accuracy(run, test.pictures, test.targets, splits["train"].pictures),
        "all": _accuracy(run, test.pictures, test.targets, whole),
        "wrong": _accuracy(run, test.pictures, test.targets, moved),
        "shifted_train": _accuracy(run, moved, test.targets, splits["train"].pictures),
        "shifted_own": _accuracy(run, moved, test.targets, moved),
    }
    numbers = {
        **{f"accuracy_{name}": value for name, value in found.items()},
        "change_all": abs(found["all"] - found["train"]),
        "change_wrong": found["train"] - found["wrong"],
    }
    shown = {"test pictures": test.pictures[:16], "the same, shifted": moved[:16]}
    bars = [(float(place), value) for place, value in enumerate(found.values())]
    return Reading(numbers, {"accuracy": bars}, shown)


def shifted(pictures: NDArray[np.uint8], options: SplitStatisticsOptions) -> NDArray[np.uint8]:
    """The same pictures, flatter and brighter."""
    return np.clip(np.rint(pictures * options.contrast + options.brightness), 0, 255).astype(np.uint8)


def _accuracy(run: Run, pictures: NDArray[np.uint8], targets: NDArray[np.int64], whose: NDArray[np.uint8]) -> float:
    """The share that the run's network gets right with the mean and deviation of `whose` pictures."""
    from cnn_core.network import Network
    from cnn_core.preprocessing.pipeline import Preprocessing

    choices = [(step.name, step.options) for step in run.preprocessing.steps]
    other = Network(run.model(), Preprocessing.fit(choices, whose), run.classes)
    return float((other.predict(pictures).argmax(1) == targets).mean())


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    small, large = numbers["change_all"], numbers["change_wrong"]
    said = (
        f"with those of all splits {100 * small:.2f} points of {numbers['accuracy_train']:.1%} change, with those "
        f"of shifted ones {100 * large:.1f} are lost; of shifted pictures {numbers['accuracy_shifted_train']:.1%} "
        f"are right with the training pictures' numbers and {numbers['accuracy_shifted_own']:.1%} with their own"
    )
    if small < SMALL and large > LARGE:
        return "confirmed", f"Whose numbers they are matters only where the pictures differ; {said}."
    if small >= SMALL:
        return "refuted", f"The numbers of all splits do change something; {said}."
    return "not at this scale", f"Neither changes much; {said}."


ENTRY: Entry[Lab] = Entry(
    options=SplitStatisticsOptions,
    build=Lab(
        title="Whose mean and deviation",
        varies="The pictures whose mean and deviation a trained network is asked with: the training split, all splits, "
        "pictures of another camera; and the pictures it is asked about.",
        rule=f"Confirmed when the numbers of all splits change the accuracy by less than {100 * SMALL:g} points and "
        f"those of shifted pictures cost more than {100 * LARGE:.0f}; refuted when those of all splits change more.",
        numbers={
            **{f"accuracy_{name}": f"Test accuracy: mean and deviation {ASKED[name]}." for name in list(ASKED)[:3]},
            **{f"accuracy_{name}": f"Accuracy: {ASKED[name]}." for name in list(ASKED)[3:]},
            "change_all": "Change of accuracy from the training pictures' numbers to those of all splits.",
            "change_wrong": "Accuracy lost with the numbers of shifted pictures.",
        },
        measure=measure,
        judge=judge,
        next="Fit on the training split all the same: it costs nothing, and what is small here need not be small with "
        "few pictures or with a preprocessing that learns more than two numbers.",
        seconds=14,
        chart=Chart("Accuracy by mean and deviation", "", "accuracy", kind="bars", ticks=tuple(ASKED.values())),
    ),
    tiny={"data": "digits", "train": 100, "epochs": 1, "width": 1},
)
