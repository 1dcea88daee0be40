"""The shelf of optimizers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

from cnn_core.base.shelf import Shelf

if TYPE_CHECKING:
    import torch
    from torch import nn


class BuildOptimizer(Protocol):
    """What an entry of this shelf builds."""

    def __call__(self, options: Any, parameters: Iterable[nn.Parameter], lr: float) -> torch.optim.Optimizer:
        """An optimizer whose state is tensors and numbers only; the engine sets `lr` in each group at each step."""


SHELF: Shelf[BuildOptimizer] = Shelf(
    "optimizers", "cnn_core.optimization.optimizers", "optimizer", first=("adamw", "sgd")
)
