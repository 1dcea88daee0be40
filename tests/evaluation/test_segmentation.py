"""Masks: IoU and Dice by hand arithmetic, undefined where nothing is, and a lattice that is seen."""

from __future__ import annotations

import numpy as np
import pytest

from cnn_core.evaluation.segmentation import (
    borders,
    dice,
    iou_of_each,
    lattice_energy,
    lone_pixels,
    mean_iou,
    overlap_of_each,
    pixel_matrix,
    segmentation_report,
)

TRUE = np.array([[[0, 0, 0, 0], [0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0]]])
SAID = np.array([[[0, 0, 0, 0], [0, 1, 1, 1], [0, 0, 1, 0], [0, 0, 0, 0]]])


def logits_of(said, classes=3):
    return np.eye(classes, dtype=np.float32)[said].transpose(0, 3, 1, 2) * 9


def test_iou_by_hand():
    matrix = pixel_matrix(SAID, TRUE, 3)
    assert matrix.tolist() == [[11, 1, 0], [1, 3, 0], [0, 0, 0]]
    assert iou_of_each(matrix) == [11 / 13, 3 / 5, None]  # the third class is undefined, not 0
    assert mean_iou(matrix) == pytest.approx((11 / 13 + 3 / 5) / 2)
    assert overlap_of_each(SAID, TRUE).tolist() == [3 / 5]


def test_dice_is_the_f1_of_the_pixels():
    report = segmentation_report(logits_of(SAID), TRUE, ["background", "square", "disc"])
    row = report["per_class"][1]
    assert row["dice"] == pytest.approx(2 * row["precision"] * row["recall"] / (row["precision"] + row["recall"]))
    assert [round(dice(one), 3) for one in (0.5, 0.7)] == [0.667, 0.824]  # 10g
    assert report["per_class"][2]["dice"] is None


def test_pictures_without_a_figure_are_right_when_none_is_said():
    nothing = np.zeros((1, 4, 4), int)
    assert overlap_of_each(nothing, nothing).tolist() == [1.0]
    assert overlap_of_each(SAID, nothing).tolist() == [0.0]


def test_the_border_is_both_sides_of_an_edge():
    edge = borders(TRUE)
    assert edge.sum() == 12  # four inside, two at each of four sides outside
    assert not edge[0, 0, 0]
    report = segmentation_report(logits_of(SAID), TRUE, ["background", "square"])
    assert report["border_accuracy"] == 10 / 12
    assert report["inside_accuracy"] == 1.0


def test_a_lattice_is_seen_and_a_plain_mask_is_none():
    plain = np.zeros((1, 16, 16), int)
    plain[:, 4:12, 4:12] = 1
    grid = plain.copy()
    grid[:, ::2, ::2] = 1 - grid[:, ::2, ::2]
    assert lattice_energy(logits_of(grid)) > 3 * lattice_energy(logits_of(plain))
    assert lone_pixels(grid) > 0.2
    assert lone_pixels(plain) == 0.0
    assert lattice_energy(logits_of(np.zeros((1, 8, 8), int))) == 0.0
