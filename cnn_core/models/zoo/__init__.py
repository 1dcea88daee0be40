"""The shelf of architectures: one file a family. Each states its input and output shape and its paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from cnn_core.base.shelf import Shelf

if TYPE_CHECKING:
    from torch import nn


class BuildModel(Protocol):
    """What an entry of this shelf builds."""

    def __call__(self, options: Any, input_shape: tuple[int, int, int], num_classes: int) -> nn.Module:
        """A network from float (N, C, H, W) to logits (N, num_classes), with random weights."""


SHELF: Shelf[BuildModel] = Shelf(
    "models", "cnn_core.models.zoo", "model", first=("small_cnn", "mlp", "lenet5", "resnet_cifar", "resnet")
)
