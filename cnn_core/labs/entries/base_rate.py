"""A ROC curve does not see how rare a class is, and precision does: the same scores look worse the rarer it gets.

Scores of two normal distributions, as far apart as the option says, with one positive for one negative up to one for
a hundred. The area under the ROC curve stays, average precision and the precision at a recall of 0.8 fall. With an
area of 0.95 and one positive in a hundred, of ten alarms nine are false. Saito and Rehmsmeier, 2015.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

RATIOS = (1, 3, 10, 30, 100)  # negatives for one positive
RECALL = 0.8


class BaseRateOptions(Options):
    positives: int = Field(
        2_000, ge=100, le=20_000, title="Positives", description="Negatives: up to 100 times as many."
    )
    distance: float = Field(
        2.326,
        ge=0.1,
        le=6,
        title="Distance",
        description="Of the means, in deviations; 2.326: area 0.95.",
    )


def measure(options: BaseRateOptions, seed: int, bench: Bench) -> Reading:
    """The same kind of scores at every ratio."""
    from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score

    rng = np.random.default_rng(seed)
    areas, precisions, at_recall = [], [], []
    for ratio in RATIOS:
        bench.say(f"one to {ratio}")
        labels = np.repeat([1, 0], [options.positives, options.positives * ratio])
        scores = rng.normal(size=len(labels)) + options.distance * labels
        precision, recall, _ = precision_recall_curve(labels, scores)
        areas.append((float(ratio), float(roc_auc_score(labels, scores))))
        precisions.append((float(ratio), float(average_precision_score(labels, scores))))
        at_recall.append((float(ratio), float(precision[recall >= RECALL][-1])))
    numbers = {
        "auc_1": areas[0][1],
        "auc_100": areas[-1][1],
        "precision_1": at_recall[0][1],
        "precision_100": at_recall[-1][1],
        "average_precision_100": precisions[-1][1],
    }
    curves = {"area under ROC": areas, "average precision": precisions, f"precision at recall {RECALL:g}": at_recall}
    return Reading(numbers, curves)


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    moved, fell = abs(numbers["auc_1"] - numbers["auc_100"]), numbers["precision_1"] - numbers["precision_100"]
    said = (
        f"from 1:1 to 1:100 the area goes from {numbers['auc_1']:.3f} to {numbers['auc_100']:.3f}, "
        f"precision at recall {RECALL:g} from {numbers['precision_1']:.2f} to {numbers['precision_100']:.2f}"
    )
    if moved < 0.02 and fell > 0.2:
        return "confirmed", f"The ROC curve stays while precision falls; {said}."
    if fell > 0.02:
        return "not at this scale", f"Precision falls, but not by all that the rule asks, or the area moved; {said}."
    return "refuted", f"Precision does not fall; {said}."


ENTRY: Entry[Lab] = Entry(
    options=BaseRateOptions,
    build=Lab(
        title="Base rate",
        varies="How many negatives there are for one positive: 1 to 100, with scores of the same two distributions.",
        rule="Confirmed when the area under the ROC curve moves by less than 0.02 while precision at a recall of "
        "0.8 falls by more than 0.2; "
        "refuted when precision does not fall.",
        numbers={
            "auc_1": "Area under the ROC curve at 1:1.",
            "auc_100": "The same at 1:100.",
            "precision_1": "Precision at a recall of 0.8, at 1:1.",
            "precision_100": "The same at 1:100.",
            "average_precision_100": "Average precision at 1:100.",
        },
        measure=measure,
        judge=judge,
        next="Try a distance of 4: even an area of 0.998 leaves precision far from 1 at 1:100.",
        seconds=2,
        chart=Chart("The same scores, the rarer the class", "negatives for one positive", ""),
    ),
    tiny={"positives": 100},
)
