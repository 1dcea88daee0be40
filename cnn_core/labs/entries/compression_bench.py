"""Compression makes a network smaller on paper; only what a kernel can leave out makes it faster.

One trained network, five treatments. Zeros among the weights are multiplied like any other number. Half the filters
are half the maps and a quarter of the products of inner layers. Eight bits in place of 32 make the file a quarter, but
the time depends on width and runtime: "four times faster" is the size. The runtime alone, in float32, is worth more
than any treatment of a small network. Times are of one thread by the processor's clock, the ways in turns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.compression.bench import Ask
    from cnn_core.labs.bench import Bench

WAYS = {
    "float32": "float32",
    "folded": "batch norm folded",
    "zeros": "90% of the weights 0",
    "half_channels": "half the filters",
    "onnx": "float32 in ONNX Runtime",
    "int8": "int8 in ONNX Runtime",
}


class CompressionBenchOptions(Options):
    data: Literal["mnist", "fashion_mnist", "digits"] = Field("mnist", title="Data set", description="Of the training.")
    pictures: int = Field(4_000, ge=100, le=50_000, title="Pictures", description="For training, and training on.")
    epochs: int = Field(3, ge=1, le=20, title="Epochs", description="Of the training.")
    width: int = Field(16, ge=2, le=128, title="Width", description="Filters of the first of three convolutions.")
    batch: int = Field(64, ge=1, le=256, title="Batch", description="Pictures that are answered at a time.")
    rounds: int = Field(30, ge=3, le=1_000, title="Rounds", description="How often each way is timed.")


def measure(options: CompressionBenchOptions, seed: int, bench: Bench) -> Reading:
    """Train, treat, then time all ways in turns and count what each gets right."""
    from cnn_core.compression.bench import accuracy, measured, threads
    from cnn_core.compression.channels import convolutions, narrowed
    from cnn_core.compression.folding import folded
    from cnn_core.compression.pruning import zeroed
    from cnn_core.compression.runtime import CALIBRATION, Session, exported, quantized
    from cnn_core.compression.tuning import Lessons, tune

    few = min(options.pictures, 1_200) if options.data == "digits" else options.pictures
    run = bench.train(
        "the network",
        {
            "data": {"name": options.data, "options": {"train_pictures": few, "val_pictures": min(few, 500)}},
            "model": {"name": "small_cnn", "options": {"width": options.width, "global_pooling": True}},
            "train": {"epochs": options.epochs, "batch_size": 64},
        },
    )
    network, data = run.network(), run.data().splits
    train, test = (Lessons.of(data[split], network.preprocessing) for split in ("train", "test"))
    bench.say("taking filters out and training on")
    half = narrowed(network.module, [one.out_channels // 2 for one in convolutions(network.module)])
    tune(half, train, steps=options.epochs * few // 64, lr=5e-3, seed=seed, look=bench.look)
    bench.say("int8")
    onnx = exported(network.module, network.input_shape)
    small = quantized(onnx, train.images(slice(CALIBRATION)))
    ways: dict[str, Ask] = {
        "float32": network.module,
        "folded": folded(network.module)[0],
        "zeros": zeroed(network.module, 0.9),
        "half_channels": half,
        "onnx": Session(onnx),
        "int8": Session(small),
    }
    bench.say("timing")
    with threads(1):
        right = {name: accuracy(ask, test, bench.look) for name, ask in ways.items()}
        times = measured(ways, test.images(slice(options.batch)), rounds=options.rounds, look=bench.look)
    spent = {name: one.cpu_ms for name, one in times.items()}
    numbers = {
        "int8_accuracy_change": right["int8"] - right["onnx"],
        "int8_size_ratio": len(small) / len(onnx),
        "int8_speedup": spent["onnx"] / spent["int8"],
        "runtime_speedup": spent["folded"] / spent["onnx"],
        "zeros_time_ratio": spent["zeros"] / spent["float32"],
        "half_channels_speedup": spent["float32"] / spent["half_channels"],
        **{f"accuracy_{name}": value for name, value in right.items()},
        **{f"ms_{name}": value for name, value in spent.items()},
    }
    return Reading(numbers, {"milliseconds": [(float(i), spent[name]) for i, name in enumerate(WAYS)]})


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    zeros, half = numbers["zeros_time_ratio"], numbers["half_channels_speedup"]
    change, size = numbers["int8_accuracy_change"], numbers["int8_size_ratio"]
    said = (
        f"zeros take {zeros:.2f} of the time, half the filters are {half:.1f} times as fast, int8 has {size:.2f} "
        f"of the size, {100 * change:+.1f} points and {numbers['int8_speedup']:.1f} times the speed of float32 in the "
        f"same runtime; that runtime alone is worth {numbers['runtime_speedup']:.1f} times"
    )
    if 0.9 <= zeros <= 1.1 and half >= 1.5 and size <= 0.4 and abs(change) <= 0.005:
        return "confirmed", f"Zeros save nothing, missing filters do, int8 saves size: {said}."
    if zeros < 0.75 or half < 1.1:
        return "refuted", f"Zeros save time, or missing filters do not: {said}."
    return "not at this scale", f"Not all that the rule asks: {said}."


ENTRY: Entry[Lab] = Entry(
    options=CompressionBenchOptions,
    build=Lab(
        title="Compression bench",
        varies="What is done to one trained network: batch norm folded, 90% of the weights 0, half the filters gone, "
        "another runtime, int8.",
        rule="Confirmed when zeros take 0.9 to 1.1 of the time, half the filters are at least 1.5 times as fast, and "
        "int8 has at most 0.4 of the size and is right as often within half a point; refuted when zeros take less than "
        "0.75 of the time or half the filters are less than 1.1 times as fast.",
        numbers={
            "int8_accuracy_change": "Test accuracy of int8 less that of float32 in the same runtime.",
            "int8_size_ratio": "Size of the int8 file over that of the float32 file.",
            "int8_speedup": "Time of float32 over that of int8 in the same runtime.",
            "runtime_speedup": "Time in PyTorch, batch norm folded, over that in ONNX Runtime, float32 both.",
            "zeros_time_ratio": "Time with 90% zeros over time without.",
            "half_channels_speedup": "Time of the whole network over that with half the filters.",
            **{f"accuracy_{name}": f"Test accuracy: {words}." for name, words in WAYS.items()},
            **{f"ms_{name}": f"Milliseconds a batch: {words}." for name, words in WAYS.items()},
        },
        measure=measure,
        judge=judge,
        next="Make the network wider, 64: int8 then pays in time as well.",
        seconds=30,
        chart=Chart("Time of one batch", "", "ms", kind="bars", ticks=tuple(WAYS.values())),
        timed=True,
    ),
    tiny={"data": "digits", "pictures": 100, "epochs": 1, "width": 2, "batch": 1, "rounds": 3},
)
