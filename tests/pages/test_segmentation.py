"""Segmentation through app.py: Train offers what suits a task, Evaluate and Explain show masks."""

from __future__ import annotations

import pytest

from cnn_core import actions
from cnn_core.base.settings import runs_folder
from cnn_core.experiment import resolve

SMALL = {
    "data": {"name": "shapes", "options": {"count": 80, "size": 16, "classes": 2}},
    "model": {"name": "unet", "options": {"levels": 1, "width": 4}},
    "train": {"epochs": 1, "batch_size": 8},
}


@pytest.fixture
def run():
    return str(actions.train(resolve(SMALL), runs_folder())["run"])


def test_train_offers_the_data_and_networks_of_the_task(visit):
    at = visit("train")
    assert "small_cnn" in at.selectbox(key="train.model").options
    at.segmented_control(key="train.task").set_value("segmentation").run()
    assert not at.exception
    assert at.selectbox(key="train.model").options == ["unet", "dilated", "aspp"]
    offered = at.selectbox(key="train.data").options
    assert offered[0] == "shapes"
    assert "digits" not in offered
    at.segmented_control(key="train.task").set_value("classification").run()
    assert at.selectbox(key="train.data").value == "digits"


def test_start_begins_a_segmentation(visit, launched):
    at = visit("train")
    at.segmented_control(key="train.task").set_value("segmentation").run()
    at.button(key="train.start").click().run()
    assert [actions.show(one)["experiment"]["task"] for one in launched] == ["segmentation"]


def test_evaluate_says_how_well_masks_fit(visit, run):
    found = actions.evaluate(run)
    at = visit("evaluate", run=run)
    assert at.header[0].value == f"Masks overlap the truth by {100 * found['mean_iou']:.1f}%"
    assert {one.label for one in at.metric} == {"Pixels right", "Right at borders", "Right elsewhere", "Figures missed"}
    at.segmented_control(key="evaluate.masks.which").set_value("Best").run()
    assert not at.exception


def test_explain_shows_the_mask_of_a_picture_beside_the_true_one(visit, run):
    at = visit("explain", run=run, picture="test-3")
    assert any("What is true" in one.value for one in at.caption), [one.value for one in at.caption]
    assert at.header[0].value.endswith(" of the picture") or at.header[0].value == "Nothing but background"


@pytest.mark.parametrize("page", ["watch", "features", "runs", "home", "data"])
def test_the_other_pages_stand(visit, run, page):
    at = visit(page, run=run)
    assert not at.error


@pytest.mark.parametrize("picture", ["test-999", "x", "drawn-x"])
def test_a_wrong_address_is_a_sentence(visit, run, picture):
    at = visit("explain", run=run, picture=picture)
    assert len(at.error) + len(at.warning) == 1
