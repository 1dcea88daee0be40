"""Magnitude pruning: the smallest weights become 0. The network keeps its shape; a file of it packs better."""

from __future__ import annotations

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn

from cnn_core.compression.tuning import Lessons, hold, tune


def masks(module: nn.Module, share: float) -> dict[str, Tensor]:
    """Which weights of convolutions and dense layers are kept when the smallest `share` of them all goes.

    Returns:
        bool tensors by the weight's name. Biases and batch norms are left alone. Han et al., 2015.
    """
    weights = _weights(module)
    sizes = torch.cat([one.detach().abs().flatten() for one in weights.values()])
    dropped = round(share * len(sizes))
    if not dropped:
        return {name: torch.ones_like(one, dtype=torch.bool) for name, one in weights.items()}
    bound = sizes.kthvalue(dropped).values
    return {name: one.detach().abs() > bound for name, one in weights.items()}


def zeroed(module: nn.Module, share: float) -> nn.Module:
    """A copy in which the smallest `share` of all weights is 0; nothing is trained."""
    found = copy.deepcopy(module)
    hold(found, masks(found, share))
    return found


def pruned(
    module: nn.Module,
    share: float,
    lessons: Lessons,
    *,
    steps: int,
    lr: float,
    stages: int = 1,
    seed: int = 0,
    look: Callable[[], None] = lambda: None,
) -> nn.Module:
    """A copy that is pruned and trained on for `steps` in all.

    Args:
        stages: in how many goes the share is reached, by 1 - (1 - t)^3 of it, so that most goes early (Zhu and Gupta,
            2017); 1: at once.
    """
    found = copy.deepcopy(module)
    for stage in range(1, stages + 1):
        reached = share * (1 - (1 - stage / stages) ** 3)
        kept = masks(found, reached)
        hold(found, kept)
        if steps:
            tune(found, lessons, steps=max(1, steps // stages), lr=lr, seed=seed + stage, masks=kept, look=look)
    return found


def sparsity(module: nn.Module) -> float:
    """The share of the weights of convolutions and dense layers that are 0."""
    weights = list(_weights(module).values())
    return float(sum(int((one == 0).sum()) for one in weights)) / sum(one.numel() for one in weights)


def _weights(module: nn.Module) -> dict[str, Tensor]:
    return {
        f"{name}.weight" if name else "weight": part.weight
        for name, part in module.named_modules()
        if isinstance(part, nn.Conv2d | nn.Linear)
    }
