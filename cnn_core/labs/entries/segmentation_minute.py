"""One dilation rate for all layers leaves a lattice in the answer: neighbouring pixels hear different pixels.

Networks of equal depth and width, nothing pooled, that differ in their rates alone: all 1, all 2, and 1, 1, 2, 4, 8, 1.
With rate 2 throughout no two neighbours share an input pixel, and the masks show it: lone pixels, and energy at the
highest frequency of the probability maps. U-Net, which pools, and ASPP stand beside them; U-Net gets twice the epochs,
and fits best. Wang et al., 2018; Yu et al., 2017; Ronneberger et al., 2015.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

CASES: dict[str, tuple[str, dict[str, Any], str]] = {  # name: architecture, options, in words
    "unet": ("unet", {}, "U-Net"),
    "aspp": ("aspp", {}, "ASPP"),
    "1248": ("dilated", {"rates": "1,1,2,4,8,1"}, "rates 1,1,2,4,8,1"),
    "222": ("dilated", {"rates": "2"}, "rate 2 throughout"),
    "111": ("dilated", {"rates": "1"}, "rate 1 throughout"),
}
SHOWN = 6  # test pictures
LATTICE, GOOD = 3.0, 0.7


class SegmentationMinuteOptions(Options):
    pictures: int = Field(1200, ge=80, le=20_000, title="Pictures", description="Of three figures; 70 % to learn from.")
    epochs: int = Field(6, ge=1, le=50, title="Epochs", description="Of each network; U-Net has twice as many.")
    depth: int = Field(6, ge=2, le=12, title="Layers", description="Of the networks without pooling.")


def measure(options: SegmentationMinuteOptions, seed: int, bench: Bench) -> Reading:
    """Each network: IoU, IoU at borders, lone pixels, energy of the lattice; masks of some test pictures."""
    from cnn_core.evaluation.segmentation import lattice_energy, segmentation_report

    data = {"count": options.pictures, "classes": 3, "look": "bright"}
    numbers: dict[str, float] = {}
    pictures = {}
    for name, (model, chosen, words) in CASES.items():
        sizes = {"depth": options.depth} if model == "dilated" else {}
        run = bench.train(
            words,
            {
                "data": {"name": "shapes", "options": data},
                "model": {"name": model, "options": {**chosen, **sizes}},
                "train": {"epochs": options.epochs * (1 + (name == "unet")), "batch_size": 16, "lr": 1e-2},
            },
        )
        stored = run.predictions("test")
        report = segmentation_report(stored.logits, stored.targets, run.classes)
        numbers |= {
            f"iou_{name}": report["mean_iou"],
            f"border_{name}": report["border_accuracy"] or 0.0,
            f"lone_{name}": report["lone_pixels"],
            f"lattice_{name}": lattice_energy(stored.logits),
        }
        pictures[words] = _masks(run.data().splits["test"].pictures[:SHOWN], stored.logits[:SHOWN].argmax(1))
    places = [(float(at), numbers[f"iou_{name}"]) for at, name in enumerate(CASES)]
    return Reading(numbers, {"mean IoU": places}, pictures)


def _masks(pictures: Any, labels: Any) -> Any:
    import numpy as np

    from cnn_core.figures.masks import masked

    return np.stack([masked(*one) for one in zip(pictures, labels, strict=True)])


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    times = numbers["lattice_222"] / max(numbers["lattice_1248"], 1e-12)
    said = (
        f"lattice energy {numbers['lattice_222']:.4f} with rate 2 throughout, {numbers['lattice_1248']:.4f} with "
        f"1,1,2,4,8,1 ({times:.1f} times); mean IoU U-Net {numbers['iou_unet']:.2f}, 1,1,2,4,8,1 "
        f"{numbers['iou_1248']:.2f}, rate 2 {numbers['iou_222']:.2f}, rate 1 {numbers['iou_111']:.2f}"
    )
    if times >= LATTICE and numbers["iou_unet"] >= GOOD:
        return "confirmed", f"One rate for all layers leaves a lattice; {said}."
    if times > 1:
        return "not at this scale", f"There is more of a lattice, but not by all that the rule asks; {said}."
    return "refuted", f"One rate for all layers leaves no lattice; {said}."


ENTRY: Entry[Lab] = Entry(
    options=SegmentationMinuteOptions,
    build=Lab(
        title="Segmentation in a minute",
        varies="The network that says which pixel belongs to which figure: U-Net, ASPP, and three of equal size that "
        "differ in their dilation rates.",
        rule=f"Confirmed when the lattice energy of rate 2 throughout is at least {LATTICE:g} times that of "
        f"1,1,2,4,8,1, and U-Net learned the task (mean IoU at least {GOOD:g}); refuted when it is no larger.",
        numbers={
            f"{key}_{name}": f"{what} of {words}."
            for name, (_, _, words) in CASES.items()
            for key, what in (
                ("iou", "Mean IoU"),
                ("border", "Share of border pixels right"),
                ("lone", "Lone pixels"),
                ("lattice", "Energy at the lattice frequency"),
            )
        },
        measure=measure,
        judge=judge,
        next="Open the runs of rate 2 on Evaluate: the masks of its worst pictures are combed.",
        seconds=90,
        chart=Chart(
            "How well the masks fit", "", "mean IoU", kind="bars", ticks=tuple(one[2] for one in CASES.values())
        ),
    ),
    tiny={"pictures": 80, "epochs": 1, "depth": 2},
)
