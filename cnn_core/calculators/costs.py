"""What layers cost, asked of the layers themselves: built without weights and looked at as any network is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from cnn_core.base.errors import UserError

if TYPE_CHECKING:
    from torch import nn

PLACES_MOST = 2**53  # whole numbers up to here are exact in every script that reads them


def cost(make: Callable[[], Sequence[nn.Module]], shape: tuple[int, int, int]) -> dict[str, Any]:
    """The anatomy (see `models.anatomy`) of layers in a row.

    Args:
        make: builds them. shape: (C, H, W) of what they get.

    Raises:
        UserError: they cannot take such a picture, or are too large to be counted.
    """
    import torch
    from torch import nn

    from cnn_core.models.anatomy import anatomy

    try:
        with torch.device("meta"):
            model = nn.Sequential(*make())
    except (RuntimeError, ValueError) as error:
        raise UserError(f"There is no such layer: {str(error).splitlines()[0]}.") from error
    return anatomy(model, shape)


def thousands(value: int) -> str:
    """150528 as 150,528."""
    return f"{value:,}"


def ratio(one: float, other: float) -> float | None:
    """How many times `other` goes into `one`; None where it is nothing."""
    return one / other if other else None
