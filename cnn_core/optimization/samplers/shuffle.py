"""Shuffle: every training picture once an epoch, in a new random order.

The usual way: classes are seen as often as they are in the data. The order is a function of the seed and the epoch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnn_core.base.options import Entry, Options
from cnn_core.optimization.samplers import Sampler
from cnn_core.optimization.samplers._order import chance

if TYPE_CHECKING:
    from torch import Tensor


class ShuffleOptions(Options):
    """There is nothing to choose."""


def shuffle(options: ShuffleOptions, targets: Tensor, seed: int, epoch: int) -> Tensor:
    """A permutation; see `Sampler`."""
    import torch

    return torch.randperm(len(targets), generator=chance(seed, epoch))


ENTRY: Entry[Sampler] = Entry(options=ShuffleOptions, build=shuffle)
