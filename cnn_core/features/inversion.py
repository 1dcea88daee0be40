"""Feature inversion: a picture that a layer cannot tell from a given one; what it has lost of it is free to differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from cnn_core.base.errors import UnknownName

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnn_core.network import Network

Look = Callable[[], None]
START = 1.0  # deviation of the first noise


@dataclass(frozen=True, eq=False)
class Inversion:
    """Pictures found again from the features of a layer.

    pictures: uint8 (N, H, W, C). saw: uint8 (N, H, W, C), the pictures whose features were given. error: (N,), the
    root of the mean squared difference of both, by the deviation of the true picture: 0 for the same, 1 for a flat one
    of the right brightness. misfit: (N,), the squared difference of the features by their squared length.
    """

    layer: str
    pictures: NDArray[np.uint8]
    saw: NDArray[np.uint8]
    error: NDArray[np.float64]
    misfit: NDArray[np.float64]


def invert(
    network: Network,
    pictures: NDArray[np.uint8],
    layer: str,
    steps: int = 200,
    lr: float = 0.1,
    smooth: float = 1e-4,
    seed: int = 0,
    look: Look = lambda: None,
) -> Inversion:
    """Find pictures with the features that a layer has for the given ones, beginning with noise.

    Adam on the pixels, for the squared difference of the features by their squared length, and the total variation as
    a prior. Mahendran and Vedaldi, 2015 (arXiv 1412.0035).

    Args:
        pictures: uint8 (N, H, W, C) as stored. layer: as `named_modules` names it. steps, lr: of Adam.
        smooth: weight of the total variation. look: called before each step, and may raise.

    Raises:
        UnknownName: there is no such layer.
    """
    modules = dict(network.module.named_modules())
    if not layer or layer not in modules:
        raise UnknownName(layer, "layer", [name for name in modules if name])
    saw = network.preprocessing.pictures(pictures)
    true = network.preprocessing.tensor(saw)
    goal = _features(network, layer, true)
    lengths = _summed(goal**2).clamp_min(1e-12)
    found = (START * torch.randn(true.shape, generator=torch.Generator().manual_seed(seed))).requires_grad_()
    optimizer = torch.optim.Adam([found], lr=lr)
    low, high = network.preprocessing.value_range(saw)
    for _ in range(steps):
        look()
        misfit = _summed((_features(network, layer, found) - goal) ** 2) / lengths
        found.grad = torch.autograd.grad((misfit + smooth * _variation(found)).sum(), found)[0]
        optimizer.step()
        with torch.no_grad():
            found.clamp_(low, high)
    last = found.detach()
    misfit = _summed((_features(network, layer, last) - goal) ** 2) / lengths
    spread = true.flatten(1).std(1, correction=0).clamp_min(1e-6)
    error = ((last - true) ** 2).flatten(1).mean(1).sqrt() / spread
    made = network.preprocessing.display(last)
    return Inversion(layer, made, saw, error.double().numpy(), misfit.detach().double().numpy())


def _features(network: Network, layer: str, images: Tensor) -> Tensor:
    """What the layer gives for float32 (N, C, H, W), with its graph; the module is held for this one pass."""
    kept: list[Any] = []
    with network.lock:
        hook = network.module.get_submodule(layer).register_forward_hook(lambda _m, _i, output: kept.append(output))
        try:
            network.module(images)
        finally:
            hook.remove()
    found: Tensor = kept[-1]
    return found


def _summed(values: Tensor) -> Tensor:
    """(N, ...) to (N,)."""
    return values.flatten(1).sum(1)


def _variation(images: Tensor) -> Tensor:
    """Total variation (N,): differences of neighbours without their signs, down and across."""
    return _summed(images.diff(dim=2).abs()) + _summed(images.diff(dim=3).abs())
