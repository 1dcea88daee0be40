"""What layers cost, asked of the layers themselves: built without weights and looked at as any network is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from cnn_core.calculators import Step, Table, Worked

if TYPE_CHECKING:
    from torch import nn

Conv = tuple[int, int, int, int]  # channels in, channels out, kernel, groups


def cost(make: Callable[[], Sequence[nn.Module]], shape: tuple[int, int, int]) -> dict[str, Any]:
    """The anatomy (see `models.anatomy`) of layers in a row, which `make` builds; shape: (C, H, W) of what they get.

    Raises:
        UserError: they cannot take such a picture.
    """
    import torch
    from torch import nn

    from cnn_core.models.anatomy import anatomy

    with torch.device("meta"):
        model = nn.Sequential(*make())
    return anatomy(model, shape)


def compare(
    one: Sequence[Conv], other: Sequence[Conv], side: int, names: tuple[str, str], formulas: tuple[str, str]
) -> Worked:
    """Two ways to do the same with convolutions that keep the size: weights, biases, multiply-adds, and the ratios.

    Args:
        side: of the square maps. names: of the two ways. formulas: of their weights without biases.
    """
    bare, full = ([_built(way, side, bias) for way in (one, other)] for bias in (False, True))
    weights, both = ([way["parameters"] for way in ways] for ways in (bare, full))
    products = [way["multiply_adds"] for way in bare]
    steps = [Step(f"weights_{at + 1}", f"{names[at]}: weights", weights[at], formulas[at]) for at in (0, 1)]
    steps.append(Step("ratio", "Times fewer weights", weights[0] / weights[1], f"{weights[0]} / {weights[1]}"))
    for at in (0, 1):
        bias = both[at] - weights[at]
        steps.append(Step(f"parameters_{at + 1}", f"{names[at]}: with biases", both[at], f"{weights[at]} + {bias}"))
    steps.append(Step("ratio_with_biases", "Times fewer parameters", both[0] / both[1], f"{both[0]} / {both[1]}"))
    for at in (0, 1):
        formula = f"({formulas[at]}) × {side} × {side}"
        steps.append(Step(f"multiply_adds_{at + 1}", f"{names[at]}: multiply-adds", products[at], formula))
    rows = tuple(
        (names[at], weights[at], both[at], products[at], 2 * products[at], bare[at]["receptive_field"]) for at in (0, 1)
    )
    columns = ("", "weights", "with biases", "MACs", "FLOPs", "sees")
    said = "" if weights[0] > weights[1] else f"{names[1]} costs more here, not less."
    return Worked(tuple(steps), (Table("Side by side", columns, rows),), warnings=(said,) if said else ())


def _built(way: Sequence[Conv], side: int, bias: bool) -> dict[str, Any]:
    from torch import nn

    def make() -> list[nn.Module]:
        return [nn.Conv2d(c, f, kernel, padding="same", groups=groups, bias=bias) for c, f, kernel, groups in way]

    return cost(make, (way[0][0], side, side))
