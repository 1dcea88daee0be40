"""Half of the weights of a trained network can go for nothing; most of the rest only if it is trained on meanwhile.

The smallest weights become 0, at once or in stages with training between them. "50 to 90% at a loss below 1%" holds for
large networks, which have weights to spare: this one has some 24,000. The knee is where the curve bends, and it moves
with training on. Han et al., 2015; Zhu and Gupta, 2017.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

SHARES = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
TUNED = (0.5, 0.9)  # these are trained on as well, which takes the time
STAGES = 4


class PruningCurveOptions(Options):
    data: Literal["mnist", "fashion_mnist", "digits"] = Field("mnist", title="Data set", description="Of the training.")
    pictures: int = Field(4_000, ge=100, le=50_000, title="Pictures", description="For training, and training on.")
    epochs: int = Field(3, ge=1, le=20, title="Epochs", description="Of the training, and of training on.")
    tested: int = Field(2_000, ge=50, le=10_000, title="Tested", description="Test pictures that each is tried on.")
    width: int = Field(16, ge=2, le=128, title="Width", description="Filters of the first of three convolutions.")


def measure(options: PruningCurveOptions, seed: int, bench: Bench) -> Reading:
    """Train once, then prune to each share: alone, with training on after, and in stages."""
    from cnn_core.compression.bench import accuracy
    from cnn_core.compression.pruning import pruned, zeroed
    from cnn_core.compression.tuning import Lessons

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
    test = test.first(options.tested)
    steps = max(STAGES, options.epochs * few // 64)
    curves: dict[str, list[tuple[float, float]]] = {"at once": [], "trained on": [], "in stages": []}
    for share in sorted({*SHARES, *TUNED}):
        bench.say(f"{share:.0%} of the weights 0")
        curves["at once"].append((share, accuracy(zeroed(network.module, share), test, bench.look)))
        if share in TUNED:
            for name, stages in (("trained on", 1), ("in stages", STAGES)):
                bench.say(f"{share:.0%} of the weights 0, {name}")
                less = pruned(
                    network.module, share, train, steps=steps, lr=5e-3, stages=stages, seed=seed, look=bench.look
                )
                curves[name].append((share, accuracy(less, test, bench.look)))
    numbers = {"accuracy": curves["at once"][0][1]}
    for name, points in curves.items():
        for share, value in points:
            if share in TUNED:
                numbers[f"accuracy_{name.replace(' ', '_')}_{round(100 * share)}"] = value
    return Reading(numbers, curves)


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    whole, half, most = numbers["accuracy"], numbers["accuracy_trained_on_50"], numbers["accuracy_at_once_90"]
    tuned = numbers["accuracy_in_stages_90"]
    said = (
        f"{whole:.1%} before; half the weights with training on {half:.1%}; 90% at once {most:.1%}, in stages "
        f"{tuned:.1%}"
    )
    if whole - half <= 0.01 and whole - most >= 0.1 and tuned - most >= 0.1:
        return "confirmed", f"Half can go; for 90% it takes training on: {said}."
    if whole - half > 0.05 or whole - most < 0.01:
        return "refuted", f"Half costs too much, or 90% cost nothing at once: {said}."
    return "not at this scale", f"Not all that the rule asks: {said}."


ENTRY: Entry[Lab] = Entry(
    options=PruningCurveOptions,
    build=Lab(
        title="Pruning curve",
        varies="The share of weights that become 0, from none to 99%; at once, with training on, and in stages.",
        rule="Confirmed when half the weights with training on cost at most one point of accuracy, and 90% cost at "
        "least ten at once, of which stages bring ten back; refuted when half cost more than five, or 90% at once less "
        "than one.",
        numbers={
            "accuracy": "Test accuracy of the network as it was trained.",
            **{
                f"accuracy_{way}_{round(100 * share)}": f"Test accuracy with {share:.0%} of the weights 0, {words}."
                for share in TUNED
                for way, words in (
                    ("at_once", "at once"),
                    ("trained_on", "at once and trained on"),
                    ("in_stages", f"in {STAGES} stages with training between"),
                )
            },
        },
        measure=measure,
        judge=judge,
        next="Make the network four times as wide: the knee moves to the right, for it has weights to spare.",
        seconds=54,
        chart=Chart("Accuracy by the share of weights that are 0", "share", "accuracy"),
    ),
    tiny={"data": "digits", "pictures": 100, "epochs": 1, "width": 2},
)
