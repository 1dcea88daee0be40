"""Figures of the calculators: lines that are read by a cursor, counts on a grid, histograms."""

from __future__ import annotations

import numpy as np
import pytest

from cnn_core.figures.functions import function_chart
from cnn_core.figures.histogram import BINS, histogram_chart
from cnn_core.figures.taps import grid_picture


def rows(chart) -> list[dict]:
    return [row for rows in chart.to_dict()["datasets"].values() for row in rows]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_point_of_every_line_is_there_and_the_marked_place_between_points_too(theme):
    x = np.array([0.0, 1.0, 2.0])
    chart = function_chart(x, {"value": x, 'say "it\'s"': x**2}, 1.5, "x", theme)
    found = rows(chart)
    assert {(row["x"], row["value"]) for row in found if row["line"] == "value"} == {(0, 0), (1, 1), (2, 2), (1.5, 1.5)}
    assert {"x": 1.5, "line": 'say "it\'s"', "value": 2.5} in found


def test_without_a_marked_place_there_are_the_lines_alone():
    x = np.array([0.0, 1.0])
    assert len(rows(function_chart(x, {"value": x}, None, "x"))) == 2


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("most", [3, 900])
def test_more_paths_are_stronger_and_a_hole_has_another_colour(theme, most):
    counts = np.array([[0, 1, 2, most]])
    made = grid_picture(counts, theme, side=40).astype(int)
    hole, one, two, all_of_them = (made[5, 10 * at + 5] for at in range(4))
    ground = np.array([16] * 3 if theme == "dark" else [255] * 3)
    strength = [np.abs(color - ground).sum() for color in (one, two, all_of_them)]
    assert strength == sorted(strength)
    assert strength[0] < strength[2]
    assert hole[0] > hole[2]  # reddish; what is seen is not
    assert all(color[0] < color[2] + 10 for color in (one, two, all_of_them))


def test_equal_counts_are_equally_strong_and_many_cells_have_no_gaps():
    assert len(np.unique(grid_picture(np.full((3, 3), 9), side=30).reshape(-1, 3), axis=0)) == 2  # the gaps
    assert grid_picture(np.ones((500, 500), np.int64), side=480).shape == (500, 500, 3)


@pytest.mark.parametrize("order", ["RGB", "BGR"])
def test_shares_of_each_channel_sum_to_one_and_a_flat_picture_has_a_histogram(order):
    random = np.random.default_rng(0)
    for values in (random.normal(size=(8, 9, 3)), np.zeros((4, 4, 3))):
        found = rows(histogram_chart(values, order, "values"))
        assert len(found) == 3 * BINS
        for channel in order:
            assert sum(row["share"] for row in found if row["channel"] == channel) == pytest.approx(1)
