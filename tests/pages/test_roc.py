"""The ROC part of Evaluate: which classes are in front, what is said, the file of points."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn_core import actions
from cnn_core.evaluation.curves import roc as curves_of
from pages.parts import roc_view
from tests.pages.states import texts


def part(run: str) -> AppTest:
    """The part alone, as a page would show it."""

    def page(run: str) -> None:
        from pages.parts import roc_view

        roc_view.roc(run)

    at = AppTest.from_function(page, default_timeout=60, kwargs={"run": run}).run()
    assert not at.exception, at.exception[0].message
    return at


@pytest.fixture
def stored(runs):
    return actions.load_run(runs.small, runs.folder).predictions("test")


def test_it_opens_with_the_class_that_is_hardest_to_tell_from_the_rest(runs, stored):
    at = part(runs.small)
    areas = [row["auc"] for row in actions.evaluate(runs.small, runs=runs.folder)["per_class"]]
    hardest = int(np.argmin(areas))
    assert at.multiselect[0].value == [hardest]
    assert f"{hardest}: AUC {areas[hardest]:.4f}" in texts(at).replace("\\", "")
    assert f"Mean of all classes: {np.mean(areas):.4f}" in texts(at)


def test_other_classes_and_the_means_can_be_put_in_front(runs):
    at = part(runs.small)
    at.multiselect[0].set_value([3, roc_view.MACRO, roc_view.MICRO]).run()
    assert not at.exception
    said = texts(at).replace("\\", "")
    assert "3: AUC" in said
    assert "All classes alike (macro): AUC" in said
    assert "All answers together (micro): AUC" in said
    at.multiselect[0].set_value([]).run()
    assert not at.exception


def test_a_class_without_pictures_has_no_curve_and_cannot_be_chosen(runs, stored, monkeypatch):
    kept = stored.targets != 4
    found = curves_of(stored.logits[kept], stored.targets[kept], [str(digit) for digit in range(10)])
    monkeypatch.setattr(roc_view, "curves", lambda *_: found)
    at = part(runs.small)
    assert "4" not in at.multiselect[0].options
    assert "1 of 10 classes have no curve" in texts(at)


def test_where_no_curve_is_defined_it_says_so(runs, monkeypatch):
    found = curves_of(np.zeros((0, 2), np.float32), np.zeros(0, np.int64), ["a", "b"])
    monkeypatch.setattr(roc_view, "curves", lambda *_: found)
    at = part(runs.small)
    assert "there is no curve to draw" in texts(at)
    assert not at.multiselect


def test_the_file_has_a_line_a_point_and_is_no_formula():
    logits = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    found = curves_of(logits, np.arange(50) % 2, ["=1+1", "b", "c"])
    rows = list(csv.DictReader(io.StringIO(roc_view._csv(found))))
    assert rows[0]["curve"] == "'=1+1"
    assert float(rows[0]["auc"]) == pytest.approx(found.per_class[0].auc)
    points = [row for row in rows if row["curve"] == "b"]
    assert [float(row["found"]) for row in points] == pytest.approx(found.per_class[1].tpr)
    assert [row["auc"] for row in rows if row["curve"] == "c"] == [""]  # undefined, not 0
    assert {row["curve"] for row in rows} >= set(roc_view.MEANS.values())
