"""Patches in a wrong order cost a network that sees the whole picture more than one that sees small parts only.

One network has a dense layer with weights of its own for every place; the other, a bag of parts, sees 9 x 9 pixels at
each place and averages what it found, so where a part stands is nothing to it. Test pictures of 28 pixels are cut into
2, 4 and 7 patches a side, which change places. Patches of 14 pixels are larger than the view of the bag; smaller ones
cut through what it looks for. Brendel and Bethge, 2019 (bags of local features).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

SIDE, SIDES = 28, (1, 2, 4, 7)
MORE = 0.1
ASKED, SHOWN = 2000, 8  # test pictures that are cut, and shown
NETWORKS = {
    "whole": ("small_cnn", {"depth": 3, "width": 8}),
    "bag": ("conv_stack", {"depth": 4, "width": 16, "batch_norm": True}),
}
WORDS = {"whole": "sees the whole", "bag": "bag of 9-pixel parts"}


class PatchShuffleOptions(Options):
    data: Literal["mnist", "fashion_mnist", "colors"] = Field(
        "mnist", title="Data set", description="Of colors, which are drawn here, the figure is the class."
    )
    pictures: int = Field(4000, ge=80, le=10_000, title="Pictures", description="For each of the two trainings.")
    epochs: int = Field(4, ge=1, le=50, title="Epochs", description="Of both trainings.")


def _drawn(options: PatchShuffleOptions, seed: int) -> dict[str, Any]:
    if options.data == "colors":
        return {"count": 2 * options.pictures, "size": SIDE, "classes": "figure", "seed": seed}
    return {"train_pictures": options.pictures, "val_pictures": 500, "sample_seed": seed}


def measure(options: PatchShuffleOptions, seed: int, bench: Bench) -> Reading:
    """Two trainings on whole pictures; both asked for test pictures that are whole and cut."""
    from cnn_core.data.sets import Split
    from cnn_core.labs.asking import accuracy, split_of
    from cnn_core.pictures.patches import shuffled

    drawn = _drawn(options, seed)
    test = split_of(options.data, **drawn)
    test = Split(test.pictures[:ASKED], test.targets[:ASKED])
    cut = {a_side: shuffled(test.pictures, a_side, seed) for a_side in SIDES}
    numbers, curves = {}, {}
    for name, (network, chosen) in NETWORKS.items():
        run = bench.train(
            WORDS[name],
            {
                "data": {"name": options.data, "options": drawn},
                "model": {"name": network, "options": chosen},
                "train": {"epochs": options.epochs, "batch_size": 32, "lr": 5e-3},
            },
        )
        bench.say(f"asking {WORDS[name]}")
        right = {a_side: accuracy(run, test, pictures) for a_side, pictures in cut.items()}
        numbers.update({f"accuracy_{name}_{a_side}": value for a_side, value in right.items()})
        numbers[f"kept_{name}"] = right[2] / max(right[1], 1e-9)
        curves[WORDS[name]] = [(float(a_side), value) for a_side, value in right.items()]
    shown = {f"{a_side} x {a_side} patches": pictures[:SHOWN] for a_side, pictures in cut.items()}
    return Reading(numbers, curves, shown)


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    whole, bag = numbers["kept_whole"], numbers["kept_bag"]
    said = (
        f"of four patches in a wrong order the network that sees the whole keeps {whole:.0%} of its accuracy, the bag "
        f"{bag:.0%}"
    )
    if bag >= whole + MORE:
        return "confirmed", f"Where parts stand matters less to the bag; {said}."
    if bag <= whole:
        return "refuted", f"The bag suffers as much; {said}."
    return "not at this scale", f"The difference is smaller than the rule asks; {said}."


ENTRY: Entry[Lab] = Entry(
    options=PatchShuffleOptions,
    build=Lab(
        title="Patches in a wrong order",
        varies="Into how many patches test pictures are cut before these change places; what the network sees.",
        rule=f"Confirmed when, of 2 x 2 patches, the bag of parts keeps at least {100 * MORE:.0f} points more of its "
        "accuracy on whole pictures than the other network keeps of its own; refuted when it keeps no more.",
        numbers={
            **{
                f"accuracy_{name}_{a_side}": f"Accuracy with {a_side} x {a_side} patches of the one that is a "
                f"{WORDS['bag']}."
                if name == "bag"
                else f"Accuracy with {a_side} x {a_side} patches of the network that sees the whole."
                for name in NETWORKS
                for a_side in SIDES
            },
            "kept_whole": "Accuracy with 2 x 2 patches over that with whole pictures, of the network that sees all.",
            "kept_bag": "Accuracy with 2 x 2 patches over that with whole pictures, of the bag of parts.",
        },
        measure=measure,
        judge=judge,
        next="Choose `fashion_mnist`, where texture says more, and open the bag in Explain: its map is its evidence.",
        seconds=46,
        chart=Chart("Accuracy on pictures whose patches changed places", "patches a side", "accuracy"),
    ),
    tiny={"data": "colors", "pictures": 80, "epochs": 1},
)
