"""Saliency: how much the score changes when a pixel does, whichever way.

The gradient of the class's score (before softmax) for each pixel, without its sign, the largest of the channels. As
fine as the picture, needs no layer, and costs one pass forward and one back. It is noisy, and says where the score is
sensitive, not what speaks for the class. Simonyan, Vedaldi and Zisserman, 2013 (arXiv 1312.6034).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnn_core.attribution.methods import Attribute
from cnn_core.base.options import Entry, Options

if TYPE_CHECKING:
    from torch import Tensor, nn


class SaliencyOptions(Options):
    pass


def saliency(options: SaliencyOptions, model: nn.Module, layer: nn.Module, images: Tensor, targets: Tensor) -> Tensor:
    """captum's Saliency; see `Attribute` for the shapes. The layer is not asked."""
    from captum.attr import Saliency

    pixels = images.detach().clone().requires_grad_()  # captum warns where it has to ask for gradients itself
    return Saliency(model).attribute(pixels, targets).amax(1).detach()


ENTRY: Entry[Attribute] = Entry(options=SaliencyOptions, build=saliency)
