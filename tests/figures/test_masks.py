"""Masks over pictures: the background stays as it is, a figure has its colour and a border in full."""

from __future__ import annotations

import numpy as np

from cnn_core.figures.masks import mask_colors, masked


def test_the_background_is_the_grey_picture_and_the_border_the_class_s_colour():
    picture = np.full((8, 8, 1), 100, np.uint8)
    labels = np.zeros((8, 8), int)
    labels[2:6, 2:6] = 2
    found = masked(picture, labels)
    colour = (255 * mask_colors(2)[2]).round()
    assert (found[labels == 0] == 100).all()
    assert (found[2, 2] == colour).all()  # its border
    assert (found[3, 3] != 100).any()  # inside: mixed
    assert (found[3, 3] != colour).any()
    assert (masked(picture, labels, 0)[labels > 0] == 100).all()  # no strength: the bare picture


def test_a_picture_without_a_figure_is_left_alone():
    picture = np.random.default_rng(0).integers(0, 256, (4, 4, 3), np.uint8)
    assert masked(picture, np.zeros((4, 4), int)).shape == (4, 4, 3)
