"""Undersample: of every class only as many pictures as the rarest has; the rest is left out.

The few that are left are gone through as often as an epoch has room for them, so it has as many steps as any other.
By default every epoch draws others, and over many epochs nothing is lost; with one draw for good, as in the textbook,
most of a frequent class is never seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.optimization.samplers import Sampler
from cnn_core.optimization.samplers._order import by_class, chance, mixed, repeated

if TYPE_CHECKING:
    from torch import Tensor


class UndersampleOptions(Options):
    redraw: bool = Field(
        True, title="Redraw", description="Draw other pictures in every epoch; off: the same few all the time."
    )


def undersample(options: UndersampleOptions, targets: Tensor, seed: int, epoch: int) -> Tensor:
    """As many of each class as the rarest has, again and again; see `Sampler`."""
    import torch

    classes = by_class(targets)
    least, drawing = min(map(len, classes)), chance(seed, epoch if options.redraw else 0)
    chosen = torch.cat([mixed(mine, drawing)[:least] for mine in classes])
    generator = chance(seed, epoch)
    return mixed(repeated(chosen, len(targets), generator), generator)


ENTRY: Entry[Sampler] = Entry(options=UndersampleOptions, build=undersample)
