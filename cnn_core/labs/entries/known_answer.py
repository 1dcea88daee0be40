"""Asked what decided, every method of attribution points at the thing that decided, where that is known.

Pictures of one coloured figure on grey ground, whose colour is the class: nothing else can decide, and it is known
which pixels the figure has. For each method, two figures: how often its brightest pixel lies in the figure (the
pointing game), and how much of its heat does; by chance both would be the figure's share of the picture. Zhang et al.,
2016 (arXiv 1608.00507), for the pointing game.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnn_core.labs.bench import Bench
    from cnn_core.runs.loaded import Run

METHODS = {
    "grad_cam": "Grad-CAM",
    "guided_grad_cam": "Guided Grad-CAM",
    "saliency": "saliency",
    "integrated_gradients": "integrated gradients",
    "occlusion": "occlusion",
}
POINTS, TIMES = 0.6, 1.5  # of the pictures; of the figure's share


class KnownAnswerOptions(Options):
    pictures: int = Field(1_500, ge=80, le=20_000, title="Pictures", description="Drawn in all; 70 % train.")
    size: int = Field(32, ge=16, le=64, title="Size", description="Of the pictures, in pixels.")
    asked: int = Field(40, ge=2, le=200, title="Asked", description="Test pictures that are explained by each method.")
    epochs: int = Field(6, ge=1, le=30, title="Epochs", description="Of the one training.")
    width: int = Field(8, ge=1, le=64, title="Width", description="Filters of the first of three convolutions.")


def measure(options: KnownAnswerOptions, seed: int, bench: Bench) -> Reading:
    """One training; every method for the same test pictures."""
    from cnn_core.labs.asking import model

    run = bench.train(
        "which colour",
        {
            "data": {"name": "colors", "options": {"count": options.pictures, "size": options.size, "seed": seed}},
            "model": model("small_cnn", width=options.width, global_pooling=True),
            "train": {"epochs": options.epochs},
        },
    )
    test = run.data().splits["test"]
    masks = test.masks if test.masks is not None else np.zeros(0)
    numbers = {
        "accuracy": float(str(run.folder.record()["test_accuracy"])),
        "area": float(masks[: options.asked].mean()),
    }
    shown = {"pictures": test.pictures[:8]}
    for method, words in METHODS.items():
        bench.say(words)
        heats = [_heat(run, test.pictures[i], method, int(test.targets[i])) for i in range(options.asked)]
        scored = [score(heat, mask) for heat, mask in zip(heats, masks[: options.asked], strict=True)]
        numbers[f"points_{method}"], numbers[f"share_{method}"] = (
            float(np.mean(one)) for one in zip(*scored, strict=True)
        )
        shown[words] = np.stack([_lit(*pair) for pair in zip(test.pictures[:8], heats[:8], strict=False)])
    curves = {
        title: [(float(place), numbers[f"{key}_{method}"]) for place, method in enumerate(METHODS)]
        for key, title in (("points", "brightest pixel in the figure"), ("share", "share of the heat in it"))
    }
    return Reading(numbers, curves, shown)


def _heat(run: Run, picture: NDArray[np.uint8], method: str, target: int) -> NDArray[np.float32]:
    from cnn_core.attribution.explain import explain

    return explain(run.network(), picture, method, target=run.classes[target]).heat


def score(heat: NDArray[np.float32], mask: NDArray[np.uint8]) -> tuple[float, float]:
    """(1 if the brightest pixel of (H, W) is in the mask, else 0; the share of the heat in it). Without heat: 0, 0."""
    if heat.max() <= 0:
        return 0.0, 0.0
    return float(mask.ravel()[heat.argmax()]), float((heat * mask).sum(dtype=np.float64) / heat.sum(dtype=np.float64))


def _lit(picture: NDArray[np.uint8], heat: NDArray[np.float32]) -> NDArray[np.uint8]:
    from cnn_core.figures.overlay import overlay

    made = overlay(picture, heat)
    step = max(1, made.shape[0] // 64)
    return made[::step, ::step, :3]


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    area = numbers["area"]
    passed = [m for m in METHODS if numbers[f"points_{m}"] >= POINTS and numbers[f"share_{m}"] >= TIMES * area]
    told = ", ".join(
        f"{words} {numbers[f'points_{m}']:.0%} and {numbers[f'share_{m}']:.0%}" for m, words in METHODS.items()
    )
    said = f"brightest pixel in the figure, and share of the heat, by chance {area:.0%}: {told}"
    if len(passed) == len(METHODS):
        return "confirmed", f"All {len(METHODS)} methods point at what decided; {said}."
    if 2 * len(passed) < len(METHODS):
        return "refuted", f"Only {len(passed)} of {len(METHODS)} methods point at what decided; {said}."
    return "not at this scale", f"{len(passed)} of {len(METHODS)} methods point at what decided; {said}."


ENTRY: Entry[Lab] = Entry(
    options=KnownAnswerOptions,
    build=Lab(
        title="A known answer",
        varies="The method that is asked: " + ", ".join(METHODS.values()) + ".",
        rule=f"Confirmed when for every method the brightest pixel lies in the figure in at least {POINTS:.0%} of the "
        f"pictures and the figure has at least {TIMES:g} times the heat that it would have by chance; refuted when "
        "fewer than half of the methods pass.",
        numbers={
            "accuracy": "Test accuracy of the network that is asked.",
            "area": "The figure's share of the picture: what chance would give.",
            **{
                f"points_{m}": f"Share of pictures whose brightest pixel is in the figure: {w}."
                for m, w in METHODS.items()
            },
            **{f"share_{m}": f"Share of the heat that is in the figure: {w}." for m, w in METHODS.items()},
        },
        measure=measure,
        judge=judge,
        next="Open the run on Explain and change the method; then train on `grounds` with an agreement of 1, and see "
        "the heat leave the figure for the ground that decides there.",
        seconds=14,
        chart=Chart("Does it point at what decided?", "", "share", kind="bars", ticks=tuple(METHODS.values())),
    ),
    tiny={"pictures": 80, "size": 16, "asked": 2, "epochs": 1, "width": 1},
)
