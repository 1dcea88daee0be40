"""AdamW: a step size of its own for every weight; forgiving, a good first choice.

Divides each gradient by a running size of itself, so one learning rate (about 0.001 to 0.003) suits most networks.
Weight decay is decoupled: each step shrinks the weights by `lr * weight_decay`, whatever the gradient; it is not the
L2 of SGD. It keeps two numbers more for each weight. Loshchilov and Hutter, 2019 (after Kingma and Ba, 2015).
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


class AdamwOptions(Options):
    weight_decay: float = Field(
        0.01,
        ge=0,
        le=1,
        title="Weight decay (decoupled)",
        description="Each step shrinks the weights by the learning rate times this.",
        json_schema_extra=hints(scale="log"),
    )
    beta1: float = Field(
        0.9,
        ge=0,
        lt=1,
        title="Beta 1",
        description="Memory of the mean gradient.",
        json_schema_extra=hints(step=0.01, advanced=True),
    )
    beta2: float = Field(
        0.999,
        ge=0,
        lt=1,
        title="Beta 2",
        description="Memory of the size of the gradient.",
        json_schema_extra=hints(step=0.001, advanced=True),
    )
    epsilon: float = Field(
        1e-8,
        gt=0,
        le=1,
        title="Epsilon",
        description="Added to the size of the gradient, so that nothing is divided by 0.",
        json_schema_extra=hints(scale="log", advanced=True),
    )


def adamw(options: AdamwOptions, parameters: Iterable[nn.Parameter], lr: float) -> torch.optim.Optimizer:
    """torch.optim.AdamW; see `BuildOptimizer`."""
    import torch

    return torch.optim.AdamW(
        parameters,
        lr=lr,
        betas=(options.beta1, options.beta2),
        eps=options.epsilon,
        weight_decay=options.weight_decay,
    )


ENTRY: Entry[BuildOptimizer] = Entry(options=AdamwOptions, build=adamw)
