"""What samplers share: a source of chance for each epoch, and as many of one class as are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from torch import Tensor


def chance(seed: int, epoch: int) -> torch.Generator:
    """The generator of an epoch."""
    import torch

    return torch.Generator().manual_seed(seed * 1_000_003 + epoch)


def by_class(targets: Tensor) -> list[Tensor]:
    """The positions of each class that has pictures, int64."""
    import torch

    counts = torch.bincount(targets).tolist()
    return [(targets == label).nonzero().flatten() for label, count in enumerate(counts) if count]


def repeated(positions: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """So many of these positions, in any order: each as often as any other, or once more."""
    import torch

    whole, rest = divmod(count, len(positions))
    some = positions[torch.randperm(len(positions), generator=generator)[:rest]]
    return torch.cat([*[positions] * whole, some])


def even_shares(count: int, classes: int, generator: torch.Generator) -> list[int]:
    """`count` in as many equal shares as there are classes; which get one more is drawn."""
    import torch

    whole, rest = divmod(count, classes)
    lucky = torch.randperm(classes, generator=generator)[:rest].tolist()
    return [whole + (label in lucky) for label in range(classes)]


def mixed(positions: Tensor, generator: torch.Generator) -> Tensor:
    """The same in a random order."""
    import torch

    return positions[torch.randperm(len(positions), generator=generator)]
