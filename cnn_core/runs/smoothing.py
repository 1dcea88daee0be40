"""Smoothing a curve as TensorBoard does: an exponential moving average that does not begin at zero."""

from __future__ import annotations

import math
from collections.abc import Sequence


def smoothed(values: Sequence[float | None], weight: float) -> list[float | None]:
    """The debiased exponential moving average of a curve, a value for each value.

    `m = w m + (1 - w) x`, and `m / (1 - w^n)` is drawn, n counting the finite values so far: without the division a
    curve would begin near zero. What is not finite passes through and changes nothing; a curve that never changes is
    left alone, to the last digit. As `classicSmoothing` in TensorBoard's source (Apache 2.0, TensorFlow authors).

    Args:
        values: None stands for what is not known. weight: 0 (nothing is smoothed) to below 1.
    """
    first = next(iter(values), None)
    if not weight or all(value == first for value in values):
        return list(values)
    mean, count, found = 0.0, 0, []
    for value in values:
        if value is None or not math.isfinite(value):
            found.append(value)
            continue
        count += 1
        mean = weight * mean + (1 - weight) * value
        found.append(mean / (1 - weight**count))
    return found
