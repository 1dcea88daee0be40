"""Class weights: what a picture of a rare class is worth, and what a useless model scores without them.

Balanced weights are N / (classes x pictures of the class); effective ones treat the thousandth picture of a class as
nearly nothing new. PyTorch divides a weighted loss by the weights in the batch, so only their ratios count. Weighting
and oversampling do the same thing: used together they multiply. Cui and others, 2019 (effective numbers).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field, field_validator

from cnn_core.base.options import Entry, Options
from cnn_core.calculators import Calculator, Step, Table, Worked
from cnn_core.calculators.lists import wholes
from cnn_core.evaluation.agreement import agreement
from cnn_core.optimization.losses._weights import weights_of

CLASSES, PICTURES = 30, 999_999


class ClassWeightsOptions(Options):
    pictures: str = Field("9000, 1000", title="Pictures", description="Of each class, such as 9000, 1000.")
    beta: float = Field(
        0.999, ge=0, lt=1, title="Beta", description="Of effective weights; 0 weighs all classes alike."
    )

    @field_validator("pictures")
    @classmethod
    def _pictures(cls, text: str) -> str:
        wholes(text, 1, PICTURES, CLASSES)
        return text


def calculate(options: ClassWeightsOptions) -> Worked:
    """Weights of each class, and the figures of always saying the largest."""
    counts = wholes(options.pictures, 1, PICTURES, CLASSES)
    balanced, effective = weights_of("balanced", counts), weights_of("effective", counts, options.beta)
    total, most, least = sum(counts), max(counts), min(counts)
    large, small = counts.index(most), counts.index(least)
    useless = always(counts, large)
    steps = (
        Step("weight_largest", "Weight of the largest", balanced[large], f"{total} / ({len(counts)} × {most})"),
        Step("weight_smallest", "Weight of the smallest", balanced[small], f"{total} / ({len(counts)} × {least})"),
        Step("ratio", "Their ratio", balanced[small] / balanced[large], f"{most} / {least}", "times"),
        Step("stacked", "With oversampling as well", (most / least) ** 2, f"({most} / {least}) ^ 2", "times"),
        Step("majority_accuracy", "Always the largest: accuracy", useless["accuracy"], f"{most} / {total}"),
        Step("majority_balanced", "its balanced accuracy", useless["balanced_accuracy"], f"1 / {len(counts)}"),
        Step("majority_weighted_f1", "its weighted F1", useless["weighted"]["f1"]),
        Step("majority_macro_f1", "its macro F1", useless["macro"]["f1"]),
        Step("majority_recall_smallest", "its recall of the smallest", useless["per_class"][small]["recall"]),
    )
    rows = tuple((at + 1, count, 100 * count / total, balanced[at], effective[at]) for at, count in enumerate(counts))
    table = Table("By class", ("class", "pictures", "% of all", "balanced", "effective"), rows)
    return Worked(steps, (table,), ("Weighted F1 rewards the majority; balanced accuracy and macro F1 do not.",))


def always(counts: list[int], said: int) -> dict[str, Any]:
    """The figures (see `evaluation.agreement`) of a model that always says one class."""
    matrix = np.zeros((len(counts), len(counts)), np.int64)
    matrix[:, said] = counts
    return agreement(matrix, [str(at + 1) for at in range(len(counts))])


ENTRY: Entry[Calculator] = Entry(options=ClassWeightsOptions, build=Calculator("Class weights", (6, 9), calculate))
