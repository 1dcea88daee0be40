"""An accuracy of few pictures says little: right 7 times of 10 may be anything from 40% to 89%.

Wilson's interval says between which true rates a share may have come about. The lab draws test sets of ten up to ten
thousand pictures from a classifier that is right 70% of the time, and looks at how wide the interval is and how often
it holds the truth: 95 times of 100, also for ten pictures. E. B. Wilson, 1927.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.evaluation.basics import wilson
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

SIZES = (10, 30, 100, 300, 1000, 10_000)


class IntervalWidthOptions(Options):
    rate: float = Field(0.7, ge=0.01, le=0.99, title="True rate", description="How often the classifier is right.")
    draws: int = Field(2_000, ge=100, le=100_000, title="Draws", description="Test sets of each size.")


def measure(options: IntervalWidthOptions, seed: int, bench: Bench) -> Reading:
    """Width and coverage of the interval by the number of test pictures."""
    rng = np.random.default_rng(seed)
    widths, covered = [], []
    for size in SIZES:
        bench.say(f"{size:,} test pictures")
        counts, times = np.unique(rng.binomial(size, options.rate, options.draws), return_counts=True)
        ends = np.array([wilson(int(right), size) for right in counts])
        holds = (ends[:, 0] <= options.rate) & (options.rate <= ends[:, 1])
        widths.append((float(size), float(np.average(ends[:, 1] - ends[:, 0], weights=times))))
        covered.append((float(size), float(times[holds].sum() / options.draws)))
    numbers = {
        "width_10": widths[0][1],
        "width_1000": widths[SIZES.index(1000)][1],
        "coverage_worst": min(share for _, share in covered),
        "coverage_mean": float(np.mean([share for _, share in covered])),
    }
    return Reading(numbers, {"width of the interval": widths, "share of intervals that hold the truth": covered})


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    wide, narrow, held = numbers["width_10"], numbers["width_1000"], numbers["coverage_mean"]
    said = (
        f"with ten pictures the interval is {100 * wide:.0f} points wide, with a thousand {100 * narrow:.1f}; "
        f"it holds the truth in {held:.1%} of the draws"
    )
    if wide > 0.3 and narrow < 0.1 and held > 0.92:
        return "confirmed", f"Ten pictures say little, a thousand much; {said}."
    if wide > 3 * narrow and held > 0.92:
        return "not at this scale", f"More pictures say more, but this rate is easier than the rule asks; {said}."
    return "refuted", f"The number of pictures matters less than that, or the interval does not hold; {said}."


ENTRY: Entry[Lab] = Entry(
    options=IntervalWidthOptions,
    build=Lab(
        title="Width of the interval",
        varies="The number of test pictures, from ten to ten thousand, under a classifier that is right with a "
        "known rate.",
        rule="Confirmed when the interval is wider than 30 points with ten pictures and narrower than 10 with a "
        "thousand, and holds the truth "
        "in more than 92% of all draws; refuted when it is not three times as wide with ten, or does not hold.",
        numbers={
            "width_10": "Mean width of Wilson's 95% interval with ten test pictures.",
            "width_1000": "The same with a thousand.",
            "coverage_worst": "Share of intervals that hold the true rate, for the worst number of pictures.",
            "coverage_mean": "The mean of that share over all numbers of pictures.",
        },
        measure=measure,
        judge=judge,
        next="Look at the interval beside every accuracy on Evaluate, and train on `digits` and on MNIST: 360 test "
        "pictures against 10,000.",
        seconds=1,
        chart=Chart("What a test set of a size can say", "test pictures", ""),
    ),
    tiny={"draws": 100},
)
