"""SGD with momentum: small steps against the gradient, with a memory of earlier steps.

The classic for pictures; it wants a larger learning rate than AdamW (0.05 to 0.1 with batch norm). Nesterov's form
looks one step ahead. Weight decay is PyTorch's L2: it adds `weight_decay * w` to the gradient. A penalty written as
`lambda * sum(w^2)` has the gradient `2 * lambda * w`, so lambda 0.01 there is a weight decay of 0.02 here.
Polyak, 1964; Nesterov, 1983; Sutskever, Martens, Dahl and Hinton, 2013.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pydantic import Field

from cnn_core.base.options import Entry, Options, hints
from cnn_core.optimization.optimizers import BuildOptimizer

if TYPE_CHECKING:
    import torch
    from torch import nn


class SgdOptions(Options):
    momentum: float = Field(
        0.9,
        ge=0,
        lt=1,
        title="Momentum",
        description="Share of the last step that the next one keeps; 0 is plain SGD.",
        json_schema_extra=hints(step=0.05),
    )
    nesterov: bool = Field(
        True, title="Nesterov", description="Take the gradient one step ahead; without momentum it changes nothing."
    )
    weight_decay: float = Field(
        5e-4,
        ge=0,
        le=1,
        title="Weight decay (L2)",
        description="PyTorch's L2: adds weight_decay * w to the gradient. "
        "A penalty lambda * sum(w^2) with lambda 0.01 is a weight decay of 0.02.",
        json_schema_extra=hints(scale="log"),
    )


def sgd(options: SgdOptions, parameters: Iterable[nn.Parameter], lr: float) -> torch.optim.Optimizer:
    """torch.optim.SGD; see `BuildOptimizer`. Nesterov without momentum is plain SGD, which torch itself refuses."""
    import torch

    return torch.optim.SGD(
        parameters,
        lr=lr,
        momentum=options.momentum,
        nesterov=options.nesterov and options.momentum > 0,
        weight_decay=options.weight_decay,
    )


ENTRY: Entry[BuildOptimizer] = Entry(options=SgdOptions, build=sgd)
