"""More filters make a network more accurate, by less and less, at a cost that grows with the square of the width.

In one layer the cost is linear in the number of filters; in a whole network each layer also takes what the one before
gives. "Powers of two are faster": what counts is how many numbers the processor takes at once (8 or 16), so 48 is as
good as 64 and 33 is worse than 32. Times are of one thread by the processor's clock, the ways in turns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

WIDTHS = (4, 8, 16, 32)
TIMED = (31, 32, 33, 48, 63, 64, 65)


class WidthSweepOptions(Options):
    pictures: int = Field(2_000, ge=100, le=40_000, title="Pictures", description="Of MNIST, for each training.")
    epochs: int = Field(3, ge=0, le=20, title="Epochs", description="Of each training; 0 leaves them out.")
    rounds: int = Field(20, ge=3, le=1_000, title="Rounds", description="How often each width is timed.")


def measure(options: WidthSweepOptions, seed: int, bench: Bench) -> Reading:
    """Accuracy, gap and multiply-adds by width; then the time of one layer by its width, a product each."""
    import torch
    from torch import nn

    from cnn_core.compression.bench import measured, threads
    from cnn_core.models import build_model
    from cnn_core.models.anatomy import anatomy
    from cnn_core.runs.live import validations_once

    numbers: dict[str, float] = {}
    accuracy: list[tuple[float, float]] = []
    for width in WIDTHS:
        model = {"width": width, "global_pooling": True}
        numbers[f"multiply_adds_{width}"] = anatomy(build_model("small_cnn", (1, 28, 28), 10, **model), (1, 28, 28))[
            "multiply_adds"
        ]
        if options.epochs:
            run = bench.train(
                f"width {width}",
                {
                    "data": {"name": "mnist", "options": {"train_pictures": options.pictures, "val_pictures": 500}},
                    "model": {"name": "small_cnn", "options": model},
                    "train": {"epochs": options.epochs, "batch_size": 64},
                },
            )
            numbers[f"accuracy_{width}"] = run.folder.record()["test_accuracy"]
            seen = validations_once(run.folder)[-1]["train_accuracy"]
            numbers[f"gap_{width}"] = seen - numbers[f"accuracy_{width}"]
            accuracy.append((width, numbers[f"accuracy_{width}"]))
    bench.say("timing layers")
    torch.manual_seed(seed)
    layers = {str(width): nn.Conv2d(width, width, 3, padding=1).eval() for width in TIMED}
    pictures = {str(width): torch.randn(2, width, 28, 28) for width in TIMED}
    with threads(1):
        times = measured(layers, pictures, rounds=options.rounds, look=bench.look)
    for width in TIMED:
        products = 2 * 28 * 28 * 9 * width**2 / 1e6
        numbers[f"us_a_million_{width}"] = 1_000 * times[str(width)].cpu_ms / products
    cost = [(float(width), numbers[f"us_a_million_{width}"]) for width in TIMED]
    return Reading(numbers, {"accuracy": accuracy} if accuracy else {"time": cost})


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    if f"accuracy_{WIDTHS[0]}" not in numbers:
        return "not at this scale", "Nothing was trained."
    found = [numbers[f"accuracy_{width}"] for width in WIDTHS]
    first, last = found[1] - found[0], found[-1] - found[-2]
    cost = numbers[f"multiply_adds_{WIDTHS[-1]}"] / numbers[f"multiply_adds_{WIDTHS[0]}"]
    odd = numbers["us_a_million_33"] / numbers["us_a_million_32"]
    said = (
        f"{', '.join(f'{width}: {value:.1%}' for width, value in zip(WIDTHS, found, strict=True))}; "
        f"{WIDTHS[-1] // WIDTHS[0]} times as wide costs {cost:.0f} times as much; 33 filters take {odd:.2f} times as "
        "long a product as 32"
    )
    if first > last > -0.01 and found[-1] > found[0]:
        return "confirmed", f"It gains, by less and less: {said}."
    if found[-1] <= found[0]:
        return "refuted", f"Width does not help: {said}."
    return "not at this scale", f"It does not gain by less and less: {said}."


ENTRY: Entry[Lab] = Entry(
    options=WidthSweepOptions,
    build=Lab(
        title="Width",
        varies="Filters of the first convolution, 4 to 32, doubled in the next ones; then the width of one layer, by "
        "ones.",
        rule="Confirmed when the widest network is right more often than the narrowest, and the last doubling gains "
        "less than the first and costs at most a point; refuted when the widest is right no more often.",
        numbers={
            **{f"multiply_adds_{width}": f"Multiply-adds a picture at width {width}." for width in WIDTHS},
            **{
                f"us_a_million_{width}": f"Microseconds a million multiply-adds of one layer with {width} filters."
                for width in TIMED
            },
        },
        measure=measure,
        judge=judge,
        next="Look at the microseconds for 31 to 33 and 63 to 65 filters, which depend on your processor.",
        seconds=30,
        chart=Chart("Accuracy by width", "filters of the first convolution", "accuracy"),
        timed=True,
    ),
    tiny={"epochs": 0, "rounds": 3},
)
