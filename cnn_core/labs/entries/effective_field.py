"""What a place really hears grows like the root of the depth, and training on a distant cue widens it.

The field that a stack of 3 x 3 convolutions could see grows by two pixels a layer. The gradient of the middle output
fills it like a bell: most of its energy lies in a middle part, whose radius grows more slowly. Then one of the stacks
learns to tell whether a square stands left or right of a cross 8 to 12 pixels away, and the same gradient is measured
again. Luo et al., 2016 (understanding the effective receptive field).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import linear_regression
from typing import TYPE_CHECKING, Any

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnn_core.labs.bench import Bench

DEPTHS = (2, 4, 8, 12)
SIDE = 49  # of the noise: room for the deepest stack
LOW, HIGH, LINEAR = 0.35, 0.65, 0.85  # of the exponent: a root is 0.5, in step with the depth is 1
WIDER = 1.1
PROBE = 64


class EffectiveFieldOptions(Options):
    width: int = Field(12, ge=1, le=64, title="Width", description="Filters of each convolution.")
    depth: int = Field(8, ge=1, le=16, title="Trained depth", description="Convolutions of the stack that is trained.")
    pictures: int = Field(2100, ge=80, le=20_000, title="Pictures", description="Drawn in all; 70% of them train.")
    epochs: int = Field(8, ge=1, le=100, title="Epochs", description="Of the training.")


def measure(options: EffectiveFieldOptions, seed: int, bench: Bench) -> Reading:
    """First weights at four depths on noise; then one depth before and after its training, on its test pictures."""
    import torch

    from cnn_core.models import build_model
    from cnn_core.models.effective import gradient_energy, half_width, spread

    numbers, pictures = {}, {}
    for depth in DEPTHS:
        bench.say(f"the gradient of {depth} layers")
        torch.manual_seed(seed)
        stack = build_model("conv_stack", (1, SIDE, SIDE), 2, depth=depth, width=options.width)
        energy = gradient_energy(stack.get_submodule("features"), torch.randn(16, 1, SIDE, SIDE))
        numbers[f"radius_{depth}"] = spread(energy)
        numbers[f"half_50_{depth}"] = float(half_width(energy, 0.5))
        numbers[f"half_955_{depth}"] = float(half_width(energy, 0.955))
        pictures[f"{depth} layers, first weights"] = _seen(energy)
    radii = [(float(depth), numbers[f"radius_{depth}"]) for depth in DEPTHS]
    logs = [[math.log(value or 1) for value in some] for some in zip(*radii, strict=True)]
    numbers["exponent"] = linear_regression(*logs).slope
    for when, energy in zip(("before", "after"), _trained(options, seed, bench), strict=True):
        numbers[f"radius_{when}"] = spread(energy)
        numbers[f"half_955_{when}"] = float(half_width(energy, 0.955))
        pictures[f"{options.depth} layers, {when} training"] = _seen(energy)
    numbers["wider"] = numbers["radius_after"] / (numbers["radius_before"] or 1)
    trained = [(float(options.depth), numbers["radius_after"])]
    theory = [(float(depth), math.sqrt(2 * depth * (depth + 1) / 3)) for depth in DEPTHS]  # of a whole square
    return Reading(numbers, {"first weights": radii, "if heard alike": theory, "trained": trained}, pictures)


def _trained(options: EffectiveFieldOptions, seed: int, bench: Bench) -> list[NDArray[np.float64]]:
    """The energy on test pictures with the first weights of a run and with its trained ones."""
    import torch

    from cnn_core.labs.asking import model
    from cnn_core.models.effective import gradient_energy
    from cnn_core.runs.loaded import build

    drawn: dict[str, Any] = {"count": options.pictures, "seed": seed}
    run = bench.train(
        f"{options.depth} layers, a distant cue",
        {
            "data": {"name": "relations", "options": drawn},
            "model": model("conv_stack", depth=options.depth, width=options.width),
            "train": {"epochs": options.epochs, "lr": 3e-3},
        },
    )
    network = run.network()
    seen = network.preprocessing.pictures(run.data().splits["test"].pictures[:PROBE])
    torch.manual_seed(seed)  # as the training did: the first weights of the run itself
    both = (build(run.experiment), network.module)
    return [gradient_energy(one.get_submodule("features"), network.preprocessing.tensor(seen)) for one in both]


def _seen(energy: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The energy as one grey picture, brightest where it is largest; its root, so that the rim can be seen."""
    import numpy as np

    root = np.sqrt(energy / (energy.max() or 1))
    return np.round(255 * root).astype(np.uint8)[None, ..., None]


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    exponent, wider = numbers["exponent"], numbers["wider"]
    said = (
        f"the radius grows like depth to the power of {exponent:.2f}, and by a factor of {wider:.2f} in training, from "
        f"{numbers['radius_before']:.1f} to {numbers['radius_after']:.1f} pixels"
    )
    if LOW <= exponent <= HIGH and wider >= WIDER:
        return "confirmed", f"It is a root, and training widens it; {said}."
    if exponent >= LINEAR or wider <= 1:
        return (
            "refuted",
            f"{'It keeps step with the depth' if exponent >= LINEAR else 'Training does not widen it'}; {said}.",
        )
    return "not at this scale", f"It is less clear than the rule asks; {said}."


ENTRY: Entry[Lab] = Entry(
    options=EffectiveFieldOptions,
    build=Lab(
        title="Effective field",
        varies=f"The number of 3 x 3 convolutions, {', '.join(map(str, DEPTHS))}; then one stack before and after its "
        "training.",
        rule=f"Confirmed when the radius grows like depth to a power of {LOW} to {HIGH} and training makes it at least "
        f"{WIDER} times as large; refuted when the power is {LINEAR} or more (the theoretical field has 1) or training "
        "does not enlarge it.",
        numbers={
            "exponent": "Power of the depth that the radius grows with, fitted to all depths.",
            **{
                f"radius_{depth}": f"Root mean squared distance of the energy, {depth} layers, pixels."
                for depth in DEPTHS
            },
            **{
                f"half_{name}_{depth}": f"Half the side of the square with {share} % of it, {depth} layers, pixels."
                for depth in DEPTHS
                for name, share in (("50", "50"), ("955", "95.5"))
            },
            "radius_before": "Radius of the stack that is trained, with its first weights.",
            "radius_after": "Radius of that stack after training.",
            "half_955_before": "Half the side of its square with 95.5% of the energy, before training.",
            "half_955_after": "Half the side of that square after training.",
            "wider": "Radius after training over radius before.",
        },
        measure=measure,
        judge=judge,
        next="Train longer, or on `shapes`, where no distant cue asks for more; and give the stack rates 1,2,4.",
        seconds=22,
        chart=Chart("Radius of what is heard", "layers", "pixels"),
    ),
    tiny={"width": 2, "depth": 1, "pictures": 80, "epochs": 1},
)
