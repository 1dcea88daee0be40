"""Charts that are clicked or read: the confusion matrix, the guesses, the learning rate."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from cnn_core.figures.bars import guess_bars
from cnn_core.figures.matrix import cell_sentence, largest_mistake, matrix_chart, matrix_frame
from cnn_core.figures.schedule import lr_chart
from cnn_core.figures.style import DARK, LIGHT, palette

COUNTS = np.array([[40, 3, 0], [15, 30, 1], [0, 0, 0]])
NAMES = ["cat", "dog", "owl"]
HOSTILE = ['"];alert(1);["', "<b>x</b>", "**b**", "\\", "'", "🦊", "\u2028", "x" * 10_000]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.1."""

    def light(color: str) -> float:
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("colors", "ground"), [(LIGHT, "#ffffff"), (DARK, "#101617")], ids=["light", "dark"])
def test_text_and_marks_stand_out_from_the_ground(colors, ground):
    assert contrast(colors.ink, ground) > 7
    assert contrast(colors.mute, ground) > 4.5
    assert contrast(colors.ours, ground) > 3
    assert contrast(colors.wrong, ground) > 3


def test_an_unknown_theme_is_the_light_one():
    assert palette("") == LIGHT


# --- the matrix -----------------------------------------------------------------------------------


def test_a_frame_has_each_cell_once_with_its_own_kinds_scale():
    frame = matrix_frame(COUNTS, NAMES).set_index(["true", "pred"])
    assert len(frame) == 9
    assert frame.loc[(0, 0), "strength"] == 1.0  # the fullest right cell
    assert frame.loc[(1, 1), "strength"] == 0.75
    assert frame.loc[(1, 0), "strength"] == 1.0  # the fullest mistake, though 15 < 40
    assert frame.loc[(0, 1), "strength"] == 0.2
    assert list(frame.loc[[(0, 0), (1, 0), (2, 2)], "kind"]) == ["right", "wrong", "none"]


def test_zeros_carry_no_digit_and_thousands_a_comma():
    frame = matrix_frame(COUNTS * 100, NAMES).set_index(["true", "pred"])
    assert frame.loc[(0, 2), "text"] == ""
    assert frame.loc[(0, 0), "text"] == "4,000"


def test_shares_of_row_and_column_are_hand_arithmetic():
    rows = matrix_frame(COUNTS, NAMES, "row").set_index(["true", "pred"])["text"]
    columns = matrix_frame(COUNTS, NAMES, "column").set_index(["true", "pred"])["text"]
    assert rows[(1, 0)] == "33%"  # 15 of 46
    assert columns[(1, 0)] == "27%"  # 15 of 55
    assert rows[(2, 2)] == columns[(2, 2)] == ""  # 0 of 0 is nothing, not an error
    tiny = matrix_frame(np.array([[999, 1], [0, 1]]), ["a", "b"], "row").set_index(["true", "pred"])["text"]
    assert tiny[(0, 1)] == "<1%"


def test_the_largest_mistake_is_chosen_first_and_the_fullest_cell_where_there_is_none():
    assert largest_mistake(COUNTS) == (1, 0)
    assert largest_mistake(np.diag([3, 9, 4])) == (1, 1)
    assert largest_mistake(np.zeros((3, 3), int)) == (0, 0)
    assert largest_mistake(np.array([[0, 2], [2, 0]])) == (0, 1)  # the first on a tie


def test_a_cell_is_a_sentence():
    assert cell_sentence(COUNTS, NAMES, 1, 0) == "15 were dog, it said cat"
    assert cell_sentence(COUNTS, NAMES, 1, 2) == "1 was dog, it said owl"
    assert cell_sentence(COUNTS, NAMES, 0, 0) == "40 were cat, and it said so"


def test_a_click_reports_both_classes_as_numbers():
    spec = matrix_chart(COUNTS, NAMES, (1, 0)).to_dict()
    (param,) = spec["params"]
    assert param["name"] == "cell"
    assert param["select"]["fields"] == ["true", "pred"]
    assert param["select"]["toggle"] is False


def rows(spec: dict) -> list[dict]:
    """All rows of all data of a chart."""
    return [row for data in spec["datasets"].values() for row in data]


def test_exactly_the_chosen_cell_has_the_ring():
    spec = matrix_chart(COUNTS, NAMES, (1, 0)).to_dict()
    assert [(row["true"], row["pred"]) for row in rows(spec) if row["chosen"]] == [(1, 0)]


def test_another_choice_changes_the_data_only_so_that_the_drawing_stays():
    one, other = (matrix_chart(COUNTS, NAMES, cell).to_dict() for cell in ((1, 0), (0, 1)))
    names = [re.sub(r"(view|data)[_-]\w+", r"\1", json.dumps(spec["layer"])) for spec in (one, other)]
    assert names[0] == names[1]  # but for names made from the data, which Streamlit keeps stable


def test_many_classes_leave_the_digits_out():
    many = matrix_frame(np.eye(40, dtype=int), [str(i) for i in range(40)])
    assert set(many["text"]) == {""}


@pytest.mark.parametrize("name", HOSTILE)
def test_class_names_stay_texts_in_the_axis(name):
    spec = matrix_chart(COUNTS, [name, "b", "c"], (0, 0)).to_dict()
    axes = [layer["encoding"][side]["axis"]["labelExpr"] for layer in spec["layer"][:1] for side in ("x", "y")]
    for expression in axes:
        names = json.loads(expression.removesuffix("[datum.value]"))  # one array of plain strings, nothing behind it
        assert len(names) == 3
        assert names[0][:5] == "".join(c if c.isprintable() else " " for c in name)[:5]
        assert len(names[0]) <= 40


# --- the guesses ----------------------------------------------------------------------------------


def test_bars_carry_their_numbers_and_never_round_to_certainty():
    spec = guess_bars(["a", "b", "c", "d"], [0.99996, 0.00003, 0.0, 0.456], 0).to_dict()
    assert [row["text"] for row in rows(spec)] == ["99.9%", "<0.1%", "0.0%", "45.6%"]
    assert [row["asked"] for row in rows(spec)] == [True, False, False, False]


def test_a_class_that_is_asked_but_not_among_the_best_lights_no_bar():
    assert not any(row["asked"] for row in rows(guess_bars(["a", "b"], [0.6, 0.4], None).to_dict()))


@pytest.mark.parametrize("name", HOSTILE)
def test_long_and_hostile_names_are_shortened_texts(name):
    (row,) = rows(guess_bars([name], [1.0], 0).to_dict())
    assert len(row["name"]) <= 40


# --- the learning rate ----------------------------------------------------------------------------


def test_the_axes_run_over_all_epochs_and_start_at_zero():
    spec = lr_chart([(0.0, 0.001), (4.975, 0.01)], 5).to_dict()
    encoding = spec["layer"][0]["encoding"]
    assert encoding["x"]["scale"]["domain"] == [0, 5]
    assert encoding["y"]["scale"]["domain"][0] == 0
    assert encoding["y"]["scale"]["domain"][1] >= 0.01
