"""Grad-CAM of the softmax output fades where the network is sure; of the score before it, it does not.

The slope of the softmax is p (1 - p) for the class itself, so at p = 0.9999 the gradient is ten thousand times smaller,
and what is left mixes in the other classes. The method is defined for the score before softmax; code that takes the
last output of a network with a softmax layer at its end differentiates the wrong thing. Selvaraju and others, 2017
(arXiv 1610.02391).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from cnn_core.base.options import Entry
from cnn_core.labs import Chart, Lab, Reading, Verdict
from cnn_core.labs.once import OnceOptions, taught

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnn_core.labs.bench import Bench
    from cnn_core.network import Network

FADED, STAYED = 0.01, 0.03


class ScoreOrSoftmaxOptions(OnceOptions):
    asked: int = Field(600, ge=50, le=5_000, title="Asked", description="Test pictures that are explained both ways.")


def measure(options: ScoreOrSoftmaxOptions, seed: int, bench: Bench) -> Reading:
    """One training; both maps of the predicted class for many test pictures, by how sure the network is."""
    run = taught(options, seed, bench)
    bench.say("both maps of each picture")
    test = run.data().splits["test"]
    sure, scores, chances = _maps(run.network(), test.pictures[: options.asked])
    large = scores.max((1, 2)) > 0
    sure, scores, chances = sure[large], scores[large], chances[large]
    ratio = chances.max((1, 2)) / scores.max((1, 2))
    alike = np.array([_correlation(a, b) for a, b in zip(scores, chances, strict=True)])
    order = np.argsort(sure)
    most, least = order[-max(1, len(order) // 3) :], order[: max(1, len(order) // 10)]
    numbers = {
        "sure": float(sure[most].mean()),
        "ratio_sure": float(np.median(ratio[most])),
        "alike_sure": float(np.median(alike[most])),
        "unsure": float(sure[least].mean()),
        "ratio_unsure": float(np.median(ratio[least])),
        "alike_unsure": float(np.median(alike[least])),
    }
    shown = {"least sure": test.pictures[: options.asked][large][order[:12]]}
    points = [(float(sure[one]), float(max(ratio[one], 1e-12))) for one in order[:: max(1, len(order) // 60)]]
    return Reading(numbers, {"softmax map by score map": points}, shown)


def _maps(
    network: Network, pictures: NDArray[np.uint8]
) -> tuple[NDArray[np.float64], NDArray[np.float32], NDArray[np.float32]]:
    """How sure (N,) the network is of each picture, and its Grad-CAM (N, h, w) of the score and of the probability."""
    from torch import nn

    from cnn_core.attribution.methods import SHELF

    entry, options = SHELF.load("grad_cam"), SHELF.load("grad_cam").options()
    images = network.preprocessing.tensor(network.preprocessing.pictures(pictures))
    layer = network.module.get_submodule(network.convolutions()[-1][0])
    with network.lock:
        logits = network.module(images).detach().double()
        targets = logits.argmax(1)
        scores = entry.build(options, network.module, layer, images, targets)
        ended = nn.Sequential(network.module, nn.Softmax(1)).eval()
        chances = entry.build(options, ended, layer, images, targets)
    return logits.softmax(1).amax(1).numpy(), scores.numpy(), chances.numpy()


def _correlation(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    if a.std() == 0 or b.std() == 0:
        return 0.0
    return float(np.corrcoef(a.ravel().astype(np.float64), b.ravel().astype(np.float64))[0, 1])


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    sure, unsure = numbers["ratio_sure"], numbers["ratio_unsure"]
    said = (
        f"the softmax map is {sure:.2g} times the score map where the mean probability is {numbers['sure']:.4f}, and "
        f"{unsure:.2g} times where it is {numbers['unsure']:.2f}; the maps correlate with {numbers['alike_sure']:.2f} "
        f"and {numbers['alike_unsure']:.2f}"
    )
    if sure < FADED and unsure > STAYED:
        return "confirmed", f"The surer, the fainter; {said}."
    if sure >= unsure:
        return "refuted", f"The softmax map does not fade; {said}."
    return "not at this scale", f"The softmax map fades, but the network is not sure enough; {said}."


ENTRY: Entry[Lab] = Entry(
    options=ScoreOrSoftmaxOptions,
    build=Lab(
        title="Score or softmax",
        varies="What Grad-CAM differentiates, the score of the class or its probability, and how sure the network is.",
        rule=f"Confirmed when among the surest third of the pictures the softmax map is less than {FADED:g} times the "
        f"score map (the median), and among the least sure tenth more than {STAYED:g} times; refuted when it is no "
        "fainter for the sure.",
        numbers={
            "sure": "Mean probability among the surest third.",
            "ratio_sure": "Largest value of the softmax map by that of the score map, the median of those.",
            "alike_sure": "How the two maps correlate, the median of those.",
            "unsure": "Mean probability among the least sure tenth.",
            "ratio_unsure": "Largest value of the softmax map by that of the score map, the median of those.",
            "alike_unsure": "How the two maps correlate, the median of those.",
        },
        measure=measure,
        judge=judge,
        next="Look at a wrong and a sure answer on Explain: the scale is that of the score, so they compare.",
        seconds=14,
        chart=Chart("How faint the softmax map is", "probability", "softmax map by score map", log=True),
    ),
    tiny={"data": "digits", "train": 100, "asked": 50, "epochs": 1, "width": 1},
)
