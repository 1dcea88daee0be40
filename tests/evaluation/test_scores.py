"""Figures of a matrix and of scores against scikit-learn; what is not defined is None."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from cnn_core.evaluation.agreement import agreement
from cnn_core.evaluation.basics import confusion_matrix
from cnn_core.evaluation.scores import by_threshold, score_report


@pytest.mark.parametrize("seed", range(5))
def test_a_matrix_says_what_scikit_learn_says_of_the_answers(seed):
    random = np.random.default_rng(seed)
    true, said = random.integers(0, 4, 60), random.integers(0, 4, 60)
    found = agreement(confusion_matrix(true, said, 4), "abcd")
    assert found["mcc"] == pytest.approx(metrics.matthews_corrcoef(true, said))
    assert found["kappa"] == pytest.approx(metrics.cohen_kappa_score(true, said))
    assert found["balanced_accuracy"] == pytest.approx(metrics.balanced_accuracy_score(true, said))
    for kind in ("macro", "weighted"):
        theirs = metrics.precision_recall_fscore_support(true, said, average=kind)[:3]
        assert list(found[kind].values()) == pytest.approx(theirs)


@pytest.mark.parametrize("seed", range(5))
def test_scores_say_what_scikit_learn_says_of_them(seed):
    random = np.random.default_rng(seed)
    labels, scores = random.integers(0, 2, 40), random.integers(1, 10, 40) / 10  # with ties
    found = score_report(labels, scores, 0.4)
    assert found["auc"] == pytest.approx(metrics.roc_auc_score(labels, scores))
    assert found["average_precision"] == pytest.approx(metrics.average_precision_score(labels, scores))
    assert found["brier"] == pytest.approx(metrics.brier_score_loss(labels, scores))
    assert found["log_loss"] == pytest.approx(metrics.log_loss(labels, scores))
    assert found["f1"] == pytest.approx(metrics.f1_score(labels, scores >= 0.4))
    tried = [metrics.f1_score(labels, scores >= cut) for cut in scores]
    assert found["best_f1"] == pytest.approx(max(tried))
    line = by_threshold(labels, scores, np.array([0.4]))
    assert line["precision"][0] == found["precision"]


def test_without_a_yes_among_the_labels_nothing_is_said_of_yes():
    found = score_report(np.zeros(3, int), np.array([0.1, 0.2, 0.9]))
    missing = {key for key, value in found.items() if value is None}
    assert missing >= {"precision", "recall", "f1", "auc", "average_precision", "mcc", "best_f1", "balanced_accuracy"}
    assert found["specificity"] == pytest.approx(2 / 3)


def test_a_certain_answer_that_was_wrong_has_no_finite_loss():
    assert score_report(np.array([1, 0]), np.array([0.0, 0.0]))["log_loss"] is None


def test_precision_without_an_answer_of_yes_is_not_defined_but_recall_is():
    found = score_report(np.array([1, 0]), np.array([0.1, 0.2]), 0.5)
    assert (found["precision"], found["recall"], found["f1"]) == (None, 0, 0)


def test_a_mean_over_classes_is_not_defined_where_one_of_them_is_not():
    found = agreement(np.array([[9, 0], [1, 0]]), ["frequent", "rare"])
    assert found["macro"]["precision"] is None
    assert found["macro"]["f1"] == pytest.approx(0.474, abs=1e-3)
