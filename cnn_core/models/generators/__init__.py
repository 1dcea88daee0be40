"""The shelf of networks that draw: a generator of pictures from noise, and the discriminator that taught it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnn_core.base.shelf import Shelf
from cnn_core.models.zoo import BuildModel

if TYPE_CHECKING:
    from torch import Tensor, nn

    class Pair(nn.Module):
        """What an entry of this shelf builds: called with pictures (N, C, H, W) it says how real they are, (N, 1).

        generator: from noise (N, latent) to pictures (N, C, H, W), values -1 to 1. discriminator: what a call asks.
        """

        latent: int
        generator: nn.Module
        discriminator: nn.Module

        def forward(self, pictures: Tensor) -> Tensor: ...


SHELF: Shelf[BuildModel] = Shelf("generators", "cnn_core.models.generators", "generator", first=("dcgan",))
