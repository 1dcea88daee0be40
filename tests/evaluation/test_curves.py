"""ROC curves: by hand, against scikit-learn, undefined where they are, and thinned without losing any area."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import auc as area_of
from sklearn.metrics import roc_auc_score, roc_curve

from cnn_core.evaluation import report, softmax
from cnn_core.evaluation.curves import roc, thinned

NAMES = ("cat", "dog", "bird")


def answers(count=200, classes=3, seed=0, sure=1.0):
    rng = np.random.default_rng(seed)
    targets = rng.integers(0, classes, count)
    logits = rng.normal(size=(count, classes)).astype(np.float32)
    logits[np.arange(count), targets] += sure
    return logits, targets


def test_a_curve_of_four_pictures_by_hand():
    """By falling score: ours, other, ours, other; so half are found before one of two others is taken."""
    logits = np.array([[3, 0], [2, 0], [1, 0], [0, 0]], np.float32)
    found = roc(logits, np.array([0, 1, 0, 1]), ("a", "b")).per_class[0]
    assert list(zip(found.fpr, found.tpr, strict=True)) == [(0, 0), (0, 0.5), (0.5, 0.5), (0.5, 1), (1, 1)]
    assert found.auc == 0.75  # of 4 pairs, 3 in the right order
    assert (found.name, found.positives, found.negatives) == ("a", 2, 2)


def test_equal_scores_are_one_threshold_and_guessing_is_the_diagonal():
    found = roc(np.zeros((6, 2), np.float32), np.array([0, 0, 1, 1, 1, 1]), ("a", "b"))
    for one in every(found):
        assert one.auc == 0.5
        assert one.fpr == pytest.approx(one.tpr)


def test_a_perfect_network_goes_through_the_corner():
    targets = np.array([0, 1, 2, 0])
    found = roc(10 * np.eye(3, dtype=np.float32)[targets], targets, NAMES)
    for one in every(found):
        assert one.auc == 1
        assert (0.0, 1.0) in list(zip(one.fpr, one.tpr, strict=True))


def every(curves):
    return (*curves.per_class, curves.macro, curves.micro)


def same_line(one, ours, scores):
    """Whether each of scikit-learn's points lies on the curve; across plus up tells where along it."""
    fpr, tpr, _ = roc_curve(ours, scores, drop_intermediate=False)
    return np.interp(fpr + tpr, one.fpr + one.tpr, one.fpr) == pytest.approx(fpr, abs=1e-12)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("sure", [0.0, 1.0, 4.0])
def test_scikit_learn_draws_the_same_curves(sure, ties):
    logits, targets = answers(sure=sure)
    if ties:
        logits = np.round(logits)
    scores = softmax(logits)
    found = roc(logits, targets, NAMES, most=10_000)
    for index, one in enumerate(found.per_class):
        assert same_line(one, targets == index, scores[:, index])
        assert one.auc == pytest.approx(roc_auc_score(targets == index, scores[:, index]), abs=1e-12)
    hits = np.eye(3)[targets]
    assert same_line(found.micro, hits.ravel(), scores.ravel())
    assert not same_line(found.micro, hits.ravel()[::-1], scores.ravel())
    assert found.micro.auc == pytest.approx(roc_auc_score(hits, scores, average="micro"), abs=1e-12)
    assert found.macro.auc == pytest.approx(roc_auc_score(hits, scores, average="macro"), abs=1e-12)


def test_the_mean_curve_is_the_mean_height_as_scikit_learns_guide_makes_it():
    logits, targets = answers()
    found = roc(logits, targets, NAMES, most=10_000)
    grid = np.random.default_rng(1).uniform(0, 1, 500)  # no place where a curve steps up
    mean = np.mean([np.interp(grid, one.fpr, one.tpr) for one in found.per_class], axis=0)
    assert np.interp(grid, found.macro.fpr, found.macro.tpr) == pytest.approx(mean, abs=1e-9)
    assert area_of(found.macro.fpr, found.macro.tpr) == pytest.approx(found.macro.auc, abs=1e-9)


def test_areas_are_those_of_the_report():
    logits, targets = answers()
    counted = report(logits, targets, NAMES)
    found = roc(logits, targets, NAMES)
    assert [one.auc for one in found.per_class] == pytest.approx(
        [row["auc"] for row in counted["per_class"]], abs=1e-12
    )
    assert found.macro.auc == pytest.approx(counted["auc_macro"], abs=1e-12)


def test_a_class_without_pictures_is_undefined_and_leaves_the_mean():
    logits, targets = answers()
    found = roc(logits[targets != 1], targets[targets != 1], NAMES)
    missing = found.per_class[1]
    assert (missing.auc, missing.positives, len(missing.fpr)) == (None, 0, 0)
    assert found.macro.auc == pytest.approx((found.per_class[0].auc + found.per_class[2].auc) / 2)
    assert found.micro.auc is not None


@pytest.mark.parametrize(
    ("logits", "targets"),
    [
        (np.zeros((0, 3), np.float32), np.zeros(0, np.int64)),
        (np.zeros((4, 3), np.float32) * np.nan, np.array([0, 1, 2, 0])),
    ],
    ids=["no pictures", "not finite"],
)
def test_where_nothing_is_known_nothing_is_defined(logits, targets):
    found = roc(logits, targets, NAMES)
    assert [one.auc for one in every(found)] == [None] * 5


def test_only_one_class_in_the_split_leaves_no_others_to_compare_with():
    found = roc(np.random.default_rng(0).normal(size=(5, 2)).astype(np.float32), np.zeros(5, np.int64), ("a", "b"))
    assert [one.auc for one in found.per_class] == [None, None]
    assert found.macro.auc is None
    assert found.micro.auc is not None


# --- thinning ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("most", [3, 10, 101, 400])
def test_a_thinned_curve_has_at_most_so_many_points_and_the_same_area(most):
    logits, targets = answers(20_000, sure=0.7)
    whole, thin = roc(logits, targets, NAMES, most=10**9), roc(logits, targets, NAMES, most=most)
    for full, one in zip(every(whole), every(thin), strict=True):
        assert len(full.fpr) > 1000
        assert len(one.fpr) <= most
        assert one.auc == full.auc
        assert area_of(one.fpr, one.tpr) == pytest.approx(full.auc, abs=1e-9)
        assert (one.fpr[0], one.tpr[0], one.fpr[-1], one.tpr[-1]) == pytest.approx((0, 0, 1, 1))
        assert (np.diff(one.fpr) >= 0).all()
        assert (np.diff(one.tpr) >= 0).all()
        grid = np.linspace(0.001, 0.999, 997)
        off = np.abs(np.interp(grid, one.fpr, one.tpr) - np.interp(grid, full.fpr, full.tpr)).max()
        assert off <= 4 / (most - 1) + 0.01


def test_twin_leaving_points_out_would_lose_area():
    logits, targets = answers(20_000, sure=0.7)
    full = roc(logits, targets, NAMES, most=10**9).per_class[0]
    some = np.append(np.arange(0, len(full.fpr) - 1, len(full.fpr) // 10), len(full.fpr) - 1)
    assert abs(area_of(full.fpr[some], full.tpr[some]) - full.auc) > 1e-4


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=4, max_size=60), st.integers(3, 20))
def test_any_rising_line_keeps_its_area(steps, most):
    x, y = (np.cumsum([0, *side]).astype(float) for side in zip(*steps, strict=True))
    if not x[-1] or not y[-1]:
        return
    x, y = x / x[-1], y / y[-1]
    thin = thinned(x, y, most)
    assert len(thin[0]) <= max(most, 3)
    assert area_of(*thin) == pytest.approx(area_of(x, y), abs=1e-9)
