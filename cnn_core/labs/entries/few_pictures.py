"""With ten pictures of each class a convolutional network is right more often than a dense one.

Sharing weights over all places is knowledge that need not be learnt from examples. Both networks are trained on 10, 30
and 100 pictures of each class for equally many steps; the fewer there are, the more it should matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench
    from cnn_core.runs.loaded import Run

NETWORKS = {"mlp": "dense network", "cnn": "convolutional network"}
EACH, BATCH, CLASSES = (10, 30, 100), 20, 10
MARGIN = 0.03


class FewPicturesOptions(Options):
    data: Literal["mnist", "fashion_mnist", "digits"] = Field(
        "mnist", title="Data set", description="Ten classes, of which a few pictures are taken."
    )
    steps: int = Field(400, ge=5, le=5_000, title="Steps", description="Of each training, at least.")
    width: int = Field(8, ge=1, le=64, title="Width", description="Filters of the first of three convolutions.")


def measure(options: FewPicturesOptions, seed: int, bench: Bench) -> Reading:
    """Six trainings; accuracy on all test pictures."""
    numbers: dict[str, float] = {}
    curves: dict[str, list[tuple[float, float]]] = {}
    shown = {}
    for each in EACH:
        for network, words in NETWORKS.items():
            run = _trained(options, network, each, f"{words}, {each} a class", seed, bench)
            numbers[f"{network}_{each}"] = float(str(run.folder.record()["test_accuracy"]))
            curves.setdefault(words, []).append((float(each), numbers[f"{network}_{each}"]))
            if each == EACH[0]:
                shown = {"all that was learnt from, with ten a class": run.data().splits["train"].pictures[:100]}
        numbers[f"gain_{each}"] = numbers[f"cnn_{each}"] - numbers[f"mlp_{each}"]
    return Reading(numbers, curves, shown)


def _trained(options: FewPicturesOptions, network: str, each: int, name: str, seed: int, bench: Bench) -> Run:
    from cnn_core.labs.asking import model

    pictures = each * CLASSES
    models: dict[str, Any] = {"mlp": model("mlp"), "cnn": model("small_cnn", width=options.width)}
    return bench.train(
        name,
        {
            "data": {
                "name": options.data,
                "options": {"train_pictures": pictures, "val_pictures": 100, "sample_seed": seed},
            },
            "model": models[network],
            "train": {"epochs": -(-options.steps * BATCH // pictures), "batch_size": BATCH, "lr": 2e-3},
        },
    )


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    gain = numbers["gain_10"]
    said = "; ".join(
        f"{each}: dense {numbers[f'mlp_{each}']:.1%}, convolutional {numbers[f'cnn_{each}']:.1%}" for each in EACH
    )
    if gain >= MARGIN:
        return "confirmed", f"With ten a class convolution is worth {100 * gain:.1f} points; {said}."
    if gain <= 0:
        return "refuted", f"With ten a class convolution is worth nothing; {said}."
    return "not at this scale", f"With ten a class convolution is worth {100 * gain:.1f} points only; {said}."


ENTRY: Entry[Lab] = Entry(
    options=FewPicturesOptions,
    build=Lab(
        title="Few pictures",
        varies="The network, dense or convolutional, and the training pictures: 10, 30 and 100 of each class.",
        rule=f"Confirmed when with ten pictures a class the convolutional network is right at least "
        f"{100 * MARGIN:.0f} points more often; refuted when it is not right more often.",
        numbers={
            **{
                f"{network}_{each}": f"Test accuracy with {each} pictures a class: {words}."
                for network, words in NETWORKS.items()
                for each in EACH
            },
            **{f"gain_{each}": f"What convolution is worth with {each} pictures a class." for each in EACH},
        },
        measure=measure,
        judge=judge,
        next="Add Shift as augmentation on Train: each picture then stands for many.",
        seconds=45,
        chart=Chart("Accuracy by number of pictures", "training pictures a class", "accuracy"),
    ),
    tiny={"data": "digits", "steps": 5, "width": 1},
)
