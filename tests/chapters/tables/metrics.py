"""Metrics: from matrices, from labels and scores, from masks."""

from __future__ import annotations

import numpy as np

from cnn_core.evaluation.agreement import agreement
from cnn_core.evaluation.scores import score_report
from cnn_core.evaluation.segmentation import dice
from tests.chapters.tables.networks import listed, of

TEN, THREE = np.array([[4, 1], [2, 3]]), np.array([[3, 1, 0], [0, 2, 1], [0, 1, 2]])
LABELS = np.array([0] * 5 + [1] * 5)
SCORES = np.array([0.1, 0.1, 0.2, 0.3, 0.4, 0.3, 0.6, 0.7, 0.8, 0.9])
USELESS = "majority_accuracy majority_balanced majority_recall_smallest majority_weighted_f1 majority_macro_f1"


def ten(key):
    return lambda: agreement(TEN, ["no", "yes"])[key]


def yes(key):
    return lambda: agreement(TEN, ["no", "yes"])["per_class"][1][key]


def row(at):
    return lambda: [agreement(THREE, "cdb")["per_class"][at][key] for key in ("precision", "recall", "f1", "support")]


def mean(kind):
    return lambda: list(agreement(THREE, "cdb")[kind].values())


def whole(key):
    return lambda: agreement(THREE, "cdb")[key]


def score(key, power=1):
    return lambda: score_report(LABELS, SCORES**power)[key]


def micro_f1():
    """Every answer for every class as one question of yes or no."""
    right, said, true = THREE.trace(), THREE.sum(), THREE.sum()
    return 2 * right / (said + true)


ROWS = [
    ("9e", "always the majority", of("class_weights", USELESS), ["0.900", "0.500", "0", "0.853", "0.474"]),
    ("10d", "accuracy", ten("accuracy"), "0.700"),
    ("10d", "precision", yes("precision"), "0.750"),
    ("10d", "recall", yes("recall"), "0.600"),
    ("10d", "F1", yes("f1"), "0.667"),
    ("10d", "specificity", lambda: agreement(TEN, ["no", "yes"])["per_class"][0]["recall"], "0.800"),
    ("10d", "balanced", ten("balanced_accuracy"), "0.700"),
    ("10d", "MCC", ten("mcc"), "0.4082"),
    ("10d", "kappa", ten("kappa"), "0.400"),
    ("10e", "cat", row(0), ["1.000", "0.750", "0.857", 4]),
    ("10e", "dog", row(1), ["0.500", "0.667", "0.571", 3]),
    ("10e", "bird", row(2), ["0.667", "0.667", "0.667", 3]),
    ("10e", "accuracy", whole("accuracy"), "0.700"),
    ("10e", "macro", mean("macro"), ["0.7222", "0.6944", "0.6984"]),
    ("10e", "weighted", mean("weighted"), ["0.7500", "0.7000", "0.7143"]),
    ("10e", "MCC", whole("mcc"), "0.5606"),
    ("10e", "kappa", whole("kappa"), "0.5522"),
    ("10f", "AUC", score("auc"), "0.940"),
    ("10f", "average precision", score("average_precision"), "0.9429"),
    ("10f", "trapezoid", score("trapezoid"), "0.9514"),
    ("10f", "Brier", score("brier"), "0.110"),
    ("10f", "log loss", score("log_loss"), "0.3701"),
    ("10f", "at 0.5", lambda: score("matrix")().tolist(), [[5, 0], [1, 4]]),
    ("10f", "best F1", score("best_f1"), "0.889"),
    ("10f", "its threshold", score("best_threshold"), "0.6"),
    ("10f", "calculated", of("metrics", "auc brier best_f1"), ["0.940", "0.110", "0.889"]),
    ("10g", "AUC of cubes", score("auc", 3), "0.940"),
    ("10g", "Brier of cubes", score("brier", 3), "0.2310"),
    ("10g", "Dice of IoU", listed(lambda: dice(0.5), lambda: dice(0.7)), ["0.667", "0.824"]),
    ("10g", "micro F1 is accuracy", lambda: micro_f1() - agreement(THREE, "cdb")["accuracy"], "0.000000"),
    ("10g", "weighted recall is accuracy", lambda: agreement(THREE, "cdb")["weighted"]["recall"], "0.700000"),
]
