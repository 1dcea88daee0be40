"""A classifier that always says the same looks good on imbalanced classes: accuracy hides it, balanced accuracy does
not.

With nine pictures of ten in one class a constant answer is right 90% of the time. Balanced accuracy (the mean recall)
says 50%, whatever the imbalance, and macro F1 falls with it. Weighted F1 rewards the majority: 0.853 for a useless
model.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.evaluation import report
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

SHARES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


class ConstantPredictorOptions(Options):
    pictures: int = Field(10_000, ge=100, le=1_000_000, title="Pictures", description="Of both classes together.")


def measure(options: ConstantPredictorOptions, seed: int, bench: Bench) -> Reading:
    """The report on a constant answer, as Evaluate makes it, from equal classes to 99 of 100."""
    accuracy, balanced, macro = [], [], []
    numbers = {}
    for share in SHARES:
        bench.say(f"{share:.0%} in one class")
        rare = round((1 - share) * options.pictures)
        targets = np.array([0] * (options.pictures - rare) + [1] * rare)
        logits = np.tile(np.array([1.0, 0.0], np.float32), (len(targets), 1))
        found = report(logits, targets, ["frequent", "rare"])
        accuracy.append((share, found["accuracy"]))
        balanced.append((share, found["balanced_accuracy"]))
        macro.append((share, found["macro_f1"]))
        if share == 0.9:
            keys = ("accuracy", "balanced_accuracy", "macro_f1")
            numbers = {f"{key}_90": float(found[key]) for key in keys}
    return Reading(numbers, {"accuracy": accuracy, "balanced accuracy": balanced, "macro F1": macro})


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    accuracy, balanced = numbers["accuracy_90"], numbers["balanced_accuracy_90"]
    said = f"at 90:10 accuracy {accuracy:.1%}, balanced accuracy {balanced:.1%}, macro F1 {numbers['macro_f1_90']:.3f}"
    if accuracy >= 0.895 and abs(balanced - 0.5) < 0.005:
        return "confirmed", f"Accuracy praises a constant answer, balanced accuracy does not; {said}."
    return "refuted", f"Accuracy does not hide it; {said}."


ENTRY: Entry[Lab] = Entry(
    options=ConstantPredictorOptions,
    build=Lab(
        title="The constant predictor",
        varies="The share of the larger of two classes, from 50% to 99%, under an answer that is always the same.",
        rule="Confirmed when at 90:10 accuracy is 90% and balanced accuracy 50%, refuted otherwise.",
        numbers={
            "accuracy_90": "Accuracy at 90:10.",
            "balanced_accuracy_90": "Mean recall at 90:10.",
            "macro_f1_90": "Mean F1 at 90:10.",
        },
        measure=measure,
        judge=judge,
        next="Look at the baseline on Evaluate: “Always saying …” stands beside every accuracy.",
        seconds=1,
        chart=Chart("What is said of an answer that never changes", "share of the larger class", ""),
    ),
    tiny={"pictures": 100},
)
