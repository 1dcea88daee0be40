"""Non-saturating: the generator wants the discriminator to say *real*; what everybody trains with.

The generator makes -ln D(G(z)) small. Where the discriminator is sure that a picture is drawn, D near 0, the gradient
on its logit is 1 - D, nearly 1: just there the generator learns most. Goodfellow and others, 2014; labels of 0.9 for
real pictures: Salimans and others, 2016.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnn_core.base.options import Entry
from cnn_core.optimization.adversarial import AdversarialLoss
from cnn_core.optimization.adversarial._entropy import EntropyOptions, told_apart

if TYPE_CHECKING:
    from torch import Tensor


class NonSaturatingOptions(EntropyOptions):
    pass


class NonSaturating:
    """See `AdversarialLoss`."""

    def discriminator(self, options: NonSaturatingOptions, real: Tensor, fake: Tensor) -> Tensor:
        return told_apart(options, real, fake)

    def generator(self, options: NonSaturatingOptions, fake: Tensor) -> Tensor:
        from torch.nn import functional

        return functional.softplus(-fake).mean()


ENTRY: Entry[AdversarialLoss] = Entry(options=NonSaturatingOptions, build=NonSaturating())
