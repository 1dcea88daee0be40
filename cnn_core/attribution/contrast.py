"""Two classes of one picture side by side: both maps on one scale, and how they differ in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.base.errors import UserError

if TYPE_CHECKING:
    from cnn_core.attribution.explain import Explanation

ALIKE = 1.05  # a ratio below this is called about equal
HUGE = 1000.0
ROWS, COLUMNS = ("top", "", "bottom"), ("left", "", "right")


@dataclass(frozen=True, eq=False)
class Contrast:
    """Why one class and not another, for one picture at one layer.

    most: the largest heat of both maps; the scale on which both are painted; 0 where neither has evidence.
    common: how much the two glows overlap, 0 to 1: the sum over all places of the smaller heat by that of the larger;
    None unless both have evidence.
    """

    first: Explanation
    second: Explanation
    most: float
    common: float | None

    def record(self) -> dict[str, Any]:
        """What `explain --against --json` prints: the first class, and below `against` the second one."""
        against = {key: self.second.record()[key] for key in ("target", "target_index", "probability", "has_evidence")}
        words = self.words(self.first.target, self.second.target)
        return {**self.first.record(), "against": {**against, "most": self.most, "common": self.common, "words": words}}

    def words(self, first: str, second: str) -> str:
        """How they differ, in two sentences; the names as the caller wants them written."""
        return f"{self._likely(first, second)} {self._glow(first, second)}"

    def _likely(self, first: str, second: str) -> str:
        low, high = self.second.probability, self.first.probability
        if low > high:
            low, high, first, second = high, low, second, first
        if high < ALIKE * low:
            return f"“{first}” and “{second}” are about equally likely."
        return f"“{first}” is {_times(high, low)} as likely as “{second}”."

    def _glow(self, first: str, second: str) -> str:
        dark = [name for name, one in ((first, self.first), (second, self.second)) if not one.has_evidence]
        if dark:
            return f"Nothing in this picture speaks for “{'” or “'.join(dark)}” at this layer."
        places = [_place(one.heat) for one in (self.first, self.second)]
        low, high = float(self.second.heat.max()), float(self.first.heat.max())
        if low > high:
            low, high, first, second, places = high, low, second, first, places[::-1]
        much = "as strong as" if high < ALIKE * low else f"{_times(high, low)} as strong as"
        if places[0] == places[1]:
            brightest = f"Both glows are brightest {places[0]}, that for “{first}” {much} that for “{second}”"
        else:
            brightest = (
                f"At its brightest ({places[0]}) the glow for “{first}” is {much} the one for “{second}” ({places[1]})"
            )
        return f"{brightest}; {100 * (self.common or 0):.0f}% of the two glows overlap."


def contrast(first: Explanation, second: Explanation) -> Contrast:
    """Two explanations of the same picture at the same layer by the same method.

    Raises:
        UserError: they are of one class, or of different pictures, layers or methods.
    """
    if first.target_index == second.target_index:
        raise UserError(f'against is "{second.target}", but must be another class than the one that is explained.')
    same = (first.method, first.layer, first.heat.shape) == (second.method, second.layer, second.heat.shape)
    if not same or not np.array_equal(first.saw, second.saw):
        raise UserError("Two explanations can be compared for one picture, layer and method only.")
    return Contrast(first, second, max(float(first.heat.max()), float(second.heat.max())), _common(first, second))


def _common(first: Explanation, second: Explanation) -> float | None:
    if not (first.has_evidence and second.has_evidence):
        return None
    smaller, larger = np.minimum(first.heat, second.heat), np.maximum(first.heat, second.heat)
    return float(smaller.sum(dtype=np.float64) / larger.sum(dtype=np.float64))


def _times(high: float, low: float) -> str:
    """`2.4 times`; a ratio that says nothing any more is bounded."""
    if high >= HUGE * low:
        return f"more than {HUGE:,.0f} times"
    ratio = high / low
    return f"{ratio:.1f} times" if ratio < 10 else f"{ratio:,.0f} times"


def _place(heat: NDArray[np.float32]) -> str:
    """Where a map (H, W) is brightest, by thirds: `at the top left`, `in the middle`."""
    row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    words = [ROWS[3 * int(row) // heat.shape[0]], COLUMNS[3 * int(column) // heat.shape[1]]]
    said = " ".join(filter(None, words))
    return f"at the {said}" if said else "in the middle"
