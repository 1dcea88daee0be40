"""Cross-entropy: the surprise at the true class, the standard loss for classification.

It is the negative logarithm of the probability that the network gave to the true class; 1,000 classes guessed evenly
cost ln 1000 = 6.91. Label smoothing asks for a little less than certainty, which often helps accuracy and keeps the
probabilities from growing extreme. Class weights make rare classes count more; the mean is then divided by the weights
in the batch, as PyTorch does it. Szegedy and others, 2016 (label smoothing); Cui and others, 2019 (effective weights).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from cnn_core.base.options import Entry, hints
from cnn_core.optimization.losses import Loss
from cnn_core.optimization.losses._weights import Weighted, class_weights

if TYPE_CHECKING:
    from torch import Tensor


class CrossEntropyOptions(Weighted):
    label_smoothing: float = Field(
        0.0,
        ge=0,
        lt=1,
        title="Label smoothing",
        description="Share of the target that is spread evenly over all classes; 0 for none, 0.1 is common.",
        json_schema_extra=hints(step=0.05),
    )


def cross_entropy(
    options: CrossEntropyOptions, logits: Tensor, targets: Tensor, counts: Tensor | None = None
) -> Tensor:
    """Mean over the batch; see `Loss` for the shapes."""
    from torch.nn import functional

    weights = class_weights(options, counts)
    return functional.cross_entropy(logits, targets, weights, label_smoothing=options.label_smoothing)


ENTRY: Entry[Loss] = Entry(options=CrossEntropyOptions, build=cross_entropy)
