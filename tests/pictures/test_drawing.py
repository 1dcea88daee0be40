"""What is drawn by hand: strokes are checked, an address gives them back, ink is where it was."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from cnn_core.base.errors import BadPicture
from cnn_core.pictures.drawing import (
    MOST_POINTS,
    MOST_STROKES,
    PEN,
    Drawing,
    drawing_of,
    drawing_text,
    ink,
    read_drawing,
)
from tests.pictures.strokes import FOUR, SEVEN, strokes

ONE_POINT = {"width": 20, "points": [[128, 128]]}


def test_strokes_come_back_from_the_text_of_an_address_to_the_point():
    for drawn in (drawing_of(strokes(SEVEN)), drawing_of(strokes(FOUR, width=60)), Drawing()):
        text = drawing_text(drawn)
        assert read_drawing(text) == drawn
        assert drawing_of(drawn.plain()) == drawn
        assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        assert len(text) < 300


def test_a_pen_is_as_wide_as_usual_where_none_is_named():
    assert drawing_of([{"points": [[0, 0]]}]).strokes[0].width == PEN


@pytest.mark.parametrize(
    "raw",
    [
        None,
        "strokes",
        b"strokes",
        7,
        {"points": [[1, 2]]},
        [None],
        [[1, 2]],
        [{}],
        [{"points": []}],
        [{"points": "12"}],
        [{"points": [1, 2]}],
        [{"points": [[1]]}],
        [{"points": [[1, 2, 3]]}],
        [{"points": ["ab"]}],
        [{"points": [[-1, 2]]}],
        [{"points": [[256, 2]]}],
        [{"points": [[1.5, 2]]}],
        [{"points": [[float("nan"), 2]]}],
        [{"points": [[True, 2]]}],
        [{"points": [[10**400, 2]]}],
        [{"points": [["1", "2"]]}],
        [{"points": [[1, 2]], "width": 0}],
        [{"points": [[1, 2]], "width": 61}],
        [{"points": [[1, 2]], "width": "20"}],
        [ONE_POINT] * (MOST_STROKES + 1),
        [{"points": [[1, 2]] * (MOST_POINTS + 1)}],
        [{"points": [[1, 2]] * (MOST_POINTS // 2 + 1)}] * 2,
    ],
    ids=lambda raw: repr(raw)[:40],
)
def test_what_is_no_drawing_is_one_sentence(raw):
    with pytest.raises(BadPicture) as caught:
        drawing_of(raw)
    said = str(caught.value)
    assert said.startswith("The drawing could not be read: ")
    assert len(said) < 150


def test_twin_as_much_as_is_allowed_is_drawn():
    assert len(drawing_of([ONE_POINT] * MOST_STROKES).strokes) == MOST_STROKES
    full = drawing_of([{"width": 60, "points": [[x % 256, x % 251] for x in range(MOST_POINTS)]}])
    assert read_drawing(drawing_text(full)) == full
    assert ink(full).any()


@pytest.mark.parametrize(
    "text",
    [
        "A",
        "!!!!",
        "FAAB",  # a stroke of one point that is not there
        "FAAA",  # a stroke without points
        drawing_text(drawing_of(strokes(SEVEN)))[:-3],
        base64.urlsafe_b64encode(bytes([200, 0, 1, 5, 5])).decode(),  # a pen as wide as the sheet
        "A" * 100_000,
        "ٱ",
        "a\0b",
    ],
    ids=lambda text: repr(text)[:20],
)
def test_a_text_that_is_cut_or_changed_is_one_sentence(text):
    with pytest.raises(BadPicture, match="The drawing could not be read"):
        read_drawing(text)


# --- ink ------------------------------------------------------------------------------------------


def test_a_line_lies_where_it_was_drawn_and_is_as_wide_as_the_pen():
    """From (64, 128) to (192, 128) with a pen of 32: in a square of 64 pixels, 8 high around 32.1, 40 wide."""
    found = ink(drawing_of([{"width": 32, "points": [[64, 128], [192, 128]]}]), side=64)
    rows, columns = np.flatnonzero(found[:, 32] > 127), np.flatnonzero(found[32] > 127)
    assert (rows[0], rows[-1]) == (28, 35)
    assert (columns[0], columns[-1]) == (12, 51)
    assert found[32, 32] == 255
    assert found[:26].max() == found[39:].max() == 0


def test_a_point_is_a_round_dot():
    found = ink(drawing_of([{"width": 60, "points": [[128, 128]]}]), side=256)
    area = found.sum() / 255
    assert area == pytest.approx(np.pi * 30**2, rel=0.02)
    assert found[128 - 25, 128 - 25] == 0  # no square


def test_an_empty_sheet_has_no_ink_and_edges_are_soft():
    assert not ink(Drawing()).any()
    assert len(np.unique(ink(drawing_of(strokes(SEVEN))))) > 10


def test_ink_beyond_the_edge_is_cut_off():
    assert ink(drawing_of([{"width": 60, "points": [[0, 0], [255, 255], [0, 255]]}])).shape == (280, 280)
