"""Training on for a few steps what was compressed, or a small network with a large one's answers as targets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from cnn_core.data.sets import Split
from cnn_core.preprocessing.pipeline import Preprocessing

LABELS = 0.1  # weight of the labels beside a teacher's answers
BATCH = 64


@dataclass(frozen=True)
class Lessons:
    """What is taught.

    pictures: uint8 (N, H, W, C), through `preprocessing.pictures`. targets: int64 (N,). soft: float32 (N, K), a
    teacher's logits; None without one. labelled: whether the targets count beside a teacher.
    """

    pictures: NDArray[np.uint8]
    targets: NDArray[np.int64]
    preprocessing: Preprocessing
    soft: NDArray[np.float32] | None = None
    labelled: bool = True

    @classmethod
    def of(cls, split: Split, preprocessing: Preprocessing) -> Lessons:
        """A split as stored, brought to what the network gets."""
        return cls(preprocessing.pictures(split.pictures), np.asarray(split.targets), preprocessing)

    def first(self, count: int) -> Lessons:
        """The first so many of them."""
        soft = None if self.soft is None else self.soft[:count]
        return replace(self, pictures=self.pictures[:count], targets=self.targets[:count], soft=soft)

    def images(self, index: NDArray[np.int64] | slice) -> Tensor:
        """Some of the pictures as the network gets them: float32 (n, C, H, W)."""
        return self.preprocessing.tensor(self.pictures[index])


def tune(
    module: nn.Module,
    lessons: Lessons,
    *,
    steps: int,
    lr: float,
    seed: int = 0,
    temperature: float = 4.0,
    masks: Mapping[str, Tensor] | None = None,
    look: Callable[[], None] = lambda: None,
) -> None:
    """Train a network on, in place: AdamW, one cycle, batches of 64; it is frozen and in eval mode after.

    Args:
        lr: the largest step size. seed: of the order of the pictures. temperature: softens a teacher's answers
            (Hinton, Vinyals and Dean, 2015). masks: weights by name that stay 0 where the mask is False.
        look: called before each step; may raise.
    """
    module.to(memory_format=torch.channels_last).train().requires_grad_(True)
    optimizer = torch.optim.AdamW(module.parameters(), lr=lr)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, total_steps=max(steps, 2))
    random = np.random.default_rng(seed)
    try:
        for index in _orders(random, len(lessons.targets), steps):
            look()
            loss = _loss(module(lessons.images(index)), lessons, index, temperature)
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
            schedule.step()
            hold(module, masks or {})
    finally:
        module.eval().requires_grad_(False)


def hold(module: nn.Module, masks: Mapping[str, Tensor]) -> None:
    """Set the weights to 0 where their mask is False, in place."""
    weights = dict(module.named_parameters())
    with torch.no_grad():
        for name, mask in masks.items():
            weights[name].mul_(mask)


def _orders(random: np.random.Generator, count: int, steps: int) -> list[NDArray[np.int64]]:
    """Indices of each batch: every picture once before any comes again."""
    epochs = -(-steps * BATCH // count)
    order = np.concatenate([random.permutation(count) for _ in range(epochs)])
    return [order[step * BATCH : (step + 1) * BATCH] for step in range(steps)]


def _loss(logits: Tensor, lessons: Lessons, index: NDArray[np.int64], temperature: float) -> Tensor:
    if lessons.soft is None:
        return functional.cross_entropy(logits, torch.from_numpy(lessons.targets[index]))
    wanted = functional.softmax(torch.from_numpy(lessons.soft[index]) / temperature, dim=1)
    # times T squared, so that the gradients do not shrink with the temperature
    soft = functional.cross_entropy(logits / temperature, wanted) * temperature**2
    if not lessons.labelled:
        return soft
    hard = functional.cross_entropy(logits, torch.from_numpy(lessons.targets[index]))
    return LABELS * hard + (1 - LABELS) * soft
