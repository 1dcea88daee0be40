"""How sure it was, drawn."""

from __future__ import annotations

from cnn_core.figures.style import palette
from cnn_core.figures.sureness import sureness_figure


def test_bars_stand_in_the_middle_of_their_bins_in_the_colours_of_right_and_wrong():
    figure = sureness_figure([0.25, 0.75], [1.0, 0.0], "dark")
    right, wrong = figure.data
    assert list(right.x) == [0.25, 0.75]
    assert (list(right.y), list(wrong.y)) == ([0.25, 0.75], [1.0, 0.0])
    assert (right.marker.color, wrong.marker.color) == (palette("dark").ours, palette("dark").wrong)


def test_without_a_mistake_there_is_nothing_wrong_to_draw():
    assert [bar.name for bar in sureness_figure([1.0], None).data] == ["right"]
