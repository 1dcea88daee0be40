"""What resizing loses, by proportions and by the step itself; normalizers, there and back."""

from __future__ import annotations

import numpy as np
import pytest

from cnn_core.preprocessing.geometry import STRATEGIES, fitting
from cnn_core.preprocessing.normalizers import NORMALIZERS
from cnn_core.preprocessing.steps import SHELF

SIZES = [(640, 480), (480, 640), (100, 100), (3, 1000)]


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_what_is_lost_is_what_the_window_of_the_step_leaves_out(strategy, width, height):
    entry = SHELF.load("resize")
    options = entry.options(size=64, strategy=strategy)
    left, top, right, bottom = entry.build.window(options, {"size": [64, 64]}, width, height)
    across = min(right, width) - max(left, 0)
    down = min(bottom, height) - max(top, 0)
    found = fitting(strategy, width, height, 64)
    coarse = 1 / min(found.scaled) + 0.01  # the step works with whole pixels
    assert found.kept == pytest.approx(across * down / (width * height), abs=coarse)
    assert found.padded == pytest.approx(1 - across * down / ((right - left) * (bottom - top)), abs=coarse)
    assert (found.distortion > 1) == (strategy == "stretch" and width != height)


@pytest.mark.parametrize("one", NORMALIZERS, ids=lambda one: one.name)
def test_a_normalizer_is_turned_back_exactly(one):
    picture = np.random.default_rng(0).integers(0, 256, (5, 6, 3), np.uint8)
    values = one(picture)
    assert (one.back(values, picture) == picture).all()
    flat = np.full((2, 2, 3), 7, np.uint8)
    assert np.isfinite(one(flat)).all()
    assert (one.back(one(flat), flat) == flat).all()


def test_means_and_ends_are_what_the_names_say():
    picture = np.random.default_rng(1).integers(10, 200, (9, 9, 3), np.uint8)
    ways = {one.name: one(picture) for one in NORMALIZERS}
    assert (ways["min-max"].min(), ways["min-max"].max()) == (0, 1)
    assert (ways["own mean"].mean(), ways["own mean"].std()) == pytest.approx((0, 1), abs=1e-9)
    assert ways["caffe"][0, 0, 0] == picture[0, 0, 2] - 103.939  # blue comes first
