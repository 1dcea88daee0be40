"""Weights of classes: what a rare class is worth more, from how many training pictures it has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from cnn_core.base.options import Options, hints

if TYPE_CHECKING:
    from torch import Tensor

Kind = Literal["none", "balanced", "effective"]


class Weighted(Options):
    """Options of losses that may weigh the classes."""

    class_weights: Kind = Field(
        "none",
        title="Class weights",
        description="Balanced: a class weighs the more the rarer it is, N / (classes x its pictures). Effective: the "
        "same, softened for large classes.",
    )
    beta: float = Field(
        0.999,
        ge=0,
        lt=1,
        title="Beta of effective weights",
        description="How soon another picture of a class counts as nothing new: 1 / (1 - beta) pictures; 0 weighs all "
        "classes alike.",
        json_schema_extra=hints(step=0.001, advanced=True),
    )


def weights_of(kind: Kind, counts: Sequence[int], beta: float = 0.999) -> list[float]:
    """The weight of each class from its training pictures.

    none: 1. balanced: N / (K n_i), as scikit-learn's. effective: (1 - beta) / (1 - beta ** n_i), scaled to add up to K
    (Cui, Jia, Lin, Song and Belongie, 2019). A class without pictures weighs as one with a single picture.
    """
    there = [max(1, count) for count in counts]
    if kind == "balanced":
        return [sum(counts) / (len(there) * count) for count in there]
    if kind == "effective":
        raw = [(1 - beta) / (1 - beta**count) for count in there]
        return [len(raw) * one / sum(raw) for one in raw]
    return [1.0] * len(there)


def class_weights(options: Weighted, counts: Tensor | None) -> Tensor | None:
    """float32 (K,) on the device of the counts int64 (K,); None where all classes weigh the same."""
    if counts is None or options.class_weights == "none":
        return None
    import torch

    found = weights_of(options.class_weights, counts.tolist(), options.beta)
    return torch.tensor(found, dtype=torch.float32, device=counts.device)


def weighted_mean(losses: Tensor, targets: Tensor, weights: Tensor | None) -> Tensor:
    """The mean of losses by picture, each times the weight of its class, divided by the weights in the batch.

    As PyTorch's cross-entropy does it: a batch without rare pictures makes as large a step as any other.
    """
    if weights is None:
        return losses.mean()
    by_picture = weights[targets]
    return (by_picture * losses).sum() / by_picture.sum()
