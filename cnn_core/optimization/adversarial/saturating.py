"""Saturating: the generator makes the discriminator's success small, ln(1 - D); the game as it is written down.

Where the discriminator is sure that a picture is drawn, D near 0, the gradient on its logit is D, nearly nothing: at
D = 0.01 it is 99 times weaker than that of the non-saturating loss, so a generator that is behind stays behind.
Goodfellow and others, 2014, who advise against it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnn_core.base.options import Entry
from cnn_core.optimization.adversarial import AdversarialLoss
from cnn_core.optimization.adversarial._entropy import EntropyOptions, told_apart

if TYPE_CHECKING:
    from torch import Tensor


class SaturatingOptions(EntropyOptions):
    pass


class Saturating:
    """See `AdversarialLoss`; the generator's loss is below 0."""

    def discriminator(self, options: SaturatingOptions, real: Tensor, fake: Tensor) -> Tensor:
        return told_apart(options, real, fake)

    def generator(self, options: SaturatingOptions, fake: Tensor) -> Tensor:
        from torch.nn import functional

        return -functional.softplus(fake).mean()


ENTRY: Entry[AdversarialLoss] = Entry(options=SaturatingOptions, build=Saturating())
