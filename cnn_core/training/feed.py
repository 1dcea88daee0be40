"""What the loop is fed: batches cut from one uint8 tensor, augmented and normalized as a batch.

The order of an epoch is a function of (seed, epoch), what augmentation does to a picture one of (seed, epoch, index):
nothing of it needs to be saved for a resume.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cnn_core.augmentation.apply import Augmenter
from cnn_core.optimization.samplers.shuffle import ShuffleOptions, shuffle
from cnn_core.preprocessing.pipeline import Preprocessing

Draw = Callable[[int, int], Tensor]  # from seed and epoch to positions int64 (N,)


@dataclass
class Feed:
    """The training pictures on the device: uint8 (N, H, W, C), targets int64 (N,) or, of pixels, (N, H, W)."""

    pictures: Tensor
    targets: Tensor
    preprocessing: Preprocessing
    augmenter: Augmenter | None
    batch_size: int
    seed: int
    draw: Draw | None = None  # of the order of an epoch; None: every picture once, in a random order
    order: Tensor = field(init=False)

    @classmethod
    def of(
        cls,
        pictures: NDArray[np.uint8],
        targets: NDArray[np.int64],
        preprocessing: Preprocessing,
        augmenter: Augmenter | None,
        batch_size: int,
        seed: int,
        device: str,
        draw: Draw | None = None,
    ) -> Feed:
        """From pictures as stored: preprocessed once, then kept on the device."""
        seen = torch.from_numpy(np.array(preprocessing.pictures(pictures))).to(device)
        answers = torch.from_numpy(np.array(targets)).to(device)
        return cls(seen, answers, preprocessing, augmenter, batch_size, seed, draw)

    def start_epoch(self, epoch: int) -> None:
        """Draw the order and the augmentations of an epoch."""
        usual = self.draw or partial(shuffle, ShuffleOptions(), self.targets)
        self.order = usual(self.seed, epoch).to(self.targets.device)
        if self.augmenter is not None:
            self.augmenter.epoch(epoch)

    def counts(self, classes: int) -> Tensor:
        """How often each class is to be answered in an epoch of every picture once: int64 (classes,)."""
        return torch.bincount(self.targets.flatten(), minlength=classes)

    def batch(self, number: int) -> tuple[Tensor, Tensor]:
        """Batch `number` of the epoch: float32 (B, C, H, W) in channels_last memory, int64 (B,) or (B, H, W)."""
        index = self.order[number * self.batch_size : (number + 1) * self.batch_size]
        pictures, targets = self.pictures.index_select(0, index), self.targets.index_select(0, index)
        if self.augmenter is not None and targets.ndim > 1:  # the labels of pixels move with them, as one more channel
            both = torch.cat([pictures, targets[..., None].to(pictures.dtype)], dim=-1)
            moved = self.augmenter.batch(both, index)
            pictures, targets = moved[..., :-1], moved[..., -1].long()
        elif self.augmenter is not None:
            pictures = self.augmenter.batch(pictures, index)
        return self.preprocessing.tensor(pictures), targets
