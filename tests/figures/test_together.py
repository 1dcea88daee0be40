"""Curves of several runs in one frame: whose is whose, what was measured, and where the axes end."""

from __future__ import annotations

import math

import pytest

from cnn_core.figures.style import CLASSES_DARK, CLASSES_LIGHT
from cnn_core.figures.together import DASHES, Line, curves_together, dashes


def line(name, color=0, values=(0.5, 0.75), smooth=None):
    return Line(name, color, range(1, len(values) + 1), values, smooth)


def scale(curve, channel):
    """Domain and range of a scale that the layers share."""
    found = [layer["encoding"][channel]["scale"] for layer in curve.spec["layer"] if channel in layer["encoding"]]
    assert all(one == found[0] for one in found)
    return found[0]


def test_a_run_has_the_colour_of_its_number_whoever_stands_beside_it():
    for others in ([], [line("b", 3)], [line("b", 3), line("c", 7)]):
        curve = curves_together([*others, line("a", 5)], 10, "light", share=True)
        found = scale(curve, "color")
        assert dict(zip(found["domain"], found["range"], strict=True))["a"] == CLASSES_LIGHT[5]
    assert scale(curves_together([line("a", 5)], 10, "dark", share=True), "color")["range"] == [CLASSES_DARK[5]]


def test_runs_of_one_colour_differ_by_their_dash():
    lines = [line("a", 2), line("b", 3), line("c", 2), line("d", 12)]
    assert dashes(lines) == [0, 0, 1, 2]
    found = scale(curves_together(lines, 5, "light", share=True), "strokeDash")
    assert found["range"] == [list(DASHES[one]) for one in (0, 0, 1, 2)]
    assert len(set(DASHES)) == len(DASHES)


def test_without_smoothing_there_is_one_line_a_run_and_its_last_point():
    data = curves_together([line("a"), line("b", 1)], 2, "light", share=True).data
    assert set(data["part"]) == {"line"}
    assert data["value"].tolist() == [50, 75, 50, 75]
    assert data.loc[data["mark"] == "last", "x"].tolist() == [2, 2]


def test_behind_a_smoothed_line_stands_what_was_measured():
    data = curves_together([line("a", values=(0.5, 0.7), smooth=(0.5, 0.65))], 2, "light", share=True).data
    assert data.loc[data["part"] == "raw", "value"].tolist() == pytest.approx([50, 70])
    assert data.loc[data["part"] == "line", "value"].tolist() == pytest.approx([50, 65])
    assert data.loc[data["mark"] == "last", "part"].tolist() == ["line"]


def test_the_raw_line_is_fainter_than_the_smoothed_one():
    raw, smooth = curves_together([line("a")], 2, "light", share=True).spec["layer"][:2]
    assert "raw" in str(raw["transform"])
    assert raw["mark"]["opacity"] < 0.5
    assert "opacity" not in smooth["mark"]


def test_what_is_unknown_or_not_finite_is_left_out():
    data = curves_together([line("a", values=(0.5, None, math.inf, math.nan, 0.9))], 5, "light", share=True).data
    assert data["x"].tolist() == [1, 5]


def test_thousands_of_points_are_thinned_and_the_first_and_last_stay():
    values = [number / 10_000 for number in range(5_001)]
    data = curves_together([line("a", values=values)], 5_001, "light", share=True).data
    assert len(data) <= 302
    assert (data["x"].iloc[0], data["x"].iloc[-1]) == (1, 5_001)
    assert data["mark"].iloc[-1] == "last"


@pytest.mark.parametrize(
    ("values", "span"), [((0.1, 0.9), [0, 100]), ((0.85, 0.9), [80, 100]), ((0.991, 1.0), [99, 100])]
)
def test_accuracies_stand_between_a_round_floor_and_100(values, span):
    assert scale(curves_together([line("a", values=values)], 2, "light", share=True), "y")["domain"] == span


def test_losses_stand_between_0_and_a_round_ceiling_or_between_powers_of_ten():
    lines = [line("a", values=(2.3, 0.02))]
    assert scale(curves_together(lines, 2, "light", share=False), "y")["domain"] == [0, 3]
    log = scale(curves_together(lines, 2, "light", share=False, log=True), "y")
    assert (log["type"], log["domain"]) == ("log", [0.01, 10])


def test_a_loss_of_0_has_no_place_on_a_log_scale():
    curve = curves_together([line("a", values=(0.0, 1.0))], 2, "light", share=False, log=True)
    assert curve.data["value"].tolist() == [1.0]
    assert scale(curve, "y")["domain"] == [1, 10]
    nothing = curves_together([line("a", values=(0.0,))], 2, "light", share=False, log=True)
    assert len(nothing.data) == 0


def test_the_axis_ends_where_it_is_told():
    assert scale(curves_together([line("a")], 40, "light", share=True), "x")["domain"] == [0, 40]


def test_of_the_last_half_only_what_is_seen_decides_the_scale():
    curve = curves_together([line("a", values=(0.1, 0.2, 0.96, 0.97))], 4, "light", share=True, start=2.5)
    assert scale(curve, "x")["domain"] == [2.5, 4]
    assert scale(curve, "y")["domain"] == [95, 100]
    assert curve.data["x"].tolist() == [3, 4]


def test_the_same_runs_give_the_same_drawing_so_that_a_browser_keeps_it():
    one, other = (curves_together([line("a", values=values)], 9, "light", share=True) for values in ((0.6,), (0.61,)))
    assert one.spec is other.spec
    assert "data" not in one.spec
