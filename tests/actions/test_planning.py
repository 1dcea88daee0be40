"""What is said before training: the plan, the preview of a picture, a data set in numbers."""

from __future__ import annotations

import numpy as np
import pytest

from cnn_core import actions
from cnn_core.base.errors import UserError
from cnn_core.experiment import demo, load_data, resolve
from cnn_core.preprocessing.pipeline import Preprocessing
from cnn_core.runs.loaded import build

DIGITS = {"data": {"name": "digits"}, "model": {"name": "small_cnn"}}


def test_the_plan_counts_what_the_network_will_have():
    experiment = resolve(DIGITS)
    plan = actions.plan(experiment)
    assert plan.anatomy["parameters"] == sum(part.numel() for part in build(experiment).parameters())
    assert (plan.input_shape, plan.steps_per_epoch) == ((1, 8, 8), 40)
    assert plan.classes == tuple("0123456789")


def test_the_planned_rate_is_the_schedule_over_all_epochs():
    plan = actions.plan(resolve(DIGITS, ["train.schedule=one_cycle", "train.lr=0.1", "train.epochs=5"]))
    epochs, rates = zip(*plan.lr, strict=True)
    assert epochs[0] == 0
    assert epochs[-1] == pytest.approx(5 - 1 / 40)
    assert max(rates) == pytest.approx(0.1, rel=0.01)
    constant = actions.plan(resolve(DIGITS, ["train.schedule=constant", "train.lr=0.1"]))
    assert {rate for _, rate in constant.lr} == {0.1}


def test_a_plan_needs_no_data_on_disk(monkeypatch, tmp_path):
    monkeypatch.setenv("CONVSCOPE_DATA", str(tmp_path / "nothing"))
    assert actions.plan(resolve({**DIGITS, "data": {"name": "mnist"}})).steps_per_epoch == 430


def test_a_preview_shows_what_training_will_see():
    experiment = resolve(DIGITS, ["augmentation=shift", "augmentation.shift.pixels=2"])
    shown = actions.preview(experiment, 5)
    split = load_data(experiment.data).splits["train"]
    fitted = Preprocessing.fit([], split.pictures)
    assert np.array_equal(shown.stored, split.pictures[5])
    assert np.array_equal(shown.seen, split.pictures[5])
    assert shown.target == str(split.targets[5])
    tensor = fitted.tensor(split.pictures[5:6])
    assert shown.seen_range == pytest.approx((float(tensor.min()), float(tensor.max())), abs=1e-6)
    assert shown.augmented is not None
    assert not np.array_equal(shown.augmented, shown.seen)


def test_without_augmentation_there_is_none_to_show():
    assert actions.preview(resolve(DIGITS), 0).augmented is None


def test_a_preview_follows_the_preprocessing():
    shown = actions.preview(resolve(DIGITS, ["preprocessing.resize.size=20", "preprocessing.scale.to=symmetric"]), 0)
    assert shown.seen.shape == (20, 20, 1)
    assert -1 <= shown.seen_range[0] < shown.seen_range[1] <= 1
    assert shown.stored.shape == (8, 8, 1)


def test_a_data_set_in_numbers():
    found = actions.data("digits")
    assert found["splits"] == {"train": 1257, "val": 180, "test": 360}
    assert found["shape"] == [1, 8, 8]
    train = load_data(resolve(DIGITS).data).splits["train"].pictures / 255
    assert found["mean"] == pytest.approx([train.mean()])
    assert found["std"] == pytest.approx([train.std()])
    with pytest.raises(UserError, match="split_sed"):
        actions.data("digits", {"split_sed": 1})


@pytest.mark.parametrize("indices", [[-1], [360], [0, 10**9]])
def test_a_picture_that_is_not_there_is_refused(indices):
    with pytest.raises(UserError, match="pictures 0 to 359"):
        actions.pictures(resolve(DIGITS), "test", indices)


def test_the_demo_recipe_reaches_98_percent():
    assert actions.train(demo())["test_accuracy"] >= 0.98
