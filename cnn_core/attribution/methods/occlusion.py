"""Occlusion: how much the score falls when a square of the picture is covered.

A square of zeros (with the usual scaling: the mean of the training pictures) is moved over the picture, and each pixel
gets the mean fall of all squares that held it. Asks nothing but the network's answers, needs no layer and no gradient;
costs one pass a place. A square larger than the picture is made to fit. Zeiler and Fergus, 2013 (arXiv 1311.2901).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from cnn_core.attribution.methods import Attribute
from cnn_core.base.options import Entry, Options, hints

if TYPE_CHECKING:
    from torch import Tensor, nn

AT_ONCE = 16  # squares in one pass


class OcclusionOptions(Options):
    share: float = Field(
        0.2,
        ge=0.02,
        le=1,
        title="Square",
        description="Its side, as a share of the picture's shorter one; it moves by half of itself.",
        json_schema_extra=hints(step=0.05),
    )


def occlusion(options: OcclusionOptions, model: nn.Module, layer: nn.Module, images: Tensor, targets: Tensor) -> Tensor:
    """captum's Occlusion; see `Attribute` for the shapes. The layer is not asked."""
    import torch
    from captum.attr import Occlusion

    channels = images.shape[1]
    side = max(1, round(options.share * min(images.shape[2:])))
    step = max(1, side // 2)
    with torch.no_grad():
        found = Occlusion(model).attribute(
            images.detach(),
            (channels, side, side),
            (channels, step, step),
            target=targets,
            perturbations_per_eval=AT_ONCE,
        )
    return found[:, 0].detach().float()  # a square covers all channels, so each has the same


ENTRY: Entry[Attribute] = Entry(options=OcclusionOptions, build=occlusion, tiny={"share": 0.5})
