"""The receptive field that the formula promises is the one that the gradient reaches.

A field grows by (kernel - 1) times the dilation at each layer: RF += (k - 1) * d. Here it is measured: a stack of
convolutions gets equal weights, so that no two paths cancel, and the gradient of its middle output says which pixels
it depends on. With one rate for all layers the field has holes: the share of its square that is reached falls. Yu and
Koltun, 2016; Wang et al., 2018 (gridding).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Lab, Reading, Verdict

if TYPE_CHECKING:
    from torch import nn

    from cnn_core.labs.bench import Bench

RATES = ("1,1,1", "2,2,2", "3,3,3", "1,2,4", "1,2,4,8", "2,4,8", "1,2,3", "1,2,5")


class MeasuredReceptiveFieldOptions(Options):
    side: int = Field(49, ge=35, le=129, title="Side", description="Of the picture, in pixels; room for every field.")


def measured(model: nn.Module, side: int) -> tuple[int, float]:
    """(side of the square that the gradient of the middle output reaches, share of that square that it reaches)."""
    import torch

    picture = torch.ones(1, 1, side, side, dtype=torch.float64, requires_grad=True)
    maps = model.double().get_submodule("features")(picture)
    (gradient,) = torch.autograd.grad(maps[0, 0, side // 2, side // 2], picture)
    reached = gradient[0, 0] != 0
    rows, columns = reached.any(1).nonzero().flatten(), reached.any(0).nonzero().flatten()
    height, width = (int(places.max() - places.min()) + 1 for places in (rows, columns))
    return max(height, width), float(reached.sum()) / (height * width)


def measure(options: MeasuredReceptiveFieldOptions, seed: int, bench: Bench) -> Reading:
    """Every list of rates; nothing is drawn at random, so every seed gives the same."""
    from torch import nn

    from cnn_core.models import build_model
    from cnn_core.models.anatomy import anatomy

    differences, numbers = [0], {}
    for rates in RATES:
        bench.say(f"rates {rates}")
        depth = rates.count(",") + 1
        model = build_model("conv_stack", (1, options.side, options.side), 2, depth=depth, width=1, rates=rates)
        for parameter in model.parameters():
            nn.init.constant_(parameter, 0.01)
        promised = anatomy(model, (1, options.side, options.side))["receptive_field"]
        found, share = measured(model, options.side)
        differences.append(abs(promised - found))
        numbers[f"field_{rates.replace(',', '')}"] = float(found)
        numbers[f"share_{rates.replace(',', '')}"] = share
    return Reading({"largest_difference": float(max(differences)), **numbers})


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """Exact, or refuted."""
    worst, holes = numbers["largest_difference"], numbers["share_222"]
    said = (
        f"the largest difference between formula and gradient is {worst:g} pixels; "
        f"with rates 2,2,2 only {holes:.0%} of the square is reached"
    )
    return ("confirmed" if worst == 0 else "refuted"), f"Of {len(RATES)} lists of rates {said}."


ENTRY: Entry[Lab] = Entry(
    options=MeasuredReceptiveFieldOptions,
    build=Lab(
        title="Measured receptive field",
        varies=f"The dilation rates of a stack of 3 x 3 convolutions: {'; '.join(RATES)}.",
        rule="Confirmed when formula and gradient agree to the pixel for every list of rates, refuted otherwise.",
        numbers={
            "largest_difference": "Pixels between the side that the formula promises and the one that was "
            "measured, the worst of all.",
            "field_222": "Side of the field with rates 2,2,2, in pixels.",
            "share_222": "Share of its square that the gradient reaches with rates 2,2,2; the rest are holes.",
            "share_124": "The same with rates 1,2,4.",
        },
        measure=measure,
        judge=judge,
        next="Train `conv_stack` with rates 2,2,2 and 1,2,3 on the shapes, and look at their maps on Features.",
        seconds=1,
    ),
    tiny={"side": 35},
)
