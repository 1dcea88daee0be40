"""A depthwise separable convolution does eight times fewer multiply-adds, but is not eight times as fast.

One filter for each channel, then a 1x1 that mixes the channels: 1/filters + 1/9 of the products of a 3x3. But each
number that is fetched is used only a few times, so the time is that of the memory, not of the arithmetic: "5 to 10
times faster" counts products. Times are of one thread by the processor's clock, the two kinds in turns.
Howard et al., 2017.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

KINDS = ("plain", "separable")


class SeparableCostOptions(Options):
    channels: int = Field(64, ge=8, le=256, title="Channels", description="In and out of the layer that is timed.")
    side: int = Field(32, ge=4, le=112, title="Side", description="Of the maps, in pixels.")
    batch: int = Field(8, ge=1, le=64, title="Batch", description="Pictures at a time.")
    rounds: int = Field(30, ge=3, le=1_000, title="Rounds", description="How often each is timed.")
    pictures: int = Field(3_000, ge=100, le=40_000, title="Pictures", description="Of MNIST, for the two trainings.")
    epochs: int = Field(2, ge=0, le=20, title="Epochs", description="Of the two trainings; 0 leaves them out.")
    width: int = Field(16, ge=2, le=128, title="Width", description="Filters of the first convolution of each network.")


def measure(options: SeparableCostOptions, seed: int, bench: Bench) -> Reading:
    """Time one layer of each kind, then train a network of each kind."""
    import torch
    from torch import nn

    from cnn_core.compression.bench import measured, threads
    from cnn_core.models.anatomy import anatomy

    bench.say("timing")
    torch.manual_seed(seed)
    many, shape = options.channels, (options.channels, options.side, options.side)
    ways = {
        "plain": nn.Sequential(nn.Conv2d(many, many, 3, padding=1)).eval(),
        "separable": nn.Sequential(nn.Conv2d(many, many, 3, padding=1, groups=many), nn.Conv2d(many, many, 1)).eval(),
    }
    with threads(1):
        times = measured(ways, torch.randn(options.batch, *shape), rounds=options.rounds, look=bench.look)
    costs = {name: anatomy(way, shape)["multiply_adds"] for name, way in ways.items()}
    numbers = {
        "ratio_multiply_adds": costs["plain"] / costs["separable"],
        "ratio_time": times["plain"].cpu_ms / times["separable"].cpu_ms,
        **{f"ms_{name}": one.cpu_ms for name, one in times.items()},
    }
    for kind in KINDS if options.epochs else ():
        model = {"width": options.width, "convolution": kind}
        run = bench.train(
            f"{kind} convolutions",
            {
                "data": {"name": "mnist", "options": {"train_pictures": options.pictures, "val_pictures": 500}},
                "model": {"name": "small_cnn", "options": model},
                "train": {"epochs": options.epochs, "batch_size": 64},
            },
        )
        record = run.folder.record()
        numbers[f"accuracy_{kind}"], numbers[f"parameters_{kind}"] = record["test_accuracy"], record["parameters"]
    points = [(0.0, numbers["ratio_multiply_adds"]), (1.0, numbers["ratio_time"])]
    return Reading(numbers, {"plain over separable": points})


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    promised, found = numbers["ratio_multiply_adds"], numbers["ratio_time"]
    said = f"{promised:.1f} times fewer multiply-adds, {found:.1f} times as fast"
    if 1.1 <= found <= promised / 2:
        return "confirmed", f"It is faster, but by less than half of what the arithmetic promises: {said}."
    if found >= 0.8 * promised:
        return "refuted", f"It is as fast as the arithmetic promises: {said}."
    return "not at this scale", f"Neither: {said}."


ENTRY: Entry[Lab] = Entry(
    options=SeparableCostOptions,
    build=Lab(
        title="The cost of separable",
        varies="Whether a layer of 3x3 filters is plain or depthwise separable; then a small network of either kind.",
        rule="Confirmed when the separable layer is faster, but by less than half of what its multiply-adds promise; "
        "refuted when it is at least 0.8 times as fast as they promise.",
        numbers={
            "ratio_multiply_adds": "Multiply-adds of the plain layer over those of the separable one.",
            "ratio_time": "Time of the plain layer over that of the separable one.",
            **{f"ms_{kind}": f"Milliseconds a batch, {kind}." for kind in KINDS},
        },
        measure=measure,
        judge=judge,
        next="Take 256 channels: the 1x1, which is nearly all of the arithmetic, keeps the processor busier.",
        seconds=20,
        chart=Chart("Plain over separable", "", "ratio", kind="bars", ticks=("multiply-adds", "time")),
        timed=True,
    ),
    tiny={"channels": 8, "side": 4, "batch": 1, "rounds": 3, "epochs": 0},
)
