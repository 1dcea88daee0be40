"""With its weights randomised from the top, a network's Grad-CAM no longer looks like before: it shows what was learnt.

The layers of a trained network get new random weights, one after the other from the last to the first, and after each
the maps of the same pictures and classes are compared with the first ones by rank correlation. A map that stays alike
though nothing that was learnt is left shows the picture and not the network. Adebayo and others, 2018 (arXiv
1810.03292), found just that for guided methods.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from cnn_core.base.options import Entry
from cnn_core.labs import Chart, Lab, Reading, Verdict
from cnn_core.labs.once import OnceOptions, taught

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import nn

    from cnn_core.labs.bench import Bench
    from cnn_core.network import Network

METHODS = {
    "grad_cam": "Grad-CAM",
    "guided_grad_cam": "Guided Grad-CAM",
    "saliency": "saliency",
    "integrated_gradients": "integrated gradients",
}
FORGOTTEN = 0.3


class RandomisedWeightsOptions(OnceOptions):
    asked: int = Field(16, ge=2, le=100, title="Asked", description="Test pictures that are explained each time.")


def measure(options: RandomisedWeightsOptions, seed: int, bench: Bench) -> Reading:
    """One training; the maps after each layer that was randomised."""
    import torch

    from cnn_core.labs.asking import answers
    from cnn_core.network import Network

    run = taught(options, seed, bench)
    pictures = run.data().splits["test"].pictures[: options.asked]
    targets = answers(run, pictures)
    first = {method: _maps(run.network(), pictures, targets, method) for method in METHODS}
    other = Network(copy.deepcopy(run.model()), run.preprocessing, run.classes)
    curves: dict[str, list[tuple[float, float]]] = {words: [(0.0, 1.0)] for words in METHODS.values()}
    layers = [part for part in other.module.modules() if hasattr(part, "reset_parameters")]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for place, layer in enumerate(reversed(layers), 1):
            bench.say(f"{place} of {len(layers)} layers randomised")
            _randomise(layer)
            for method, words in METHODS.items():
                curves[words].append((float(place), alike(first[method], _maps(other, pictures, targets, method))))
    numbers = {f"{method}_all": curves[words][-1][1] for method, words in METHODS.items()}
    numbers |= {f"{method}_head": curves[words][1][1] for method, words in METHODS.items()}
    return Reading(numbers, curves, {"explained": pictures})


def _randomise(layer: nn.Module) -> None:
    reset: Any = layer.reset_parameters
    reset()


def _maps(
    network: Network, pictures: NDArray[np.uint8], targets: NDArray[np.int64], method: str
) -> NDArray[np.float32]:
    """(N, H, W): what speaks for the given classes."""
    from cnn_core.attribution.explain import explain

    asked = zip(pictures, targets, strict=True)
    return np.stack([explain(network, one, method, target=network.classes[target]).heat for one, target in asked])


def alike(first: NDArray[np.float32], then: NDArray[np.float32]) -> float:
    """Mean rank correlation of maps (N, H, W); 0 where one is the same everywhere."""
    found = []
    for one, other in zip(first, then, strict=True):
        a, b = _ranks(one.ravel()), _ranks(other.ravel())
        a, b = a - a.mean(), b - b.mean()
        lengths = float(np.sqrt((a @ a) * (b @ b)))
        found.append(float(a @ b) / lengths if lengths > 0 else 0.0)
    return float(np.mean(found))


def _ranks(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """The mean rank of each value, so that equal ones have the same."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    ends: NDArray[np.float64] = count.cumsum() - (count - 1) / 2
    return ends[place]


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    left = {method: numbers[f"{method}_all"] for method in METHODS}
    told = ", ".join(f"{words} {left[method]:.2f}" for method, words in METHODS.items())
    said = f"rank correlation with the first map when all weights are random: {told}"
    if abs(left["grad_cam"]) < FORGOTTEN:
        return "confirmed", f"Grad-CAM forgets with the network; {said}."
    if left["grad_cam"] > 0.6:
        return "refuted", f"Grad-CAM stays alike though nothing learnt is left; {said}."
    return "not at this scale", f"Grad-CAM forgets in part; {said}."


ENTRY: Entry[Lab] = Entry(
    options=RandomisedWeightsOptions,
    build=Lab(
        title="Randomised weights",
        varies="How many layers, from the last to the first, have new random weights, and the method.",
        rule=f"Confirmed when the rank correlation of Grad-CAM with its first map is within {FORGOTTEN:g} of 0 when "
        "all weights are random, refuted when it is above 0.6 then.",
        numbers={
            **{
                f"{m}_all": f"Rank correlation with the first map, all weights random: {w}." for m, w in METHODS.items()
            },
            **{f"{m}_head": f"The same, only the last layer random: {w}." for m, w in METHODS.items()},
        },
        measure=measure,
        judge=judge,
        next="A method that stays alike draws the strokes of the digit: compare it with Grad-CAM on Explain before "
        "you believe either.",
        seconds=21,
        chart=Chart("How alike the maps stay", "layers randomised from the top", "rank correlation"),
    ),
    tiny={"data": "digits", "train": 100, "asked": 2, "epochs": 1, "width": 1},
)
