"""The shelf of learning-rate schedules: pure functions of the step, so that nothing of them needs to be saved."""

from __future__ import annotations

from typing import Any, Protocol

from cnn_core.base.shelf import Shelf


class Schedule(Protocol):
    """What an entry of this shelf builds."""

    def __call__(self, options: Any, step: int, steps: int) -> float:
        """The factor (0..1) on the learning rate for step `step` of 0..steps-1. No torch."""


SHELF: Shelf[Schedule] = Shelf(
    "schedules", "cnn_core.optimization.schedules", "schedule", first=("one_cycle", "cosine", "constant")
)
