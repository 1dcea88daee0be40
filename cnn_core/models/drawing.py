"""Noise in, pictures out: what a generator draws, as any picture is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

if TYPE_CHECKING:
    from cnn_core.models.generators import Pair

AT_ONCE = 64  # pictures: small batches stay in the cache of a processor core


def noise(count: int, latent: int, seed: int) -> Tensor:
    """Standard normal noise (count, latent), the same for the same seed whatever the device; the first n are those
    of a smaller count."""
    generator = torch.Generator().manual_seed(seed)
    return torch.stack([torch.randn(latent, generator=generator) for _ in range(count)])


@torch.inference_mode()
def draw(pair: Pair, noises: Tensor) -> NDArray[np.uint8]:
    """The pictures of some noise (N, latent): uint8 (N, H, W, C). In eval mode: one does not change with the others."""
    device = next(pair.generator.parameters()).device
    was_training = pair.generator.training
    pair.generator.eval()
    try:
        drawn = [pair.generator(some.to(device)).float().cpu() for some in torch.split(noises, AT_ONCE)]
    finally:
        pair.generator.train(was_training)
    return pixels(torch.cat(drawn))


def pixels(drawn: Tensor) -> NDArray[np.uint8]:
    """Values -1 to 1, (N, C, H, W), as pixels uint8 (N, H, W, C)."""
    found: NDArray[np.uint8] = ((drawn + 1) * 127.5).round().clamp(0, 255).byte().permute(0, 2, 3, 1).numpy()
    return np.ascontiguousarray(found)
