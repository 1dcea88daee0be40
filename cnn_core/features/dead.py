"""Dead units: those that give nothing and hear nothing, whatever they are shown."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cnn_core.network import Network

SILENT_ABLE = (nn.ReLU, nn.LeakyReLU, nn.ELU, nn.SiLU, nn.GELU, nn.Mish, nn.Sigmoid, nn.Tanh)


def dead_shares(model: nn.Module, pictures: Tensor) -> dict[str, float]:
    """The share of dead units after each activation of a network, by the activation's name.

    A unit is one channel of a map, or one value of a vector. It is dead if for every picture of the probe and at every
    place both its output and the slope of its activation are 0: no gradient reaches its weights, so it stays as it is.
    A leaky ReLU below 0 is quiet but not dead; many units of a healthy ReLU network are dead on a small probe.

    Args:
        model: any network; it is asked in eval mode and left as it was. pictures: float (N, C, H, W) as it takes them.
    """
    found: dict[str, float] = {}
    parts = {name: part for name, part in model.named_modules() if isinstance(part, SILENT_ABLE)}
    hooks = [part.register_forward_hook(_counter(name, found)) for name, part in parts.items()]
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            model(pictures)
    finally:
        model.train(was_training)
        for hook in hooks:
            hook.remove()
    return found


def dead_shares_of(network: Network, pictures: NDArray[np.uint8]) -> dict[str, float]:
    """The same of a network ready to be asked, for pictures as stored, uint8 (N, H, W, C)."""
    probe = network.preprocessing.tensor(network.preprocessing.pictures(pictures))
    with network.lock:
        return dead_shares(network.module, probe)


def _counter(name: str, found: dict[str, float]) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
    def count(part: nn.Module, given: tuple[Tensor, ...], out: Tensor) -> None:
        dead = _dead(part, given[0], out)
        found[name] = float(dead.float().mean())

    return count


def _dead(part: nn.Module, given: Tensor, out: Tensor) -> Tensor:
    """Whether each unit of (N, C, ...) is dead: bool (C,)."""
    silent = (out == 0).transpose(0, 1).flatten(1).all(1)
    if not silent.any():
        return silent
    with torch.enable_grad():
        asked = given.detach().requires_grad_(True)
        fresh = type(part).forward(part, asked.clone())  # without hooks; an activation in place may change the clone
        (slope,) = torch.autograd.grad(fresh.sum(), asked)
    return silent & (slope == 0).transpose(0, 1).flatten(1).all(1)
