"""Augmentations applied to batches: what a picture gets depends on the seed, the epoch and its index alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from cnn_core.augmentation.entries import SHELF
from cnn_core.augmentation.entries._moves import Moves, Sources, gather, then
from cnn_core.base.options import Options

if TYPE_CHECKING:
    from torch import Tensor


class Augmenter:
    """Chosen augmentations for a training split of `count` pictures.

    Call `epoch` before the first batch of each epoch. No state is worth saving: the draws of an epoch are a function of
    the seed and its number, so a resumed run goes on with the same ones. Without choices it changes nothing.
    """

    def __init__(self, choices: Iterable[tuple[str, Options]], count: int, seed: int) -> None:
        self._entries = [(SHELF.load(name).build, options) for name, options in choices]
        self._count, self._seed = count, seed
        self._drawn: list[Tensor] = []

    def epoch(self, epoch: int) -> None:
        """Draw for all pictures of this epoch."""
        import torch  # noqa: PLC0415 - what may be chosen is known without it

        self._drawn = []
        for position, (entry, options) in enumerate(self._entries):
            generator = torch.Generator().manual_seed(_seed(self._seed, epoch, position))
            self._drawn.append(entry.draw(options, self._count, generator))

    def batch(self, pictures: Tensor, indices: Tensor) -> Tensor:
        """uint8 (B, H, W, C), the training pictures with these indices (B,), to augmented ones on the same device.

        Entries act in the order they were chosen; neighbours that only move pixels are joined into one pass.
        """
        moves: Sources | None = None
        for (entry, options), all_drawn in zip(self._entries, self._drawn, strict=True):
            drawn = all_drawn[indices.to(all_drawn.device)].to(pictures.device)
            if isinstance(entry, Moves):
                sources = entry.sources(options, drawn, pictures.shape[1], pictures.shape[2])
                moves = sources if moves is None else (then(moves[0], sources[0]), then(moves[1], sources[1]))
                continue
            if moves is not None:
                pictures, moves = gather(pictures, *moves), None
            pictures = entry.apply(options, pictures, drawn)
        return pictures if moves is None else gather(pictures, *moves)


def _seed(*parts: int) -> int:
    """One seed from several numbers, such that neighbours have nothing in common."""
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:8], "big") >> 1
