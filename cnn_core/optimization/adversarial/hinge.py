"""Hinge: the discriminator keeps a margin of 1 between real and drawn, and cares for nothing beyond it.

It makes max(0, 1 - real) + max(0, 1 + drawn) of the logits small, the generator -drawn. Often used with spectral norm,
for nothing else bounds the logits. Lim and Ye, 2017.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnn_core.base.options import Entry, Options
from cnn_core.optimization.adversarial import AdversarialLoss

if TYPE_CHECKING:
    from torch import Tensor


class HingeOptions(Options):
    pass


class Hinge:
    """See `AdversarialLoss`."""

    def discriminator(self, options: HingeOptions, real: Tensor, fake: Tensor) -> Tensor:
        return (1 - real).relu().mean() + (1 + fake).relu().mean()

    def generator(self, options: HingeOptions, fake: Tensor) -> Tensor:
        return -fake.mean()


ENTRY: Entry[AdversarialLoss] = Entry(options=HingeOptions, build=Hinge())
