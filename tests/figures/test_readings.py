"""The curves of a lab: means that are means, seeds behind them, colours by order, logs without what has none."""

from __future__ import annotations

import pytest

from cnn_core.figures.readings import readings_chart
from cnn_core.figures.saving import svg

READINGS = [
    {"plain": [(1, 10.0), (2, 100.0)], "<b>": [(1, 1.0), (2, 0.0)]},
    {"plain": [(1, 30.0), (2, 300.0)], "<b>": [(1, 3.0), (2, 0.0)]},
]


def lines(chart):
    data = chart.to_dict()
    layer = next(one for one in data["layer"] if one["mark"]["type"] == "line")
    return {(row["series"], row["x"]): row["y"] for row in data["datasets"][layer["data"]["name"]]}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_line_is_the_mean_over_the_seeds(theme):
    found = lines(readings_chart(READINGS, "layer", "norm", theme))
    assert found[("plain", 1.0)] == 20
    assert found[("plain", 2.0)] == 200
    assert found[("<b>", 2.0)] == 0


def test_what_has_no_logarithm_is_left_out():
    found = lines(readings_chart(READINGS, "layer", "norm", log=True))
    assert ("<b>", 2.0) not in found
    assert found[("<b>", 1.0)] == 2


def test_it_can_be_drawn_and_names_are_text():
    drawn = svg(readings_chart(READINGS, "layer", "norm")).decode()
    assert "&lt;b&gt;" in drawn
    assert "<b>" not in drawn


def test_nothing_read_is_an_empty_frame():
    assert svg(readings_chart([], "layer", "norm"))
