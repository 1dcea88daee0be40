"""Two ways to hold a network back that need the training step itself: pictures laid over each other, and an L1 penalty.

Numbers come from torch's generator of the CPU, which every checkpoint holds: a resume goes on with the same ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

Loss = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Mixed:
    """A batch laid over itself in another order: images (B, ...); share: what the first picture of each pair counts."""

    images: Tensor
    targets: Tensor
    others: Tensor
    share: float

    def loss(self, loss: Loss, logits: Tensor) -> Tensor:
        """The loss for both classes of each pair, in the shares in which they are there."""
        return self.share * loss(logits, self.targets) + (1 - self.share) * loss(logits, self.others)


def mixup(images: Tensor, targets: Tensor, alpha: float) -> Mixed:
    """mixup (Zhang, Cisse, Dauphin and Lopez-Paz, 2018): one share from Beta(alpha, alpha) for the whole batch.

    Args:
        images: as the network gets them, (B, ...). targets: int64 (B, ...). alpha: above 0; the larger, the more even.

    Returns:
        The share is the larger one of the two, at least 0.5: the Beta is symmetric and so is the pairing, and so a
        picture's own class is the one that it shows most of.
    """
    drawn = float(torch.distributions.Beta(alpha, alpha).sample())
    share = max(drawn, 1 - drawn)
    order = torch.randperm(len(images)).to(images.device)
    return Mixed(share * images + (1 - share) * images[order], targets, targets[order], share)


def shrink(model: nn.Module, l1: float) -> None:
    """Add the slope of `l1 * sum |w|` to the gradients: over kernels and matrices, not over biases and norms."""
    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim > 1 and weight.grad is not None:
                weight.grad.add_(weight.sign(), alpha=l1)
