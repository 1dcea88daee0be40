"""Focal loss: cross-entropy that listens less to what is already known, so that hard pictures decide.

Each picture's cross-entropy is multiplied by (1 - p) ** gamma, p being the probability of its true class: with gamma 2
a picture at 0.9 counts a hundredth. Made for detectors that see a thousand empty places for each thing. It balances no
classes by itself: that is what the class weights are for (the paper's alpha, one for each class). Probabilities become
less extreme. Lin, Goyal, Girshick, He and Dollár, 2017, here with softmax.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from cnn_core.base.options import Entry, hints
from cnn_core.optimization.losses import Loss
from cnn_core.optimization.losses._weights import Weighted, class_weights, weighted_mean

if TYPE_CHECKING:
    from torch import Tensor


class FocalOptions(Weighted):
    gamma: float = Field(
        2.0,
        ge=0,
        le=10,
        title="Gamma",
        description="How much less a picture counts that is known well; 0 is plain cross-entropy, 2 is common.",
        json_schema_extra=hints(step=0.5),
    )


def focal(options: FocalOptions, logits: Tensor, targets: Tensor, counts: Tensor | None = None) -> Tensor:
    """Mean over the batch, weighted by class; see `Loss` for the shapes."""
    return weighted_mean(focal_of_each(logits, targets, options.gamma), targets, class_weights(options, counts))


def focal_of_each(logits: Tensor, targets: Tensor, gamma: float) -> Tensor:
    """The focal loss of each picture, without weights: float (N,), or of each pixel (N, H, W)."""
    from torch.nn import functional

    surprise = functional.cross_entropy(logits, targets, reduction="none")
    doubt = -surprise.neg().expm1()  # 1 - p of the true class
    return doubt.clamp_min(1e-12) ** gamma * surprise  # the slope of 0 ** gamma may be infinite


ENTRY: Entry[Loss] = Entry(options=FocalOptions, build=focal)
