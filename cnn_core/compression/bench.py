"""The bench: what one call costs, of several ways in turn, by the processor's clock and by the one on the wall.

A busy machine makes the wall clock say anything; the processor's clock counts only the time that was computed in. The
ways take turns, so that what disturbs one disturbs all, in an order that is drawn anew for each round: what comes after
a large one finds the caches cold.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median, quantiles

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cnn_core.compression.tuning import BATCH, Lessons

Ask = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Timing:
    """Milliseconds of one call: the median and the middle half by the processor's clock, the median by the wall's."""

    cpu_ms: float
    low_ms: float
    high_ms: float
    wall_ms: float
    calls: int

    def record(self) -> dict[str, float]:
        """As plain JSON."""
        return {
            "cpu_ms": self.cpu_ms,
            "low_ms": self.low_ms,
            "high_ms": self.high_ms,
            "wall_ms": self.wall_ms,
            "calls": self.calls,
        }


def answered(ask: Ask, lessons: Lessons, look: Callable[[], None] = lambda: None) -> NDArray[np.float32]:
    """What one way says of all pictures: logits (N, K); `look` is called before each batch and may raise."""
    found = []
    with torch.inference_mode():
        for start in range(0, len(lessons.targets), BATCH):
            look()
            found.append(ask(lessons.images(slice(start, start + BATCH))).numpy())
    return np.concatenate(found)


def accuracy(ask: Ask, lessons: Lessons, look: Callable[[], None] = lambda: None) -> float:
    """The share of the pictures that one way gets right; see `answered`."""
    return float((answered(ask, lessons, look).argmax(1) == lessons.targets).mean())


@contextlib.contextmanager
def threads(count: int) -> Iterator[None]:
    """So many threads of torch for a while."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def measured(
    ways: Mapping[str, Ask],
    images: Mapping[str, Tensor] | Tensor,
    *,
    rounds: int = 30,
    warmup: int = 3,
    look: Callable[[], None] = lambda: None,
) -> dict[str, Timing]:
    """Time some ways to answer the same pictures, in turns, each for `rounds` times after `warmup` that do not count.

    Args:
        ways: what is called, by name. images: what each gets, float32 (N, C, H, W), or the same for all.
        look: called before each round; may raise.
    """
    given = images if isinstance(images, Mapping) else dict.fromkeys(ways, images)
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    with torch.inference_mode():
        for turn in range(-warmup, rounds):
            look()
            for name in random.Random(turn).sample(list(ways), len(ways)):
                ask = ways[name]
                cpu, wall = time.process_time_ns(), time.perf_counter_ns()
                ask(given[name])
                spent = (time.process_time_ns() - cpu) / 1e6, (time.perf_counter_ns() - wall) / 1e6
                if turn >= 0:
                    found[name].append(spent)
    return {name: _timing(times) for name, times in found.items()}


def _timing(times: list[tuple[float, float]]) -> Timing:
    cpu = [one for one, _ in times]
    low, _, high = quantiles(cpu, n=4) if len(cpu) > 1 else (cpu[0],) * 3
    return Timing(median(cpu), low, high, median(wall for _, wall in times), len(times))
