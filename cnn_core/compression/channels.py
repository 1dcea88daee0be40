"""Structured pruning: whole filters go, with all that the next layer makes of them, so the network really shrinks."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from cnn_core.base.errors import UserError


def convolutions(module: nn.Module) -> list[nn.Conv2d]:
    """The convolutions of a network that is one chain: each takes what the one before gives, then one dense layer.

    Raises:
        UserError: it is no such chain; one sentence.
    """
    leaves = [part for part in module.modules() if next(part.children(), None) is None]
    found = [part for part in leaves if isinstance(part, nn.Conv2d)]
    dense = [part for part in leaves if isinstance(part, nn.Linear)]
    before = [one.in_channels for one in found[1:]]
    chained = isinstance(module, nn.Sequential) and before == [one.out_channels for one in found[:-1]]
    if not chained or len(dense) != 1 or any(one.groups > 1 for one in found):
        raise UserError(
            "Channels can be taken out of a plain chain of convolutions with one dense layer only: "
            "small_cnn with plain convolutions, or conv_stack."
        )
    return found


def narrowed(module: nn.Module, keep: Sequence[int]) -> nn.Module:
    """A copy with fewer filters: of each convolution those with the largest sum of absolute weights stay, in order.

    Args:
        module: a chain, see `convolutions`; where it flattens maps, channels run fastest (`blocks.Flatten`).
        keep: how many filters each convolution keeps. Li et al., 2017.

    Raises:
        UserError: it is no chain, or a number is not from 1 to what there is.
    """
    found = copy.deepcopy(module)
    there = [one.out_channels for one in convolutions(found)]
    if len(keep) != len(there) or any(not 1 <= one <= most for one, most in zip(keep, there, strict=False)):
        raise UserError(f"keep is {list(keep)}, but must be {len(there)} numbers from 1 to {there}.")
    counts, stay = iter(keep), None
    for part in found.modules():
        if isinstance(part, nn.Conv2d):
            if stay is not None:
                part.weight = _only(part.weight[:, stay])
            part.in_channels = part.weight.shape[1]
            stay = _largest(part.weight, next(counts))
            part.weight, part.out_channels = _only(part.weight[stay]), len(stay)
            if part.bias is not None:
                part.bias = _only(part.bias[stay])
        elif isinstance(part, nn.BatchNorm2d) and stay is not None:
            _slice_norm(part, stay)
        elif isinstance(part, nn.Linear) and stay is not None:
            columns = part.weight.view(part.out_features, -1, there[-1])[:, :, stay]
            part.weight = _only(columns.reshape(part.out_features, -1))
            part.in_features = part.weight.shape[1]
    return found


def _largest(weight: Tensor, count: int) -> Tensor:
    return weight.detach().abs().sum((1, 2, 3)).topk(count).indices.sort().values


def _only(values: Tensor) -> nn.Parameter:
    return nn.Parameter(values.detach().clone(), requires_grad=False)


def _slice_norm(norm: nn.BatchNorm2d, stay: Tensor) -> None:
    norm.weight, norm.bias, norm.num_features = _only(norm.weight[stay]), _only(norm.bias[stay]), len(stay)
    for name in ("running_mean", "running_var"):
        setattr(norm, name, torch.clone(getattr(norm, name)[stay]))
