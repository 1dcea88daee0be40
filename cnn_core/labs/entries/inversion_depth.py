"""The deeper the layer, the less of the picture its features hold: found again from them, it is further off.

A picture is looked for whose features at a layer are those of a given one, beginning with noise: once for each
convolution of a network, with equally many steps. What comes out shows what the layer still knows. This is feature
inversion; looking for a picture that excites a channel is another thing. Mahendran and Vedaldi, 2015 (arXiv
1412.0035).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

DEPTH = 4
BLOCK = 4  # modules of a block: convolution, pooling, batch norm, activation


class InversionDepthOptions(Options):
    data: Literal["mnist", "fashion_mnist", "digits"] = Field("mnist", title="Data set", description="What is learnt.")
    train: int = Field(4_000, ge=100, le=50_000, title="Training pictures", description="Of the one training.")
    epochs: int = Field(4, ge=1, le=30, title="Epochs", description="Of the one training.")
    width: int = Field(8, ge=1, le=64, title="Width", description="Filters of the first of four convolutions.")
    pictures: int = Field(8, ge=1, le=32, title="Pictures", description="Test pictures that are looked for.")
    steps: int = Field(250, ge=5, le=2_000, title="Steps", description="Of each search.")


def measure(options: InversionDepthOptions, seed: int, bench: Bench) -> Reading:
    """One training; the same test pictures from the features of each block."""
    from cnn_core.features.inversion import invert
    from cnn_core.labs.asking import model

    some = {"train_pictures": options.train, "val_pictures": 100 if options.data == "digits" else 500}
    run = bench.train(
        f"{options.train:,} pictures",
        {
            "data": {"name": options.data, "options": {**some, "sample_seed": seed}},
            "model": model("small_cnn", width=options.width, depth=DEPTH),
            "train": {"epochs": options.epochs},
        },
    )
    pictures = run.data().splits["test"].pictures[: options.pictures]
    numbers: dict[str, float] = {}
    shown = {"the pictures": run.preprocessing.pictures(pictures)}
    for block in range(1, DEPTH + 1):
        bench.say(f"looking for the pictures from layer {block}")
        layer = f"features.{_ends(block)}"
        found = invert(run.network(), pictures, layer, options.steps, seed=seed, look=bench.look)
        numbers[f"error_{block}"], numbers[f"misfit_{block}"] = float(found.error.mean()), float(found.misfit.mean())
        shown[f"found again from layer {block}"] = found.pictures
    errors = [(float(block), numbers[f"error_{block}"]) for block in range(1, DEPTH + 1)]
    return Reading(numbers, {"error": errors}, shown)


def _ends(block: int) -> int:
    """The place of a block's activation; the last block has no pooling."""
    return BLOCK * block - 1 - (block == DEPTH)


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    errors = [numbers[f"error_{block}"] for block in range(1, DEPTH + 1)]
    said = "error by layer: " + ", ".join(f"{error:.2f}" for error in errors)
    if all(later > earlier for earlier, later in pairwise(errors)) and errors[-1] > 2 * errors[0]:
        return "confirmed", f"Each layer holds less than the one before; {said}."
    if errors[-1] <= errors[0]:
        return "refuted", f"The last layer holds as much as the first; {said}."
    return "not at this scale", f"The last layer holds less than the first, but not step by step; {said}."


ENTRY: Entry[Lab] = Entry(
    options=InversionDepthOptions,
    build=Lab(
        title="A picture from its features",
        varies=f"The layer whose features are given: the first to the {DEPTH}th convolution of one network.",
        rule="Confirmed when the error grows from each layer to the next and is more than twice as large at the last "
        "as at the first; refuted when it is no larger at the last.",
        numbers={
            **{
                f"error_{block}": f"Distance to the true picture from layer {block}: 0 the same, 1 a flat one."
                for block in range(1, DEPTH + 1)
            },
            **{f"misfit_{block}": f"What is left of the difference at layer {block}." for block in range(1, DEPTH + 1)},
        },
        measure=measure,
        judge=judge,
        next="Take wider layers or more steps: how much of the loss is the layer's, and how much the search's? "
        "The misfit tells.",
        seconds=23,
        chart=Chart("What a layer has lost", "convolution", "error"),
    ),
    tiny={"data": "digits", "train": 100, "epochs": 1, "width": 1, "pictures": 1, "steps": 5},
)
