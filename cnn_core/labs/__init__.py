"""Labs: claims as experiments. One file a lab: its question, what it measures with one seed, the rule of its verdict.

A lab holds nothing that a shelf should hold: networks, data, losses and methods come from theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from cnn_core.base.shelf import Shelf

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

Verdict = Literal["confirmed", "refuted", "not at this scale"]
VERDICTS: tuple[Verdict, ...] = ("confirmed", "refuted", "not at this scale")
CHAPTERS = {  # what each is about, and its labs in order
    1: ("Activation functions", ("activation_vanishing", "pool_is_nonlinear")),
    4: ("Receptive fields and dilation", ("measured_receptive_field",)),
    9: ("Imbalanced classes", ("constant_predictor",)),
    10: ("Measuring a classifier", ("base_rate", "interval_width")),
    12: ("Residual networks", ("gradient_by_depth",)),
}


@dataclass(frozen=True)
class Chart:
    """How the curves of a lab are drawn. x, y: titles of the axes. log: whether y is."""

    title: str
    x: str
    y: str
    log: bool = False


@dataclass(frozen=True)
class Reading:
    """What one seed gave: the numbers by name, and curves for the chart by name as points (x, y)."""

    numbers: dict[str, float]
    curves: dict[str, list[tuple[float, float]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Lab:
    """An entry of the shelf; its docstring's first line is the claim that is settled.

    Attributes:
        title: a few words. varies: what is varied, in a sentence. rule: when it is confirmed and when not, in words;
            `judge` is the same as code, of the means over the seeds: the verdict, and why.
        numbers: what each number is. measure: one seed. next: what to try then. chart: how its curves are drawn.
        seconds: measured with the default options and seeds on two idle cores.
    """

    title: str
    varies: str
    rule: str
    numbers: Mapping[str, str]
    measure: Callable[[Any, int, Bench], Reading]
    judge: Callable[[Mapping[str, float]], tuple[Verdict, str]]
    next: str
    seconds: float
    chart: Chart | None = None


SHELF: Shelf[Lab] = Shelf(
    "labs", "cnn_core.labs.entries", "lab", first=tuple(name for _, names in CHAPTERS.values() for name in names)
)
SEEDS = 3  # usual; one seed shows nothing of the spread


def chapter_of(name: str) -> int:
    """The chapter that a lab belongs to."""
    return next(number for number, (_, names) in CHAPTERS.items() if name in names)
