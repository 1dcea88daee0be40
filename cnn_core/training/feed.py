"""What the loop is fed: batches cut from one uint8 tensor, augmented and normalized as a batch.

The order of an epoch is a function of (seed, epoch), what augmentation does to a picture one of (seed, epoch, index):
nothing of it needs to be saved for a resume.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from cnn_core.augmentation.apply import Augmenter
from cnn_core.data.sets import Split
from cnn_core.preprocessing.pipeline import Preprocessing


@dataclass
class Feed:
    """The training pictures, resident on the device: uint8 (N, H, W, C), targets int64 (N,)."""

    pictures: Tensor
    targets: Tensor
    preprocessing: Preprocessing
    augmenter: Augmenter | None
    batch_size: int
    seed: int
    order: Tensor = field(init=False)

    @classmethod
    def of(
        cls,
        split: Split,
        preprocessing: Preprocessing,
        augmenter: Augmenter | None,
        batch_size: int,
        seed: int,
        device: str,
    ) -> Feed:
        """From a split as stored: preprocessed once, then kept on the device."""
        pictures = torch.from_numpy(np.array(preprocessing.pictures(split.pictures))).to(device)
        targets = torch.from_numpy(np.array(split.targets)).to(device)
        return cls(pictures, targets, preprocessing, augmenter, batch_size, seed)

    def start_epoch(self, epoch: int) -> None:
        """Draw the order and the augmentations of an epoch."""
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + epoch)
        self.order = torch.randperm(len(self.targets), generator=generator).to(self.targets.device)
        if self.augmenter is not None:
            self.augmenter.epoch(epoch)

    def batch(self, number: int) -> tuple[Tensor, Tensor]:
        """Batch `number` of the epoch: float32 (B, C, H, W) in channels_last memory, int64 (B,)."""
        index = self.order[number * self.batch_size : (number + 1) * self.batch_size]
        pictures = self.pictures.index_select(0, index)
        if self.augmenter is not None:
            pictures = self.augmenter.batch(pictures, index)
        return self.preprocessing.tensor(pictures), self.targets.index_select(0, index)
