"""A look through a data set finds what is broken, copied or grey by itself; wrong labels show as the largest losses.

Into pictures of shapes that no network has seen, five faults of each kind are planted: files cut off, exact copies,
pictures without colour, and wrong labels. The quality report has to find the first three, all of them and nothing
else. The labels it cannot judge: a network that was trained on other pictures ranks all by its loss, and the question
is how many of the wrong labels are among the first twenty. Northcutt, Jiang and Chuang, 2021 (confident learning).
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.evaluation import log_softmax
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnn_core.data.quality import Quality
    from cnn_core.labs.bench import Bench
    from cnn_core.runs.loaded import Run

KINDS = ("cut", "copied", "grey", "mislabelled")
LOOKED = 20  # pictures that a person looks through
RECALL = 0.8


class PlantedFaultsOptions(Options):
    pictures: int = Field(500, ge=40, le=2_000, title="Pictures", description="In which the faults are planted.")
    faults: int = Field(5, ge=1, le=10, title="Faults", description="Of each of the four kinds.")
    train: int = Field(
        6_000, ge=300, le=20_000, title="Shapes", description="Drawn in all; 70 % train the network that ranks."
    )
    epochs: int = Field(7, ge=1, le=30, title="Epochs", description="Of the one training.")
    width: int = Field(16, ge=1, le=64, title="Width", description="Filters of the first of four convolutions.")


def measure(options: PlantedFaultsOptions, seed: int, bench: Bench) -> Reading:
    """Planted with this seed; what the report finds, and where the wrong labels stand."""
    from cnn_core.data.quality import quality

    run, rng = _trained(options, bench), np.random.default_rng(seed)
    test = run.data().splits["test"]
    chosen = rng.permutation(len(test.targets))[: options.pictures]
    pictures, targets = test.pictures[chosen], test.targets[chosen].copy()
    places = rng.permutation(len(chosen))[: 5 * options.faults].reshape(5, -1)
    cut, copied, originals, grey, mislabelled = places
    targets[mislabelled] = (targets[mislabelled] + rng.integers(1, len(run.classes), len(mislabelled))) % len(
        run.classes
    )
    bench.say("looking through the files")
    report = quality(_files(pictures, cut, copied, originals, grey))
    bench.say("ranking by loss")
    rank = _by_loss(run, pictures, targets, {*cut, *copied})
    hits = np.isin(rank, mislabelled).cumsum() / len(mislabelled)
    numbers = {
        "found_cut": float(np.isin(cut, list(report.unreadable)).mean()),
        "found_copied": float(np.mean([_paired(report, a, b) for a, b in zip(copied, originals, strict=True)])),
        "found_grey": float(np.isin(grey, report.grey).mean()),
        "false_findings": float(_findings(report) - _true_findings(report, places)),
        "recall_20": float(hits[:LOOKED][-1]),
        "accuracy": float(run.folder.record()["test_accuracy"]),
    }
    recall = [(float(place + 1), float(share)) for place, share in enumerate(hits[: 5 * LOOKED])]
    shown = {"the twenty largest losses": pictures[rank[:LOOKED]], "with a wrong label": pictures[mislabelled]}
    return Reading(numbers, {"wrong labels among them": recall}, shown)


def _trained(options: PlantedFaultsOptions, bench: Bench) -> Run:
    from cnn_core.labs.asking import model

    return bench.train(
        "shapes, no faults",
        {
            "data": {"name": "shapes", "options": {"count": max(options.train, 5 * options.pictures), "size": 24}},
            "model": model("small_cnn", depth=4, width=options.width, global_pooling=True),
            "train": {"epochs": options.epochs},
        },
    )


def _files(
    pictures: NDArray[np.uint8],
    cut: NDArray[np.int64],
    copied: NDArray[np.int64],
    originals: NDArray[np.int64],
    grey: NDArray[np.int64],
) -> list[bytes]:
    """The pictures (N, H, W, 3) as PNG files, with the faults that are in the files."""
    made = [Image.fromarray(one) for one in pictures]
    for place in grey:
        made[place] = made[place].convert("L")
    for place, other in zip(copied, originals, strict=True):
        made[place] = made[other]
    files = []
    for place, image in enumerate(made):
        file = io.BytesIO()
        image.save(file, "PNG")
        data = file.getvalue()
        files.append(data[: len(data) // 2] if place in cut else data)
    return files


def _paired(report: Quality, a: int, b: int) -> bool:
    return (min(a, b), max(a, b)) in report.exact


def _findings(report: Quality) -> int:
    return len(report.unreadable) + len(report.exact) + len(report.near) + len(report.grey)


def _true_findings(report: Quality, places: NDArray[np.int64]) -> int:
    cut, copied, originals, grey, _ = places
    pairs = sum(_paired(report, a, b) for a, b in zip(copied, originals, strict=True))
    return int(np.isin(cut, list(report.unreadable)).sum() + pairs + np.isin(grey, report.grey).sum())


def _by_loss(run: Run, pictures: NDArray[np.uint8], targets: NDArray[np.int64], without: set[int]) -> NDArray[np.int64]:
    """The places of the pictures, the largest log loss first; without those that the report has found."""
    logits = run.network().predict(pictures)
    losses = -log_softmax(logits)[np.arange(len(targets)), targets]
    order = np.argsort(-losses, kind="stable")
    return order[~np.isin(order, list(without))]


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    found = [numbers[f"found_{kind}"] for kind in KINDS[:3]]
    recall, false = numbers["recall_20"], numbers["false_findings"]
    said = (
        f"found of the cut files {found[0]:.0%}, of the copies {found[1]:.0%}, of the grey pictures {found[2]:.0%}, "
        f"and {false:.1f} that nobody planted; {recall:.0%} of the wrong labels are among the {LOOKED} largest losses"
    )
    if min(found) == 1 and false == 0 and recall >= RECALL:
        return "confirmed", f"All is found, the labels by their loss; {said}."
    if min(found) < 0.5 or recall < 0.3:
        return "refuted", f"Much is overlooked; {said}."
    return "not at this scale", f"Most is found, but not by all that the rule asks; {said}."


ENTRY: Entry[Lab] = Entry(
    options=PlantedFaultsOptions,
    build=Lab(
        title="Planted faults",
        varies="What is wrong with a picture: its file cut off, a copy of another one, without colour, a wrong label.",
        rule="Confirmed when the report finds all cut files, copies and grey pictures and nothing else, and at least "
        f"{RECALL:.0%} of the wrong labels are among the {LOOKED} largest losses; refuted when it overlooks half of a "
        "kind, or fewer than 30% of the labels are there.",
        numbers={
            "found_cut": "Share of the files that were cut off that are found.",
            "found_copied": "Share of the exact copies that are found.",
            "found_grey": "Share of the grey pictures that are found.",
            "false_findings": "Findings that nobody planted.",
            "recall_20": f"Share of the wrong labels among the {LOOKED} largest losses.",
            "accuracy": "Test accuracy of the network that ranks.",
        },
        measure=measure,
        judge=judge,
        next="Take fewer training pictures: the less the network knows, the further down the wrong labels stand.",
        seconds=22,
        chart=Chart("Wrong labels found by looking at the largest losses", "pictures looked at", "share found"),
    ),
    tiny={"pictures": 40, "faults": 1, "train": 300, "epochs": 1, "width": 1},
)
