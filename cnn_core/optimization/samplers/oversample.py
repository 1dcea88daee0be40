"""Oversample: every class as often as any other, pictures of rare classes again and again.

An epoch keeps its number of steps, so frequent classes are not all seen in each one; over several epochs they are.
Pictures of a rare class repeat within an epoch, which invites learning them by heart; augmentation helps against that.
Class weights do the same job in the loss: both together correct twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnn_core.base.options import Entry, Options
from cnn_core.optimization.samplers import Sampler
from cnn_core.optimization.samplers._order import by_class, chance, even_shares, mixed, repeated

if TYPE_CHECKING:
    from torch import Tensor


class OversampleOptions(Options):
    """There is nothing to choose."""


def oversample(options: OversampleOptions, targets: Tensor, seed: int, epoch: int) -> Tensor:
    """Equal shares of the classes; see `Sampler`."""
    import torch

    generator, classes = chance(seed, epoch), by_class(targets)
    shares = even_shares(len(targets), len(classes), generator)
    parts = [repeated(mine, share, generator) for mine, share in zip(classes, shares, strict=True)]
    return mixed(torch.cat(parts), generator)


ENTRY: Entry[Sampler] = Entry(options=OversampleOptions, build=oversample)
