"""Small things that tests need again and again: networks with random weights that answer at once."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from cnn_core.network import Network
from cnn_core.preprocessing.pipeline import Preprocessing


def tiny_classifier(classes: int = 3, channels: int = 3, seed: int = 0) -> nn.Sequential:
    """Two convolutions, global pooling, one dense layer; eval mode, frozen. For pictures of 4 pixels or more."""
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Conv2d(channels, 6, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 8, 3, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, classes),
    )
    return model.eval().requires_grad_(False)


def network(module: nn.Module, shape: tuple[int, int, int] = (3, 16, 12), classes: tuple[str, ...] = ()) -> Network:
    """The module with the default preprocessing, fitted on noise, for pictures stored as (C, H, W)."""
    channels, height, width = shape
    noise = np.random.default_rng(0).integers(0, 256, (20, height, width, channels), np.uint8)
    return Network(module, Preprocessing.fit([], noise), classes or ("cat", "dog", "bird"))


def picture(shape: tuple[int, int, int] = (3, 16, 12), seed: int = 1) -> np.ndarray:
    """Noise as uint8 (H, W, C)."""
    channels, height, width = shape
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)


def hooks(model: nn.Module) -> list[str]:
    """The hooks that are left on any part of a module."""
    return [
        f"{name or 'the network'}: {kind}"
        for name, part in model.named_modules()
        for kind, found in vars(part).items()
        if "_hooks" in kind and found
    ]
