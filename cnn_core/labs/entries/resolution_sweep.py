"""Half the side is a quarter of the arithmetic, and digits are recognised about as well.

Multiply-adds of convolutions go with the number of places, so with the square of the side: (224/160) squared is 1.96.
The same network learns MNIST at 28, 20 and 14 pixels. It ends in global pooling, so its weights are as many at every
size. Times are of one thread by the processor's clock, the sizes in turns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

SIDES = (28, 20, 14)
VALIDATED = 180  # pictures, so many as the smallest set has


class ResolutionSweepOptions(Options):
    data: Literal["mnist", "fashion_mnist", "digits"] = Field(
        "mnist", title="Data set", description="Digits are 8 x 8, and are only made larger."
    )
    pictures: int = Field(4_000, ge=100, le=40_000, title="Pictures", description="For each training.")
    epochs: int = Field(4, ge=1, le=20, title="Epochs", description="Of each training.")
    width: int = Field(16, ge=1, le=64, title="Width", description="Filters of the first of three convolutions.")
    batch: int = Field(32, ge=1, le=256, title="Batch", description="Pictures at a time when it is timed.")
    rounds: int = Field(20, ge=3, le=1_000, title="Rounds", description="How often each size is timed.")


def measure(options: ResolutionSweepOptions, seed: int, bench: Bench) -> Reading:
    """Train at each size, then time the three networks in turns."""
    from cnn_core.compression.bench import measured, threads
    from cnn_core.models.anatomy import anatomy

    numbers, ways, images = {}, {}, {}
    for side in SIDES:
        run = bench.train(
            f"{side} pixels",
            {
                "data": {
                    "name": options.data,
                    "options": {"train_pictures": options.pictures, "val_pictures": VALIDATED},
                },
                "preprocessing": [{"name": "resize", "options": {"size": side}}],
                "model": {"name": "small_cnn", "options": {"width": options.width, "global_pooling": True}},
                "train": {"epochs": options.epochs, "batch_size": 64},
            },
        )
        network, test = run.network(), run.data().splits["test"].pictures[: options.batch]
        numbers[f"accuracy_{side}"] = run.folder.record()["test_accuracy"]
        numbers[f"multiply_adds_{side}"] = float(anatomy(network.module, network.input_shape)["multiply_adds"])
        ways[str(side)] = network.module
        images[str(side)] = network.preprocessing.tensor(network.preprocessing.pictures(test))
    bench.say("timing")
    with threads(1):
        times = measured(ways, images, rounds=options.rounds, look=bench.look)
    numbers |= {f"ms_{side}": times[str(side)].cpu_ms for side in SIDES}
    points = [(float(side), numbers[f"accuracy_{side}"]) for side in SIDES]
    return Reading(numbers, {"accuracy": points})


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    large, small = SIDES[0], SIDES[-1]
    cheaper = numbers[f"multiply_adds_{large}"] / numbers[f"multiply_adds_{small}"]
    faster = numbers[f"ms_{large}"] / numbers[f"ms_{small}"]
    lost = numbers[f"accuracy_{large}"] - numbers[f"accuracy_{small}"]
    said = (
        f"{small} in place of {large} pixels: {cheaper:.1f} times fewer multiply-adds, {faster:.1f} times as fast, "
        f"{100 * lost:.1f} points of accuracy lost"
    )
    if cheaper > 3.5 and faster > 1.5 and lost <= 0.05:
        return "confirmed", f"A quarter of the arithmetic at a small loss: {said}."
    if lost > 0.15 or faster < 1.1:
        return "refuted", f"It costs too much, or saves no time: {said}."
    return "not at this scale", f"Neither: {said}."


ENTRY: Entry[Lab] = Entry(
    options=ResolutionSweepOptions,
    build=Lab(
        title="Resolution",
        varies="The side of the pictures as the network gets them: 28, 20 and 14 pixels.",
        rule="Confirmed when half the side does 3.5 times fewer multiply-adds, is 1.5 times as fast and loses at most "
        "5 points of accuracy; refuted when it loses more than 15, or is not 1.1 times as fast.",
        numbers={
            f"{what}_{side}": f"{words} at {side} pixels."
            for side in SIDES
            for what, words in (
                ("accuracy", "Test accuracy"),
                ("multiply_adds", "Multiply-adds a picture"),
                ("ms", "Milliseconds a batch"),
            )
        },
        measure=measure,
        judge=judge,
        next="On Train, set the size of the pictures; on a photo the details may matter more than on digits.",
        seconds=35,
        chart=Chart("Accuracy by the size of the pictures", "pixels", "accuracy"),
        timed=True,
    ),
    tiny={"data": "digits", "pictures": 100, "epochs": 1, "width": 1, "batch": 1, "rounds": 3},
)
