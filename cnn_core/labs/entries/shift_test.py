"""Convolution does not make a network indifferent to place: global pooling does, or pictures shifted in training.

Three networks learn centred digits, with and without shifts in training, and are then asked about test digits that were
moved by 0 to 8 pixels. A convolution moves its maps with the picture, but a dense layer behind it has weights for every
place, so it has to learn each of them; an average over all places has not. Azulay and Weiss, 2018 (arXiv 1805.12177);
Zhang, 2019 (arXiv 1904.11486).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from cnn_core.base.options import Entry, Options, hints, parse_options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnn_core.labs.bench import Bench
    from cnn_core.runs.loaded import Run

NETWORKS = {"mlp": "dense network", "flatten": "convolutions, dense layer", "pooled": "convolutions, global pooling"}
TAUGHT = {"": "", "_taught": ", shifted in training"}
FARTHEST, ASKED = 8, 1_000
FAR = {"digits": 2}  # pixels of the numbers; 6 of 28 by default
LOST = 0.2


class ShiftTestOptions(Options):
    data: Literal["mnist", "fashion_mnist", "digits"] = Field(
        "mnist", title="Data set", description="MNIST has four empty pixels on every side, the 8 x 8 digits none."
    )
    train: int = Field(4_000, ge=100, le=50_000, title="Training pictures", description="Of each training.")
    epochs: int = Field(4, ge=1, le=30, title="Epochs", description="Of each of the six trainings.")
    width: int = Field(8, ge=1, le=64, title="Width", description="Filters of the first convolution.")
    shift: int = Field(
        6,
        ge=1,
        le=7,
        title="Shift in training",
        description="At most, where the pictures are shifted in training.",
        json_schema_extra=hints(unit="px"),
    )


def measure(options: ShiftTestOptions, seed: int, bench: Bench) -> Reading:
    """Six trainings; accuracy by how far the test pictures were moved."""
    from cnn_core.labs.asking import answers

    numbers: dict[str, float] = {}
    curves: dict[str, list[tuple[float, float]]] = {}
    rng, far = np.random.default_rng(seed), FAR.get(options.data, 6)
    moved: dict[int, NDArray[np.uint8]] = {}
    for network, words in NETWORKS.items():
        for taught, more in TAUGHT.items():
            run = _trained(options, network, bool(taught), words + more, seed, bench)
            if not moved:
                test = run.data().splits["test"]
                chosen = rng.permutation(len(test.targets))[:ASKED]
                way = rng.integers(0, 4, len(chosen))
                moved = {by: shifted(test.pictures[chosen], way, by) for by in range(min(FARTHEST, far + 2) + 1)}
            bench.say(f"shifts for {words}{more}")
            found = [float((answers(run, one) == test.targets[chosen]).mean()) for one in moved.values()]
            curves[words + more] = [(float(by), value) for by, value in enumerate(found)]
            numbers[f"{network}{taught}_centred"] = found[0]
            numbers[f"{network}{taught}_moved"] = found[far]
    shown = {f"moved by {by}": moved[by][:12] for by in (0, far)}
    return Reading(numbers, curves, shown)


def _trained(options: ShiftTestOptions, network: str, taught: bool, name: str, seed: int, bench: Bench) -> Run:
    from cnn_core.labs.asking import model

    val = 100 if options.data == "digits" else 500
    models: dict[str, Any] = {
        "mlp": model("mlp"),
        "flatten": model("small_cnn", width=options.width),
        "pooled": model("small_cnn", width=options.width, depth=4, global_pooling=True),
    }
    return bench.train(
        name,
        {
            "data": {
                "name": options.data,
                "options": {"train_pictures": options.train, "val_pictures": val, "sample_seed": seed},
            },
            "augmentation": [{"name": "shift", "options": {"pixels": options.shift}}] if taught else [],
            "model": models[network],
            "train": {"epochs": options.epochs},
        },
    )


def shifted(pictures: NDArray[np.uint8], way: NDArray[np.int64], far: int) -> NDArray[np.uint8]:
    """uint8 (N, H, W, C), each moved by `far` pixels down, up, right or left (`way` 0 to 3); black comes in."""
    import torch

    from cnn_core.augmentation.entries import SHELF

    entry = SHELF.load("shift")
    by = far * np.array([(1, 0), (-1, 0), (0, 1), (0, -1)])[way]
    made = entry.build.apply(
        parse_options(entry.options, {"pixels": FARTHEST}, "shift"),
        torch.tensor(pictures),
        torch.tensor(by, dtype=torch.int16),
    )
    return made.numpy()


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    lost = {
        f"{network}{taught}": numbers[f"{network}{taught}_centred"] - numbers[f"{network}{taught}_moved"]
        for network in NETWORKS
        for taught in TAUGHT
    }
    told = ", ".join(
        f"{words}{more} {100 * lost[f'{network}{taught}']:.0f}"
        for network, words in NETWORKS.items()
        for taught, more in TAUGHT.items()
    )
    said = f"points lost when moved: {told}"
    half = lost["flatten"] / 2
    if lost["flatten"] >= LOST and lost["pooled"] <= half and lost["flatten_taught"] <= half:
        return "confirmed", f"The dense layer is bound to places, pooling and shifts are remedies; {said}."
    if lost["flatten"] < LOST / 2 or min(lost["pooled"], lost["flatten_taught"]) >= lost["flatten"]:
        return "refuted", f"Convolution alone is enough, or neither remedy helps; {said}."
    return "not at this scale", f"Not all that the rule asks; {said}."


ENTRY: Entry[Lab] = Entry(
    options=ShiftTestOptions,
    build=Lab(
        title="Shifted test pictures",
        varies="How far test pictures are moved, 0 to 8 pixels; the network (dense, convolutions with a dense layer, "
        "convolutions with global pooling); shifts in training or none.",
        rule=f"Confirmed when at 6 pixels convolutions with a dense layer lose at least {100 * LOST:.0f} points, "
        "and no more than half of that is lost with global pooling, and with shifts in training; refuted when they "
        f"lose less than {100 * LOST / 2:.0f}, or neither remedy helps.",
        numbers={
            f"{network}{taught}_{place}": f"Test accuracy, {said}: {words}{more}."
            for network, words in NETWORKS.items()
            for taught, more in TAUGHT.items()
            for place, said in (("centred", "pictures as they are"), ("moved", "moved by 6 pixels (digits: 2)"))
        },
        measure=measure,
        judge=judge,
        next="Move a test picture on Explain by uploading it shifted, and see which cells of the map move with it.",
        seconds=58,
        chart=Chart("Accuracy on moved pictures", "pixels moved", "accuracy"),
    ),
    tiny={"data": "digits", "train": 100, "epochs": 1, "width": 1},
)
