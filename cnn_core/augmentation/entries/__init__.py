"""The shelf of augmentations. Draw once (a row for each picture of the set), apply to batches of uint8 pictures.

What a picture gets depends on the seed, the epoch and its own index, never on the batch it falls into.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from cnn_core.base.shelf import Shelf

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class Augmentation(Protocol):
    """What an entry of this shelf builds."""

    def draw(self, options: Any, count: int, generator: torch.Generator) -> Tensor:
        """Draw for one epoch: a tensor (count, K) on the CPU, row i for the training picture with index i."""

    def apply(self, options: Any, pictures: Tensor, drawn: Tensor) -> Tensor:
        """uint8 (B, H, W, C) and its rows (B, K), on the same device, to uint8 (B, H, W, C); the input is kept."""


SHELF: Shelf[Augmentation] = Shelf(
    "augmentations", "cnn_core.augmentation.entries", "augmentation", first=("flip", "shift", "rotate", "cutout")
)
