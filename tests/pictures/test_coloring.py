"""Other colours: grey, another order of channels, turned hues."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest

from cnn_core.base.errors import UserError
from cnn_core.pictures.coloring import greyed, hue_turned, reordered

PURE = np.array([[[[255, 0, 0], [0, 255, 0], [0, 0, 255]]]], np.uint8)
NOISE = np.random.default_rng(0).integers(0, 256, (3, 5, 7, 3), np.uint8)


def test_grey_is_luma_as_bt_601_weighs_it():
    assert greyed(PURE)[0, 0].tolist() == [[76] * 3, [150] * 3, [29] * 3]  # 14d
    assert np.abs(greyed(NOISE)[..., 0] - NOISE @ [0.299, 0.587, 0.114]).max() < 0.51
    assert np.array_equal(greyed(greyed(NOISE)), greyed(NOISE))


def test_channels_come_in_the_order_that_was_asked_for():
    assert reordered(PURE, "BGR")[0, 0].tolist() == [[0, 0, 255], [0, 255, 0], [255, 0, 0]]
    assert np.array_equal(reordered(reordered(NOISE, "BGR"), "BGR"), NOISE)
    assert np.array_equal(reordered(NOISE, "RGB"), NOISE)


@pytest.mark.parametrize("order", ["", "RG", "RRB", "rgb", "RGBA", "x" * 99])
def test_any_other_order_is_a_sentence(order):
    with pytest.raises(UserError, match="each of R, G and B once"):
        reordered(NOISE, order)


def test_hues_turn_as_on_the_colour_circle():
    third = hue_turned(PURE, 120)[0, 0]
    assert np.abs(third.astype(int) - [[0, 255, 0], [0, 0, 255], [255, 0, 0]]).max() <= 6  # a circle of 256 steps
    assert np.abs(hue_turned(NOISE, 360).astype(int) - hue_turned(NOISE, 0)).max() == 0
    for before, after in zip(NOISE.reshape(-1, 3), hue_turned(NOISE, 90).reshape(-1, 3), strict=True):
        hue, saturation, value = colorsys.rgb_to_hsv(*before / 255)
        expected = np.array(colorsys.hsv_to_rgb((hue + 0.25) % 1, saturation, value)) * 255
        assert np.abs(expected - after).max() <= 12  # two steps of the circle
