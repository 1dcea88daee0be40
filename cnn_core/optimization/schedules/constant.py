"""Constant: the learning rate stays as it is.

The plain baseline: what a schedule gains is the difference to this one. A network that still jumps about at the end of
training usually wants a falling rate.
"""

from __future__ import annotations

from cnn_core.base.options import Entry, Options
from cnn_core.optimization.schedules import Schedule


class ConstantOptions(Options):
    pass


def constant(options: ConstantOptions, step: int, steps: int) -> float:
    """1 at every step."""
    return 1.0


ENTRY: Entry[Schedule] = Entry(options=ConstantOptions, build=constant)
