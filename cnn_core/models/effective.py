"""The effective receptive field: from where, within the square that it could see, a place of a map really hears.

The gradient of one output is largest in the middle of its field and fades towards the border, like a bell. Its energy,
the square of the gradient, is what is measured here. Luo et al., 2016 (Understanding the effective receptive field).
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

Energy = NDArray[np.float64]


def gradient_energy(layers: nn.Module, pictures: Tensor) -> Energy:
    """How strongly the middle of a map depends on each pixel, float64 (H, W), adding up to 1; 0 where it hears nothing.

    The squared gradient of the middle output, all channels of the map with random signs added (seeded), as a mean over
    pictures and their channels. In eval mode; the module is left as it was.

    Args:
        layers: from float (N, C, H, W) to maps (N, K, h, w). pictures: what goes through, (N, C, H, W).
    """
    was_training = layers.training
    layers.eval()
    try:
        seen = pictures.detach().clone().requires_grad_(True)
        maps = layers(seen)
        signs = torch.randn(maps.shape[1], generator=torch.Generator().manual_seed(0)).sign()
        middle = (maps[:, :, maps.shape[2] // 2, maps.shape[3] // 2] * signs).sum()
        (gradient,) = torch.autograd.grad(middle, seen)
    finally:
        layers.train(was_training)
    energy = gradient.double().square().mean((0, 1)).numpy()
    total = energy.sum()
    return energy / total if total > 0 else energy


def half_width(energy: Energy, share: float) -> int:
    """Pixels from the middle to the side of the smallest middle square that holds this share of the energy (0..1)."""
    distance = _offsets(energy)
    away = np.maximum(np.abs(distance[0])[:, None], np.abs(distance[1])[None])
    held = np.cumsum(np.bincount(away.ravel(), weights=energy.ravel()))
    return int(np.searchsorted(held, share * held[-1] * (1 - 1e-12)))  # a sum may miss its own whole by a rounding


def spread(energy: Energy) -> float:
    """Root of the mean squared distance of the energy from the middle, in pixels."""
    rows, columns = _offsets(energy)
    squared = rows[:, None] ** 2 + columns[None] ** 2
    total = energy.sum()
    return float(np.sqrt((energy * squared).sum() / total)) if total > 0 else 0.0


def _offsets(energy: Energy) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pixels from the middle, of rows and of columns."""
    rows, columns = (np.arange(side) - side // 2 for side in energy.shape)
    return rows, columns
