"""Segmentation: masks go through what pictures go through, training is exact, what is stored is what was said."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cnn_core import actions
from cnn_core.actions.running import TRAINING
from cnn_core.augmentation.apply import Augmenter
from cnn_core.augmentation.entries.flip import FlipOptions
from cnn_core.base.errors import UserError
from cnn_core.base.settings import runs_folder
from cnn_core.experiment import load_data, resolve, step_choices, targets_of
from cnn_core.preprocessing.pipeline import Preprocessing
from cnn_core.runs.live import live
from cnn_core.runs.run import new_run
from cnn_core.training import job
from cnn_core.training.feed import Feed
from tests.training.conftest import final

SMALL = {
    "data": {"name": "shapes", "options": {"count": 80, "size": 16, "classes": 2}},
    "model": {"name": "unet", "options": {"levels": 1, "width": 4}},
    "augmentation": ["flip", "shift"],
    "train": {"epochs": 2, "batch_size": 8, "validations": 2},
}


def new(*sets):
    return new_run(resolve(SMALL, sets), runs_folder(), TRAINING)


def test_the_network_decides_the_task_and_the_data_must_have_masks():
    assert resolve(SMALL).task == "segmentation"
    with pytest.raises(UserError, match="cannot be used for the task segmentation: it does not say which"):
        resolve({**SMALL, "data": "digits", "augmentation": []})
    with pytest.raises(UserError, match="small_cnn"):
        resolve({**SMALL, "task": "segmentation", "model": "small_cnn"})
    with pytest.raises(UserError, match='task "painting"'):
        resolve({**SMALL, "task": "painting"})


def test_targets_are_the_figure_s_class_where_its_mask_is():
    experiment = resolve(SMALL)
    split = load_data(experiment.data).splits["train"]
    fitted = Preprocessing.fit(step_choices(experiment), split.pictures)
    targets = targets_of("segmentation", split, fitted)
    assert targets.shape == split.masks.shape
    for index in range(4):
        assert set(np.unique(targets[index])) == {0, int(split.targets[index]) + 1}
        assert ((targets[index] > 0) == split.masks[index]).all()


def test_labels_are_resized_with_the_pictures_and_never_mixed():
    experiment = resolve(SMALL, ["preprocessing.resize.size=24"])
    split = load_data(experiment.data).splits["train"]
    fitted = Preprocessing.fit(step_choices(experiment), split.pictures)
    targets = targets_of("segmentation", split, fitted)
    assert targets.shape[1:] == (24, 24)
    assert set(np.unique(targets)) == {0, 1, 2}  # bilinear would have made a class 1 of the edge of a 2
    share = (targets > 0).mean() / split.masks.mean()
    assert share == pytest.approx(1, abs=0.05)


def test_masks_move_with_their_pictures():
    pictures = np.zeros((4, 8, 8, 1), np.uint8)
    pictures[:, 2:5, 1:4] = 200
    targets = (pictures[..., 0] > 0).astype(np.int64)
    fitted = Preprocessing.fit([], pictures)
    augmenter = Augmenter([("flip", FlipOptions(horizontal=1.0))], 4, 0)
    feed = Feed.of(pictures, targets, fitted, augmenter, 4, 0, "cpu")
    feed.start_epoch(0)
    images, moved = feed.batch(0)
    assert not torch.equal(moved, torch.from_numpy(targets))
    assert torch.equal(images[:, 0] > 0, moved > 0)


def test_a_stopped_run_goes_on_to_the_same_bits(stop_at):
    whole, halved = new(), new()
    assert job.run(whole)["status"] == "done"
    stop_at(7)
    assert job.run(halved)["status"] == "stopped"
    stop_at(None)
    assert job.run(halved)["status"] == "done"
    assert final(halved) == final(whole)


def test_what_is_stored_is_what_the_figures_are_counted_from():
    run = new()
    record = job.run(run)
    found = actions.evaluate(run.id)
    assert found["task"] == record["task"] == "segmentation"
    assert found["mean_iou"] == pytest.approx(record["test_iou"])
    assert found["pixel_accuracy"] == pytest.approx(record["test_accuracy"])
    rows = live(run).rows
    assert 0 <= rows[-1]["val_iou"] <= 1
    assert 0 < rows[-1]["train_accuracy"] < 1
    one = actions.segment(run.id, "test-3")
    _, said, true = actions.said_and_true(run.id, "test", [3])
    assert (one.labels == said[0]).mean() > 0.99  # stored in half precision
    assert true.shape == said.shape
    assert sum(one.shares) == pytest.approx(1)


def test_a_classifier_says_that_it_gives_no_masks():
    small = {"data": "digits", "model": "mlp", "train": {"epochs": 1}}
    run = actions.train(resolve(small), runs_folder())["run"]
    with pytest.raises(UserError, match="one class to a picture"):
        actions.segment(run, "test-0")


def test_shuffled_pixels_are_refused_since_their_masks_stay():
    with pytest.raises(UserError, match="moves the pixels away from their masks"):
        resolve(SMALL, ["preprocessing.resize.shuffle=5"])
