"""Bars of pictures per class: the counts as they are, from 0 on, names as text."""

from __future__ import annotations

import pytest

from cnn_core.figures.counts import ROW, count_bars


def values(chart) -> list[dict]:
    (rows,) = chart.to_dict()["datasets"].values()
    return rows


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_class_has_a_bar_of_its_count_in_their_order(theme):
    chart = count_bars(["cat", "<b>dog</b>", "cat"], [1200, 0, 7], theme)
    assert [(row["rank"], row["name"], row["count"], row["text"]) for row in values(chart)] == [
        (0, "cat", 1200, "1,200"),
        (1, "<b>dog</b>", 0, "0"),
        (2, "cat", 7, "7"),
    ]
    spec = chart.to_dict()
    assert spec["height"] == 3 * ROW
    assert spec["layer"][0]["encoding"]["x"]["scale"]["domain"][0] == 0  # a bar's length is its count


def test_classes_without_any_picture_and_endless_names_are_drawn():
    assert values(count_bars(["w" * 500, ""], [0, 0]))[0]["name"].endswith("…")
