"""Grad-CAM: which cells of a layer's map speak for the class.

Each channel of the layer is weighted by how much, on average over all places, more of it would raise the score of the
class (before softmax); the weighted channels are added and what speaks against the class is cut off. The map is as
coarse as the layer: one cell of a 7x7 map stands for 32x32 pixels of a picture of 224. It costs about one forward pass.
Selvaraju and others, 2017 (arXiv 1610.02391).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnn_core.attribution.methods import Attribute
from cnn_core.base.options import Entry, Facts, Options

if TYPE_CHECKING:
    from torch import Tensor, nn


class GradCamOptions(Options):
    pass


def grad_cam(options: GradCamOptions, model: nn.Module, layer: nn.Module, images: Tensor, targets: Tensor) -> Tensor:
    """captum's LayerGradCam; see `Attribute` for the shapes.

    With frozen parameters only what follows the layer builds a graph, so the pass back is short. captum keeps the
    layer's output and hands a copy on: what changes that in place, module or function, does not change the map.
    """
    import torch
    from captum.attr import LayerGradCam

    def scores(images: Tensor) -> Tensor:
        # the 0 gives a graph also to a score that does not see the layer: its gradient, and so its map, is zero
        return model(images) + torch.zeros((), requires_grad=True)

    maps = LayerGradCam(scores, layer).attribute(
        images.detach(),
        targets,
        relu_attributions=True,
        grad_kwargs={"allow_unused": True, "materialize_grads": True},
    )
    return maps[:, 0].detach()


def unfit(options: GradCamOptions, facts: Facts) -> str:
    """Without a convolution that still sees places there is no map."""
    if facts.convolutions != 0:
        return ""
    return (
        "grad_cam needs a convolution with more than 1x1 positions, and this network has none: "
        "it can predict, but not show where; a model such as small_cnn can."
    )


ENTRY: Entry[Attribute] = Entry(options=GradCamOptions, build=grad_cam, unfit=unfit)
