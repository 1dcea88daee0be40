"""Calculators: a formula with the user's own numbers put in. One file each: its inputs, and what comes out.

A calculator knows no formula of its own where the library has the thing itself: layers are built (without weights) and
asked for their anatomy, steps of preprocessing for their window, losses for their value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from cnn_core.base.shelf import Shelf

Value = int | float | None


@dataclass(frozen=True)
class Step:
    """One number that comes out.

    Attributes:
        key: its name for scripts. title: its name for people. value: None where it is not defined.
        formula: with the numbers put in, in signs that can be worked out by hand (`3 × 3 × 64 + 64`); empty where the
            number comes from more than a line. unit: what is counted, or `%` for a share of 0..1.
    """

    key: str
    title: str
    value: Value
    formula: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Table:
    """Numbers in rows; a cell is a number, a text, or None where it is not defined."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value | str, ...], ...]


@dataclass(frozen=True)
class Worked:
    """What a calculator found: numbers, tables, remarks, and what to beware of, in sentences."""

    steps: tuple[Step, ...]
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def numbers(self) -> dict[str, Value]:
        """The values by key."""
        return {one.key: one.value for one in self.steps}

    def record(self) -> dict[str, Any]:
        """Everything as plain JSON, the numbers first."""
        return {"numbers": self.numbers, **asdict(self)}


@dataclass(frozen=True)
class Calculator:
    """An entry of the shelf; its docstring's first line is the question that it answers.

    Attributes:
        title: a few words. chapters: of the text that it belongs to. calculate: options to what is found, and where
            `picture` is said a picture after them, uint8 (H, W, 3).
    """

    title: str
    chapters: tuple[int, ...]
    calculate: Callable[..., Worked]
    picture: bool = False


SHELF: Shelf[Calculator] = Shelf(
    "calculators",
    "cnn_core.calculators.entries",
    "calculator",
    first=(
        *("convolution", "stack", "bottleneck", "small_kernels", "separable", "transposed", "recurrent", "activation"),
        *("resizing", "normalizing", "class_weights", "focal_loss", "metrics"),
    ),
)
