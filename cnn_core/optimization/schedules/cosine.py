"""Cosine: a short warm-up, then down along half a cosine wave.

Steep in the middle, gentle at the end, nothing to tune. During the warm-up the rate rises in equal steps, which keeps
the first batches from throwing random weights about. Loshchilov and Hutter, 2017 (without restarts).
"""

from __future__ import annotations

import math

from pydantic import Field

from cnn_core.base.options import Entry, Options, hints
from cnn_core.optimization.schedules import Schedule


class CosineOptions(Options):
    warmup: float = Field(
        0.05,
        ge=0,
        le=0.9,
        title="Warm-up",
        description="Share of all steps during which the rate rises; 0 for none.",
        json_schema_extra=hints(step=0.05),
    )
    final: float = Field(
        0.0,
        ge=0,
        le=1,
        title="Final factor",
        description="What the rate falls to, as a share of the learning rate.",
        json_schema_extra=hints(step=0.01),
    )


def cosine(options: CosineOptions, step: int, steps: int) -> float:
    """Warm-up as torch's LinearLR from 1/(n+1), then as torch's CosineAnnealingLR over the steps that are left.

    `final` would be reached one step after the last, so that no step is spent at a rate of 0.
    """
    rising = min(round(options.warmup * steps), steps - 1)
    if step < rising:
        return (step + 1) / (rising + 1)
    progress = (step - rising) / (steps - rising)
    return options.final + (1 - options.final) * (1 + math.cos(math.pi * progress)) / 2


ENTRY: Entry[Schedule] = Entry(options=CosineOptions, build=cosine)
