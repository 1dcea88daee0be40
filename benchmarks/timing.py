"""How things are timed: in turn, in shuffled order, as CPU time; the median of the ratios within a round counts."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Mapping


def in_turn(variants: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """CPU seconds of each variant by round; a first round that is not counted warms up."""
    times: dict[str, list[float]] = {name: [] for name in variants}
    order = list(variants)
    for number in range(rounds + 1):
        random.Random(number).shuffle(order)
        for name in order:
            began = time.process_time()
            variants[name]()
            if number:
                times[name].append(time.process_time() - began)
    return times


def ratio(times: Mapping[str, list[float]], above: str, below: str) -> tuple[float, float, float]:
    """Median and quartiles of `above / below` within the rounds."""
    found = [a / b for a, b in zip(times[above], times[below], strict=True)]
    low, middle, high = statistics.quantiles(found, n=4)
    return middle, low, high


def say(figure: str, value: str, target: str, holds: bool | None = None) -> None:
    """One line of the report."""
    mark = "" if holds is None else ("  holds" if holds else "  FALLS SHORT")
    print(f"{figure:<62} {value:<26} target {target}{mark}", flush=True)


def say_ratio(figure: str, found: tuple[float, float, float], target: float, *, at_most: bool = False) -> None:
    """A ratio with its quartiles beside its target."""
    middle, low, high = found
    holds = middle <= target if at_most else middle >= target
    say(figure, f"{middle:.2f} [{low:.2f} to {high:.2f}]", f"{'<=' if at_most else '>='} {target:g}", holds)
