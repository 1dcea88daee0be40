"""Guided Grad-CAM: Grad-CAM's cells, drawn in the fine lines of guided backpropagation.

The map of Grad-CAM is enlarged and multiplied with a gradient that is let through a ReLU only where it is positive.
Sharp, but the lines are mostly edges of the picture, whatever the network has learnt (Adebayo and others, 2018, arXiv
1810.03292): look at Grad-CAM beside it. Selvaraju and others, 2017 (arXiv 1610.02391).
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from cnn_core.attribution.methods import Attribute
from cnn_core.attribution.methods.grad_cam import GradCamOptions, grad_cam
from cnn_core.base.options import Entry, Facts

if TYPE_CHECKING:
    from torch import Tensor, nn

# Set once: `catch_warnings` is not safe in threads
warnings.filterwarnings("ignore", message="Setting backward hooks on ReLU")


class GuidedGradCamOptions(GradCamOptions):
    pass


def guided_grad_cam(
    options: GuidedGradCamOptions, model: nn.Module, layer: nn.Module, images: Tensor, targets: Tensor
) -> Tensor:
    """Our Grad-CAM by captum's GuidedBackprop, the largest of the channels; see `Attribute` for the shapes."""
    from captum.attr import GuidedBackprop
    from torch.nn.functional import interpolate

    cells = grad_cam(options, model, layer, images, targets)
    pixels = images.detach().clone().requires_grad_()
    lines = GuidedBackprop(model).attribute(pixels, target=targets)
    enlarged = interpolate(cells[:, None], size=images.shape[2:], mode="bilinear", align_corners=False)[:, 0]
    return (enlarged * lines.clamp_min(0).amax(1)).detach()


def unfit(options: GuidedGradCamOptions, facts: Facts) -> str:
    """Without a convolution that still sees places there is no map."""
    if facts.convolutions != 0:
        return ""
    return "guided_grad_cam needs a convolution with more than 1x1 positions; saliency and occlusion need none."


ENTRY: Entry[Attribute] = Entry(options=GuidedGradCamOptions, build=guided_grad_cam, unfit=unfit)
