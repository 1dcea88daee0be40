"""How much of the loss's gradient each convolution of a network hears."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from cnn_core.experiment import Choice, load_data


def batch(data: str, count: int) -> tuple[Tensor, Tensor]:
    """The first training pictures of a set with mean 0 and deviation 1, (N, C, H, W), and their classes (N,)."""
    train = load_data(Choice(name=data)).splits["train"]
    pictures = torch.tensor(train.pictures[:count], dtype=torch.float32).permute(0, 3, 1, 2)
    return (pictures - pictures.mean()) / pictures.std(), torch.tensor(train.targets[:count])


def conv_gradients(model: nn.Module, pictures: Tensor, targets: Tensor) -> list[float]:
    """The norm of the gradient of the cross-entropy for the weights of each convolution, in order of their making."""
    weights = [part.weight for part in model.modules() if isinstance(part, nn.Conv2d)]
    found = torch.autograd.grad(functional.cross_entropy(model(pictures), targets), weights)
    return [float(one.norm()) for one in found]
