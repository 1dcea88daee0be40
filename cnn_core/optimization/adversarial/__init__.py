"""The shelf of adversarial losses: what a discriminator and a generator want of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from cnn_core.base.shelf import Shelf

if TYPE_CHECKING:
    from torch import Tensor


class AdversarialLoss(Protocol):
    """What an entry of this shelf builds. Logits are those of *real*, any shape; both losses are means, scalars."""

    def discriminator(self, options: Any, real: Tensor, fake: Tensor) -> Tensor:
        """Of the logits of real pictures and of drawn ones: what the discriminator makes small."""

    def generator(self, options: Any, fake: Tensor) -> Tensor:
        """Of the logits of drawn pictures: what the generator makes small."""


SHELF: Shelf[AdversarialLoss] = Shelf(
    "adversarial_losses",
    "cnn_core.optimization.adversarial",
    "adversarial loss",
    first=("non_saturating", "saturating", "hinge"),
)
