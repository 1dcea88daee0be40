"""The shelf of attribution methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from cnn_core.base.shelf import Shelf

if TYPE_CHECKING:
    from torch import Tensor, nn


class Attribute(Protocol):
    """What an entry of this shelf builds."""

    def __call__(self, options: Any, model: nn.Module, layer: nn.Module, images: Tensor, targets: Tensor) -> Tensor:
        """How much each place speaks for the target, at true scale, on the method's own grid.

        model: in eval mode, float32, parameters frozen; must be left as it was, no hook left, also after an error.
        layer: a module of the model (ignored by methods that look at pixels only).
        images: float32 (N, C, H, W). targets: int64 (N,). Returns float32 (N, h, w), detached.
        """


PIXELS = ("integrated_gradients", "occlusion", "saliency")  # ask the picture itself, whatever the layer
SHELF: Shelf[Attribute] = Shelf("methods", "cnn_core.attribution.methods", "method", first=("grad_cam",))
