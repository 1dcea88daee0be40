"""Take one block out of a trained network: a residual network loses little, its plain twin most of its accuracy.

A residual network of n blocks is a sum over 2^n paths, and most of them do not pass the block that is gone. In a plain
network the one path is cut. Each block that keeps the shape of its maps is left out in turn, and the test pictures are
answered without it; nothing is trained anew. The more blocks, the less one of them matters: at 20 layers the residual
network loses about twenty points, at 32 about ten. Veit, Wilber and Belongie, 2016.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench
    from cnn_core.runs.loaded import Run

SHRINKS = ("layer2.0", "layer3.0")  # they halve the maps and double the channels
NAMES = {"plain": "plain", "resnet": "residual"}


class DropABlockOptions(Options):
    depth: int = Field(32, ge=8, le=110, title="Depth", description="Layers of both networks: 6n+2.")
    width: int = Field(8, ge=1, le=64, title="Width", description="Filters of the first stage.")
    size: int = Field(16, ge=8, le=64, title="Size", description="Side of the pictures as the networks get them.")
    epochs: int = Field(8, ge=1, le=200, title="Epochs", description="Of both trainings.")


def measure(options: DropABlockOptions, seed: int, bench: Bench) -> Reading:
    """Train both on the digits, then leave out one block after the other."""
    numbers, curves = {}, {}
    for kind, words in NAMES.items():
        network = {"depth": options.depth, "width": options.width, "skip": kind == "resnet"}
        run = bench.train(
            f"{words}, {options.depth} layers",
            {
                "data": {"name": "digits"},
                "preprocessing": [{"name": "resize", "options": {"size": options.size}}],
                "model": {"name": "resnet_cifar", "options": network},
                "train": {"epochs": options.epochs, "batch_size": 64, "lr": 0.1, "optimizer": {"name": "sgd"}},
            },
        )
        whole, without = float(run.folder.record()["test_accuracy"]), accuracies(run, bench)
        numbers[f"accuracy_{kind}"] = whole
        numbers[f"without_{kind}"] = sum(without.values()) / len(without)
        numbers[f"worst_{kind}"] = min(without.values())
        curves[words] = [(float(place), value) for place, value in without.items()]
    return Reading(numbers, curves)


def accuracies(run: Run, bench: Bench) -> dict[int, float]:
    """Test accuracy without each block that keeps the shape of its maps, by its place among all blocks."""
    import copy

    from torch import nn

    from cnn_core.network import Network

    test, whole, found = run.data().splits["test"], run.network(), {}
    blocks = [name for name, part in whole.module.named_modules() if type(part).__name__ == "Block"]
    for place, name in enumerate(blocks):
        if name in SHRINKS:
            continue  # there is nothing to leave out: what follows needs another shape
        bench.say(f"without {name} of {run.experiment.label}")
        less = copy.deepcopy(whole.module)
        less.set_submodule(name, nn.Identity())
        logits = Network(less, whole.preprocessing, whole.classes).predict(test.pictures)
        found[place] = float((logits.argmax(1) == test.targets).mean())
    return found


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    lost = {kind: numbers[f"accuracy_{kind}"] - numbers[f"without_{kind}"] for kind in NAMES}
    said = (
        f"one block less costs the residual network {100 * lost['resnet']:.1f} points of "
        f"{numbers['accuracy_resnet']:.1%} on average, the plain one {100 * lost['plain']:.1f} of "
        f"{numbers['accuracy_plain']:.1%}"
    )
    if lost["resnet"] < 0.2 and lost["plain"] > 0.4:
        return "confirmed", f"Shortcuts carry what a block does not; {said}."
    if lost["plain"] > lost["resnet"]:
        return "not at this scale", f"The plain network loses more, but not by all that the rule asks; {said}."
    return "refuted", f"The plain network loses no more; {said}."


ENTRY: Entry[Lab] = Entry(
    options=DropABlockOptions,
    build=Lab(
        title="Drop a block",
        varies="Which of the blocks of a trained network is left out; with shortcuts and without.",
        rule="Confirmed when a block less costs the residual network under 20 points of accuracy on average and the "
        "plain one over 40; refuted when the plain one loses no more than the residual one.",
        numbers={
            f"{what}_{kind}": f"{title} of the {words} network{rest}."
            for kind, words in NAMES.items()
            for what, title, rest in (
                ("accuracy", "Test accuracy", ", whole"),
                ("without", "Test accuracy", " without one block, mean over the blocks"),
                ("worst", "Test accuracy", " without the block that it needs most"),
            )
        },
        measure=measure,
        judge=judge,
        next="Try 20 and 44 layers: the more blocks there are, the less one of them matters to the residual network.",
        seconds=55,
        chart=Chart("Test accuracy without one block", "place of the block", "accuracy"),
    ),
    tiny={"depth": 14, "width": 1, "size": 8, "epochs": 1},
)
