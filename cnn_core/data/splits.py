"""Splits that keep the share of each class, by largest remainder."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def largest_remainder(weights: NDArray[np.int64], total: int) -> NDArray[np.int64]:
    """Share out `total` in proportion to `weights` (K,), exactly: whole parts first, then the largest remainders."""
    exact = weights * total  # in units of 1 / sum: whole numbers, so no rounding can spoil a tie
    shares = exact // weights.sum()
    remainders = exact - shares * weights.sum()
    order = np.argsort(-remainders, kind="stable")
    shares[order[: total - int(shares.sum())]] += 1
    return shares


def stratified(targets: NDArray[np.int64], held_out: dict[str, int], seed: int) -> dict[str, NDArray[np.int64]]:
    """Indices by split, in the order of the data; what is not held out is `train`.

    Args:
        targets: int64 (N,). held_out: how many pictures each other split gets, `{"val": 180, "test": 360}`.
    """
    rng = np.random.default_rng(seed)
    queues = [rng.permutation(np.flatnonzero(targets == label)) for label in range(int(targets.max()) + 1)]
    left = np.array([len(queue) for queue in queues], dtype=np.int64)
    splits: dict[str, NDArray[np.int64]] = {}
    for name, total in held_out.items():
        shares = largest_remainder(left, total)
        taken = [queue[n - share : n] for queue, n, share in zip(queues, left, shares, strict=True)]
        splits[name] = np.sort(np.concatenate(taken))
        left = left - shares
    rest = np.sort(np.concatenate([queue[:n] for queue, n in zip(queues, left, strict=True)]))
    return {"train": rest, **splits}
