"""Two 3x3 convolutions see as far as one 5x5 and cost less only where the channels do not grow.

Between equal widths two 3x3 have 18/25 of the weights, three have 27/49 of a 7x7. Where 3 channels become 64 it is the
other way round: the second 3x3 works on 64 channels, and the pair has eight times the weights of one 5x5. The same
four networks are trained, with equal reach in pairs, and their time is measured. Simonyan and Zisserman, 2014.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from torch import nn

    from cnn_core.labs.bench import Bench

CASES = {"5x5": (5, 1), "two_3x3": (3, 2), "7x7": (7, 1), "three_3x3": (3, 3)}
WORDS = {"5x5": "one 5x5", "two_3x3": "two 3x3", "7x7": "one 7x7", "three_3x3": "three 3x3"}


class KernelStacksOptions(Options):
    width: int = Field(
        64, ge=2, le=256, title="Width", description="Channels of the layers that are counted and timed."
    )
    rounds: int = Field(15, ge=3, le=1_000, title="Rounds", description="How often each is timed.")
    pictures: int = Field(2_000, ge=100, le=40_000, title="Pictures", description="Of MNIST, for the four trainings.")
    epochs: int = Field(2, ge=0, le=20, title="Epochs", description="Of the four trainings; 0 leaves them out.")


def measure(options: KernelStacksOptions, seed: int, bench: Bench) -> Reading:
    """Weights between equal widths and from 3 channels, time, and accuracy of small networks."""
    import torch

    from cnn_core.compression.bench import measured, threads
    from cnn_core.models.anatomy import anatomy

    torch.manual_seed(seed)
    numbers, layers = {}, {}
    for name, (kernel, repeat) in CASES.items():
        for channels, key in ((options.width, "equal"), (3, "growing")):
            made = stack(channels, options.width, kernel, repeat)
            found = anatomy(made, (channels, 16, 16))
            numbers[f"parameters_{key}_{name}"] = float(found["parameters"])
            numbers[f"field_{name}"] = float(found["receptive_field"] or 1)
            layers[f"{key} {name}"] = made
    bench.say("timing")
    equal = {name: layers[f"equal {name}"] for name in CASES}
    with threads(1):
        times = measured(equal, torch.randn(4, options.width, 28, 28), rounds=options.rounds, look=bench.look)
    numbers |= {f"ms_{name}": one.cpu_ms for name, one in times.items()}
    for name, (kernel, repeat) in CASES.items() if options.epochs else ():
        model = {"depth": 2, "width": 8, "kernel": kernel, "repeat": repeat}
        run = bench.train(
            WORDS[name],
            {
                "data": {"name": "mnist", "options": {"train_pictures": options.pictures, "val_pictures": 500}},
                "model": {"name": "small_cnn", "options": model},
                "train": {"epochs": options.epochs, "batch_size": 64},
            },
        )
        numbers[f"accuracy_{name}"] = run.folder.record()["test_accuracy"]
    points = [(float(place), numbers[f"ms_{name}"]) for place, name in enumerate(CASES)]
    return Reading(numbers, {"time": points})


def stack(channels: int, width: int, kernel: int, repeat: int) -> nn.Sequential:
    """Convolutions one after the other, with biases and nothing between."""
    from torch import nn

    sizes = [channels, *[width] * repeat]
    return nn.Sequential(*(nn.Conv2d(a, b, kernel, padding=kernel // 2) for a, b in pairwise(sizes))).eval()


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    equal = numbers["parameters_equal_two_3x3"] / numbers["parameters_equal_5x5"]
    growing = numbers["parameters_growing_two_3x3"] / numbers["parameters_growing_5x5"]
    time = numbers["ms_two_3x3"] / numbers["ms_5x5"]
    said = (
        f"two 3x3 have {equal:.2f} of the weights of one 5x5 between equal widths, {growing:.2f} of them from 3 "
        f"channels, and take {time:.2f} of the time"
    )
    reach = numbers["field_two_3x3"] == numbers["field_5x5"] and numbers["field_three_3x3"] == numbers["field_7x7"]
    if reach and equal < 1 < growing:
        return "confirmed", f"It depends on the channels: {said}."
    return "refuted", f"It does not depend on the channels: {said}."


ENTRY: Entry[Lab] = Entry(
    options=KernelStacksOptions,
    build=Lab(
        title="Stacks of small kernels",
        varies="One 5x5 or two 3x3, one 7x7 or three 3x3; between equal widths, and from 3 channels to the width.",
        rule="Confirmed when pairs see equally far and two 3x3 have fewer weights than one 5x5 between equal widths, "
        "and more from 3 channels; refuted otherwise.",
        numbers={
            **{f"field_{name}": f"Receptive field of {words}, in pixels." for name, words in WORDS.items()},
            **{
                f"parameters_{key}_{name}": f"Weights and biases of {words}, {rest}."
                for name, words in WORDS.items()
                for key, rest in (("equal", "between equal widths"), ("growing", "from 3 channels"))
            },
            **{f"ms_{name}": f"Milliseconds of {words} on four maps of 28 x 28." for name, words in WORDS.items()},
        },
        measure=measure,
        judge=judge,
        next="On Train, set Kernel and Per block of small_cnn and look at the parameters as they change.",
        seconds=30,
        chart=Chart("Time between equal widths", "", "ms", kind="bars", ticks=tuple(WORDS.values())),
        timed=True,
    ),
    tiny={"width": 8, "rounds": 3, "epochs": 0},
)
