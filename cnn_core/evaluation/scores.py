"""Yes or no: what labels and scores say at one threshold, and over all thresholds. Undefined is None, never 0."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.evaluation.agreement import agreement, class_row
from cnn_core.evaluation.basics import confusion_matrix

Labels = NDArray[np.int64]
Scores = NDArray[np.float64]


def score_report(labels: Labels, scores: Scores, threshold: float = 0.5) -> dict[str, Any]:
    """Figures of a classifier with two answers.

    Args:
        labels: (N,), 1 for yes, 0 for no. scores: (N,), the probability of yes, 0..1. threshold: a score of at least
            so much is a yes.

    Returns:
        matrix (int64 (2, 2), rows true, no before yes), and, None where not defined: accuracy, precision, recall, f1
        (of yes), specificity (the recall of no), balanced_accuracy, mcc, kappa, auc (area under the ROC curve),
        average_precision, trapezoid (the area under straight lines between the points of the precision-recall curve,
        which is too high), brier (mean squared error), log_loss, best_f1 and best_threshold (the highest on a tie).
    """
    matrix = confusion_matrix(labels, scores >= threshold, 2)
    found = agreement(matrix, ["no", "yes"])
    no, yes = found["per_class"]
    best = best_f1(labels, scores)
    return {
        "matrix": matrix,
        "accuracy": found["accuracy"],
        **{key: yes[key] for key in ("precision", "recall", "f1")},
        "specificity": no["recall"],
        "balanced_accuracy": None if None in (no["recall"], yes["recall"]) else (no["recall"] + yes["recall"]) / 2,
        "mcc": found["mcc"],
        "kappa": found["kappa"],
        **_over_thresholds(labels, scores),
        "brier": float(np.mean((scores - labels) ** 2)) if len(labels) else None,
        "log_loss": log_loss(labels, scores),
        "best_f1": best[0] if best else None,
        "best_threshold": best[1] if best else None,
    }


def _over_thresholds(labels: Labels, scores: Scores) -> dict[str, float | None]:
    if not labels.any() or labels.all():
        return {"auc": None, "average_precision": None, "trapezoid": None}
    from sklearn import metrics

    precision, recall, _ = metrics.precision_recall_curve(labels, scores)
    return {
        "auc": float(metrics.roc_auc_score(labels, scores)),
        "average_precision": float(metrics.average_precision_score(labels, scores)),
        "trapezoid": float(metrics.auc(recall, precision)),
    }


def log_loss(labels: Labels, scores: Scores) -> float | None:
    """The mean surprise; None without labels, and where a certain answer was wrong: that surprise is infinite."""
    told = np.where(labels == 1, scores, 1 - scores)
    return -float(np.log(told).mean()) if len(told) and told.min() > 0 else None


def best_f1(labels: Labels, scores: Scores) -> tuple[float, float] | None:
    """The highest F1 of yes over all thresholds, and the highest threshold that has it; None without a yes."""
    if not labels.any():
        return None
    tried = [(2 * int(labels[scores >= cut].sum()) / int(labels.sum() + (scores >= cut).sum()), cut) for cut in scores]
    best, cut = max(tried)
    return best, float(cut)


def by_threshold(labels: Labels, scores: Scores, cuts: Scores) -> dict[str, Scores]:
    """Precision, recall and f1 of yes at each of some thresholds, float64 as long as `cuts`; NaN where not defined."""
    rows = [class_row(confusion_matrix(labels, scores >= cut, 2), 1, "yes") for cut in cuts]
    return {key: np.array([row[key] for row in rows], np.float64) for key in ("precision", "recall", "f1")}
