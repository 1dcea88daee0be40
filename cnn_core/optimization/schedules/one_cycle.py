"""One cycle: up from a small rate to the full one, then down to almost nothing.

The learning rate that is set is the peak. The slow start allows a larger peak than a constant rate would, and the long
fall settles the weights: often the best result in few epochs. Both ways along half a cosine wave, as PyTorch's
OneCycleLR; momentum stays as it is. Smith and Topin, 2018.
"""

from __future__ import annotations

import math

from pydantic import Field

from cnn_core.base.options import Entry, Options, hints
from cnn_core.optimization.schedules import Schedule


class OneCycleOptions(Options):
    peak: float = Field(
        0.3,
        ge=0,
        le=0.9,
        title="Peak",
        description="Share of all steps after which the full learning rate is reached.",
        json_schema_extra=hints(step=0.05),
    )
    start_divisor: float = Field(
        25.0,
        ge=1,
        le=1e6,
        title="Start divisor",
        description="Training starts at the learning rate divided by this.",
        json_schema_extra=hints(step=1, advanced=True),
    )
    final_divisor: float = Field(
        1e4,
        ge=1,
        le=1e9,
        title="Final divisor",
        description="Training ends at the rate it started with, divided by this.",
        json_schema_extra=hints(scale="log", advanced=True),
    )


def one_cycle(options: OneCycleOptions, step: int, steps: int) -> float:
    """The factor of torch's OneCycleLR with cosine annealing, total_steps=steps; 1 where there is one step only."""
    if steps < 2:
        return 1.0
    top, last = options.peak * steps - 1, steps - 1
    start = 1 / options.start_divisor
    if top > 0 and step <= top:
        return _between(start, 1.0, step / top)
    return _between(1.0, start / options.final_divisor, (step - top) / (last - top))


def _between(begin: float, end: float, progress: float) -> float:
    """From begin to end along half a cosine wave, for progress 0..1; never above 1 by rounding."""
    return min(1.0, end + (begin - end) * (1 + math.cos(math.pi * progress)) / 2)


ENTRY: Entry[Schedule] = Entry(options=OneCycleOptions, build=one_cycle)
