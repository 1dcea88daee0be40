"""Accuracy over time: the area is the size, the first way is ours, far times are on a log scale."""

from __future__ import annotations

import pytest

from cnn_core.figures.style import palette
from cnn_core.figures.tradeoff import Way, tradeoff_chart

WAYS = [Way("as trained", 1.0, 3.0, 400), Way("int8", 0.98, 1.0, 100)]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_areas_begin_at_zero_and_the_first_is_ours(theme):
    drawn = tradeoff_chart(WAYS, "ms", theme).to_dict()["encoding"]
    assert drawn["size"]["scale"] == {"domain": [0, 400], "range": [0, 900]}
    assert drawn["color"]["scale"]["domain"] == ["as trained", "int8"]
    assert drawn["color"]["scale"]["range"][0] == palette(theme).ours
    assert "type" not in drawn["x"]["scale"]


def test_times_far_apart_are_on_a_log_scale():
    assert tradeoff_chart([*WAYS, Way("slow", 0.5, 30.0, 1)], "ms").to_dict()["encoding"]["x"]["scale"]["type"] == "log"
