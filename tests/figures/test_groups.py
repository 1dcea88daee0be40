"""The bars of a lab: means that are means, in the order of their names, seeds as dots, names as text."""

from __future__ import annotations

import pytest

from cnn_core.figures.groups import groups_chart
from cnn_core.figures.saving import svg
from cnn_core.figures.style import value_format

TICKS = ("zebra", "<b>", "ant")
READINGS = [
    {"before": [(0, 0.2), (1, 0.4), (2, 0.0)], "after": [(0, 0.5), (1, 0.6), (2, 0.7)]},
    {"before": [(0, 0.4), (1, 0.8), (2, 0.0)], "after": [(0, 0.5), (1, 0.6), (2, 0.7)]},
]


def bars(chart):
    data = chart.to_dict()
    layer = next(one for one in data["layer"] if one["mark"]["type"] == "bar")
    return layer, {(row["category"], row["series"]): row["value"] for row in data["datasets"][layer["data"]["name"]]}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_bar_is_the_mean_over_the_seeds_and_stands_in_the_order_of_its_name(theme):
    layer, found = bars(groups_chart(READINGS, TICKS, "accuracy", theme))
    assert found[("zebra", "before")] == pytest.approx(0.3)
    assert found[("<b>", "before")] == pytest.approx(0.6)
    assert layer["encoding"]["y"]["sort"] == list(TICKS)


def test_each_seed_is_a_dot():
    data = groups_chart(READINGS, TICKS, "accuracy").to_dict()
    dots = next(one for one in data["layer"] if one["mark"]["type"] == "circle")
    assert len(data["datasets"][dots["data"]["name"]]) == 12


def test_one_seed_alone_has_no_dots():
    data = groups_chart(READINGS[:1], TICKS, "accuracy").to_dict()
    dots = next(one for one in data["layer"] if one["mark"]["type"] == "circle")
    assert data["datasets"][dots["data"]["name"]] == []


@pytest.mark.parametrize(
    ("most", "form"), [(0.9, "~g"), (12, "~g"), (900, ",d"), (150_000, "~s"), (float("nan"), "~g")]
)
def test_an_axis_writes_numbers_as_people_do(most, form):
    assert value_format(most) == form
    assert value_format(most, log=True) == ".0e"


def test_one_series_needs_no_legend():
    layer, _ = bars(groups_chart([{"accuracy": [(0, 0.1), (1, 0.2)]}], TICKS, "accuracy"))
    assert layer["encoding"]["color"]["legend"] is None
    assert "yOffset" not in layer["encoding"]


def test_what_has_no_logarithm_is_left_out():
    _, found = bars(groups_chart(READINGS, TICKS, "accuracy", log=True))
    assert ("ant", "before") not in found
    assert found[("ant", "after")] == pytest.approx(0.7)


def test_it_can_be_drawn_and_names_are_text():
    drawn = svg(groups_chart(READINGS, TICKS, "accuracy")).decode()
    assert "&lt;b&gt;" in drawn
    assert "<b>" not in drawn


def test_nothing_read_is_an_empty_frame():
    assert svg(groups_chart([], TICKS, "accuracy"))
