"""The shelf of losses. A loss takes logits; pages show probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from cnn_core.base.shelf import Shelf

if TYPE_CHECKING:
    from torch import Tensor


class Loss(Protocol):
    """What an entry of this shelf builds."""

    def __call__(self, options: Any, logits: Tensor, targets: Tensor, counts: Tensor | None = None) -> Tensor:
        """Logits (N, K) and targets int64 (N,) to the mean loss, a scalar; (N, K, H, W) and (N, H, W) for each pixel.

        counts: int64 (K,), how many training pictures (or pixels) each class has, for losses that weigh the classes.
        """


SHELF: Shelf[Loss] = Shelf("losses", "cnn_core.optimization.losses", "loss", first=("cross_entropy", "focal", "bce"))
