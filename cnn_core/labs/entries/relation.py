"""A pooled network that sees little cannot tell left from right; a wider field or a sense of place can.

A small square stands left or right of a small cross, 8 to 12 pixels apart. Three convolutions see 7 pixels. When what
they found is averaged over the picture, nothing knows both signs. Three remedies: rates 1,2,4,8, which see 31 pixels; a
pyramid of rates and the mean of the whole picture beside each other; and the same three convolutions with a dense layer
that has weights of its own for every place. Chen et al., 2017; Brendel and Bethge, 2019.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

LOST, FOUND, CLEAR = 0.65, 0.97, 0.9
SHOWN = 16
NETWORKS: dict[str, tuple[str, str, dict[str, Any]]] = {  # by the number: words, architecture, its options
    "near": ("sees 7 pixels, pooled", "conv_stack", {"depth": 3}),
    "far": ("sees 31 pixels, pooled", "conv_stack", {"depth": 4, "rates": "1,2,4,8"}),
    "pyramid": ("pyramid of rates, pooled", "aspp_net", {}),
    "placed": ("sees 7 pixels, knows places", "conv_stack", {"depth": 3, "global_pooling": False}),
}


class RelationOptions(Options):
    pictures: int = Field(2100, ge=80, le=20_000, title="Pictures", description="Drawn in all; 70% of them train.")
    width: int = Field(12, ge=1, le=64, title="Width", description="Filters of each convolution.")
    epochs: int = Field(8, ge=1, le=100, title="Epochs", description="Of each of the four trainings.")


def measure(options: RelationOptions, seed: int, bench: Bench) -> Reading:
    """Four trainings on the same pictures, and what the first gets wrong."""
    from cnn_core.labs.asking import answers, split_of

    drawn: dict[str, Any] = {"count": options.pictures, "seed": seed}
    test, numbers, pictures = split_of("relations", **drawn), {}, {}
    for name, (words, network, chosen) in NETWORKS.items():
        run = bench.train(
            words,
            {
                "data": {"name": "relations", "options": drawn},
                "model": {"name": network, "options": {**chosen, "width": options.width}},
                "train": {"epochs": options.epochs, "lr": 5e-3},
            },
        )
        numbers[f"accuracy_{name}"] = float(run.folder.record()["test_accuracy"])
        wrong = test.pictures[answers(run, test.pictures) != test.targets]
        if len(wrong):
            pictures[f"Wrong: {words}"] = wrong[:SHOWN]
    bars = [(float(place), numbers[f"accuracy_{name}"]) for place, name in enumerate(NETWORKS)]
    return Reading(numbers, {"accuracy": bars}, pictures)


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    near, far, placed = (numbers[f"accuracy_{name}"] for name in ("near", "far", "placed"))
    said = f"with a small field {near:.1%} are right, with a large one {far:.1%}, with a sense of place {placed:.1%}"
    if near <= LOST and far >= FOUND and placed >= CLEAR:
        return "confirmed", f"Something must see both, or know where each stands; {said}."
    if near >= CLEAR or far <= LOST:
        return "refuted", f"The field does not decide it; {said}."
    return "not at this scale", f"It is less clear than the rule asks; {said}."


ENTRY: Entry[Lab] = Entry(
    options=RelationOptions,
    build=Lab(
        title="Left or right of it",
        varies="How far the network sees, and whether it knows places.",
        rule=f"Confirmed when the pooled network with the small field is right on at most {LOST:.0%} (chance is 50%), "
        f"the one with the large field on at least {FOUND:.0%}, and the one that knows places on at least {CLEAR:.0%}; "
        f"refuted when the first reaches {CLEAR:.0%} or the large field stays at {LOST:.0%} or less.",
        numbers={f"accuracy_{name}": f"Test accuracy: {words}." for name, (words, _, _) in NETWORKS.items()},
        measure=measure,
        judge=judge,
        next="Train `vit` on `relations`: every patch asks all others from the first block on, but it wants more "
        "pictures and epochs. Or `resnet_cifar`, which halves the picture until it sees all.",
        seconds=44,
        chart=Chart(
            "Left or right, 8 to 12 pixels apart",
            "network",
            "accuracy",
            kind="bars",
            ticks=("near", "far", "pyramid", "places"),
        ),
    ),
    tiny={"pictures": 80, "width": 2, "epochs": 1},
)
