"""Binary cross-entropy: each class for itself, present or not, by a sigmoid of its logit.

The classes do not compete, as they do under softmax: a picture may be sure of several, or of none. It is what pictures
with several labels need; here each has one, and the other classes are told that they are absent. The loss of a picture
is the sum over the classes, so many classes make larger steps. Pages go on showing softmax of the logits: the order is
the same, the probabilities are not those that were trained.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnn_core.base.options import Entry
from cnn_core.optimization.losses import Loss
from cnn_core.optimization.losses._weights import Weighted, class_weights, weighted_mean

if TYPE_CHECKING:
    from torch import Tensor


class BceOptions(Weighted):
    """Weights are those of a picture's true class."""


def bce(options: BceOptions, logits: Tensor, targets: Tensor, counts: Tensor | None = None) -> Tensor:
    """Summed over the classes, mean over the batch; see `Loss` for the shapes."""
    import torch
    from torch.nn import functional

    present = torch.zeros_like(logits).scatter_(1, targets.unsqueeze(1), 1.0)
    losses = functional.binary_cross_entropy_with_logits(logits, present, reduction="none").sum(1)
    return weighted_mean(losses, targets, class_weights(options, counts))


ENTRY: Entry[Loss] = Entry(options=BceOptions, build=bce)
