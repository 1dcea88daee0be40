"""ROC curves, drawn: colours that stay with a class, dashes for those who see no colour, names that are text."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest

from cnn_core.figures.roc import DASHES, Curve, roc_figure
from cnn_core.figures.style import CLASSES_DARK, CLASSES_LIGHT, class_color, palette

CONFIG = Path(__file__).parents[2] / ".streamlit" / "config.toml"


def curve(name: str = "cat", index: int | None = 0) -> Curve:
    return Curve(name, np.array([0.0, 0.1, 1.0]), np.array([0.0, 0.9, 1.0]), index)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_chosen_curves_have_the_colour_of_their_class_and_each_a_dash_of_its_own(theme):
    figure = roc_figure([curve("a", 3), curve("b", 1), curve("mean", None)], [curve("c", 2)], theme)
    chance, grey, *chosen = figure.data
    assert [one.line.color for one in chosen] == [class_color(3, theme), class_color(1, theme), palette(theme).ink]
    assert [one.line.dash for one in chosen] == list(DASHES[:3])
    assert len(set(DASHES)) == len(DASHES)
    assert (list(chance.x), list(chance.y)) == ([0, 1], [0, 1])
    assert grey.line.color == palette(theme).other


def test_a_class_keeps_its_colour_whatever_else_is_chosen():
    for chosen in ([curve("b", 12)], [curve("a", 0), curve("b", 12)]):
        assert roc_figure(chosen, []).data[-1].line.color == CLASSES_LIGHT[2]


def test_the_colours_are_those_of_the_theme():
    theme = tomllib.loads(CONFIG.read_text())["theme"]
    assert list(CLASSES_LIGHT) == theme["light"]["chartCategoricalColors"]
    assert list(CLASSES_DARK) == theme["dark"]["chartCategoricalColors"]


def test_the_others_are_one_trace_with_gaps():
    figure = roc_figure([], [curve(), curve("b", 1)])
    assert len(figure.data) == 2
    assert list(figure.data[1].x) == [0.0, 0.1, 1.0, None] * 2


@pytest.mark.parametrize("corner", [False, True])
def test_the_corner_is_the_part_where_good_curves_are(corner):
    layout = roc_figure([curve()], [], corner=corner).layout
    assert layout.xaxis.range[1] == pytest.approx(0.1 if corner else 1, abs=0.02)
    assert layout.yaxis.range[0] == pytest.approx(0.8 if corner else 0, abs=0.02)
    assert list(layout.xaxis.tickvals) == pytest.approx(np.linspace(0, 0.1 if corner else 1, 6))


def test_names_are_text_and_never_markup():
    drawn = roc_figure([curve("<a href='http://x.invalid'>b</a> $x^2$ & c")], []).data[-1].name
    assert "<" not in drawn
    assert "$" not in drawn
    assert drawn.startswith("&lt;a href=")
    assert "&#36;" in drawn or drawn.endswith("…")
    assert len(roc_figure([curve("w" * 5000)], []).data[-1].name) == 30
