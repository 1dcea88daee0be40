"""Batch norm folded into the convolution before it: the same answers with one layer less to compute."""

from __future__ import annotations

import copy

from torch import fx, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


def folded(module: nn.Module) -> tuple[nn.Module, list[str]]:
    """A copy in eval mode whose batch norms are the identity wherever that is exact.

    A norm can be folded when it follows a convolution, also across average pooling (its weights sum to 1, without
    padding), and across max pooling where all its scales are positive: then the largest value stays the largest.

    Returns:
        The copy, and the names of the norms that had to stay.
    """
    found = copy.deepcopy(module).eval()
    stayed, names = [], _convolution_before(found)
    for name, part in list(found.named_modules()):
        if not isinstance(part, nn.BatchNorm2d):
            continue
        source, poolings = names.get(name, ("", []))
        conv = found.get_submodule(source) if source else None
        if not isinstance(conv, nn.Conv2d) or not all(_commutes(pool, part) for pool in poolings):
            stayed.append(name)
            continue
        found.set_submodule(source, fuse_conv_bn_eval(conv, part))
        found.set_submodule(name, nn.Identity())
    return found, stayed


def _commutes(pool: nn.Module, norm: nn.BatchNorm2d) -> bool:
    if isinstance(pool, nn.AvgPool2d):
        return pool.padding in (0, (0, 0))
    return isinstance(pool, nn.MaxPool2d) and bool((norm.weight > 0).all())


def _convolution_before(module: nn.Module) -> dict[str, tuple[str, list[nn.Module]]]:
    """For each norm the convolution that alone feeds it, and the poolings on the way."""
    found = {}
    for node in fx.symbolic_trace(module).graph.nodes:
        if node.op != "call_module" or not isinstance(module.get_submodule(node.target), nn.BatchNorm2d):
            continue
        poolings: list[nn.Module] = []
        before = node.args[0]
        while before.op == "call_module" and len(before.users) == 1:
            part = module.get_submodule(before.target)
            if isinstance(part, nn.Conv2d):
                found[node.target] = (before.target, poolings)
                break
            poolings.append(part)
            before = before.args[0]
    return found
