"""A network is only as good as the preprocessing it is served with: most changes of it cost accuracy, unsaid.

One network is trained on shapes with one pipeline (64 pixels to 24 by antialiased bilinear reduction, the middle cut
out, mean 0 and deviation 1) and then asked through others: the division by 255 forgotten, red and blue exchanged,
another interpolation, no antialiasing, wide pictures stretched or padded instead of cut. A second network, which tells
colours, is asked with red and blue exchanged as well, as the shapes' colours say nothing. Parmar, Zhang and Zhu, 2022
(arXiv 2104.11222), for resizing; ConvScope stores the fitted pipeline in the run for this reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnn_core.labs.bench import Bench
    from cnn_core.preprocessing.pipeline import Fitted
    from cnn_core.runs.loaded import Run

SKEWS = {
    "unscaled": "the division by 255 forgotten",
    "bgr": "red and blue exchanged",
    "nearest": "nearest instead of bilinear",
    "bicubic": "bicubic instead of bilinear",
    "plain": "no antialiasing",
    "stretch": "wide pictures stretched instead of cut",
    "pad": "wide pictures padded instead of cut",
    "bgr_colour": "red and blue exchanged, for the network of colours",
}
RESIZED: dict[str, dict[str, Any]] = {
    "nearest": {"interpolation": "nearest"},
    "bicubic": {"interpolation": "bicubic"},
    "plain": {"antialias": False},
    "stretch": {"strategy": "stretch"},
    "pad": {"strategy": "pad"},
}
WIDE = 4 / 3  # width by height of the pictures that are stretched, padded or cut


class PreprocessingSkewOptions(Options):
    pictures: int = Field(
        6_000, ge=160, le=20_000, title="Pictures", description="Of shapes, in all; 70 % train, 20 % test."
    )
    size: int = Field(64, ge=32, le=128, title="Size", description="Of the pictures as stored, in pixels.")
    seen: int = Field(24, ge=16, le=32, title="Seen size", description="What the network gets, in pixels.")
    epochs: int = Field(7, ge=1, le=30, title="Epochs", description="Of the training on shapes.")
    width: int = Field(16, ge=1, le=64, title="Width", description="Filters of the first of four convolutions.")


def measure(options: PreprocessingSkewOptions, seed: int, bench: Bench) -> Reading:
    """Accuracy on test pictures as trained, and through each other pipeline."""
    from cnn_core.labs.asking import accuracy

    run = _trained(options, bench)
    test = run.data().splits["test"]
    plain, lost = accuracy(run, test), {}
    for name in ("unscaled", "bgr", *RESIZED):
        bench.say(SKEWS[name])
        pictures = test.pictures[..., ::-1] if name == "bgr" else test.pictures
        if name in ("stretch", "pad"):
            pictures = widened(pictures)
        lost[name] = plain - _accuracy(run, name, pictures, test.targets)
    colours = _colours(options, bench)
    both = colours.data().splits["test"]
    lost["bgr_colour"] = accuracy(colours, both) - accuracy(colours, both, both.pictures[..., ::-1])
    numbers = {"accuracy": plain, **{f"lost_{name}": lost[name] for name in SKEWS}}
    bars = [(float(place), lost[name]) for place, name in enumerate(SKEWS)]
    return Reading(numbers, {"accuracy lost": bars}, _pictures(run, test.pictures[:8]))


def _trained(options: PreprocessingSkewOptions, bench: Bench) -> Run:
    from cnn_core.labs.asking import model

    return bench.train(
        "shapes, the pipeline that counts",
        {
            "data": {"name": "shapes", "options": {"count": options.pictures, "size": options.size}},
            "preprocessing": [{"name": "resize", "options": {"size": options.seen}}],
            "model": model("small_cnn", depth=4, width=options.width, global_pooling=True),
            "train": {"epochs": options.epochs},
        },
    )


def _colours(options: PreprocessingSkewOptions, bench: Bench) -> Run:
    from cnn_core.labs.asking import model

    return bench.train(
        "colours",
        {
            "data": {"name": "colors", "options": {"count": max(80, options.pictures // 5), "size": options.seen}},
            "model": model("small_cnn", depth=2, width=options.width // 2 or 1, global_pooling=True),
            "train": {"epochs": options.epochs},
        },
    )


def widened(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(N, H, H, C) with mirrored margins left and right, (N, H, W, C): cutting the middle out gives the old ones."""
    margin = round(pictures.shape[1] * (WIDE - 1) / 2)
    return np.pad(pictures, ((0, 0), (0, 0), (margin, margin), (0, 0)), mode="reflect")


def _accuracy(run: Run, skew: str, pictures: NDArray[np.uint8], targets: NDArray[np.int64]) -> float:
    """The share that the network of a run gets right through a pipeline that is not its own."""
    from cnn_core.network import Network
    from cnn_core.preprocessing.pipeline import Preprocessing

    own = run.preprocessing
    other = Network(
        run.model(), Preprocessing([_skewed(one, skew) for one in own.steps], own.stored_shape), run.classes
    )
    return float((other.predict(np.ascontiguousarray(pictures)).argmax(1) == targets).mean())


def _skewed(step: Fitted, skew: str) -> Fitted:
    from dataclasses import replace

    if step.name == "resize" and skew in RESIZED:
        return replace(step, options=step.options.model_copy(update=RESIZED[skew]))
    if step.name == "scale" and skew == "unscaled":  # (v - mean) / std, for v from 0 to 255
        return replace(step, fitted={name: [one / 255 for one in some] for name, some in step.fitted.items()})
    return step


def _pictures(run: Run, pictures: NDArray[np.uint8]) -> dict[str, NDArray[np.uint8]]:
    """A few test pictures as the network sees them, as trained and through other pipelines."""
    from cnn_core.preprocessing.pipeline import Preprocessing

    own, shown = run.preprocessing, {"as trained": run.preprocessing.pictures(pictures)}
    for name in ("nearest", "plain", "stretch", "pad"):
        other = Preprocessing([_skewed(one, name) for one in own.steps], own.stored_shape)
        shown[SKEWS[name]] = other.pictures(widened(pictures) if name in ("stretch", "pad") else pictures)
    return shown


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    lost = {name: numbers[f"lost_{name}"] for name in SKEWS}
    told = ", ".join(f"{SKEWS[name]} {100 * value:.1f}" for name, value in sorted(lost.items(), key=lambda x: -x[1]))
    said = f"of {numbers['accuracy']:.1%}, points lost: {told}"
    severe, felt = max(lost.values()) > 0.2, sum(value > 0.02 for value in lost.values())
    if severe and felt >= 4:
        return "confirmed", f"{felt} of {len(SKEWS)} changes cost more than 2 points; {said}."
    if severe or felt:
        return "not at this scale", f"Only {felt} of {len(SKEWS)} changes cost more than 2 points; {said}."
    return "refuted", f"No change costs more than 2 points; {said}."


ENTRY: Entry[Lab] = Entry(
    options=PreprocessingSkewOptions,
    build=Lab(
        title="Other preprocessing than trained with",
        varies="What a test picture goes through before the same trained network: " + ", ".join(SKEWS.values()) + ".",
        rule="Confirmed when the dearest of the eight changes costs more than 20 points and at least four cost more "
        "than 2; refuted when none costs more than 2.",
        numbers={
            "accuracy": "Test accuracy on shapes through the pipeline that was trained with.",
            **{f"lost_{name}": f"Accuracy lost with {words}." for name, words in SKEWS.items()},
        },
        measure=measure,
        judge=judge,
        next="Train with shift and flip, or with the other interpolation, and see which losses become smaller.",
        seconds=29,
        chart=Chart("What other preprocessing costs", "", "accuracy lost", kind="bars", ticks=tuple(SKEWS.values())),
    ),
    tiny={"pictures": 160, "size": 32, "seen": 16, "epochs": 1, "width": 1},
)
