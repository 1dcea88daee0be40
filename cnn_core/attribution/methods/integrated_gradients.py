"""Integrated gradients: what each pixel adds to the score on the way from an empty picture to this one.

The gradient is averaged on the straight line from a picture of zeros (with the usual scaling: the mean of the training
pictures) to the picture, and multiplied by what was added. All pixels together make up the difference of the two
scores. As fine as the picture, needs no layer; costs as many passes as it has steps. Sundararajan, Taly and Yan, 2017
(arXiv 1703.01365).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from cnn_core.attribution.methods import Attribute
from cnn_core.base.options import Entry, Options

if TYPE_CHECKING:
    from torch import Tensor, nn

AT_ONCE = 16  # pictures in one pass


class IntegratedGradientsOptions(Options):
    steps: int = Field(32, ge=2, le=512, title="Steps", description="On the way; more is more exact and slower.")


def integrated_gradients(
    options: IntegratedGradientsOptions, model: nn.Module, layer: nn.Module, images: Tensor, targets: Tensor
) -> Tensor:
    """captum's IntegratedGradients, the channels added; see `Attribute` for the shapes. The layer is not asked."""
    from captum.attr import IntegratedGradients

    found = IntegratedGradients(model).attribute(
        images.detach(), target=targets, n_steps=options.steps, internal_batch_size=max(AT_ONCE, len(images))
    )
    return found.sum(1).detach().float()


ENTRY: Entry[Attribute] = Entry(options=IntegratedGradientsOptions, build=integrated_gradients, tiny={"steps": 2})
