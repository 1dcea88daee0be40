"""The renderer of options: every kind of field, numbers as they are, what is kept, what is wrong."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import Field
from streamlit.testing.v1 import AppTest

from cnn_core.base.options import Options, hints, option_fields
from cnn_core.shelves import SHELVES
from pages.parts.form import form_problems, step, summary


class EveryKind(Options):
    """One field of each kind."""

    flag: bool = Field(True, title="Flag", description="A switch.")
    count: int = Field(3, ge=1, le=9, title="Counts", description="A whole number.")
    rate: float = Field(
        0.001, gt=0, le=1, title="Rate (small)", description="A number.", json_schema_extra=hints(scale="log")
    )
    share: float = Field(0.0, ge=0, lt=1, title="Share", description="Off.", json_schema_extra=hints(step=0.05))
    side: Literal[1, 3, 5] = Field(3, title="Side", description="One of three.")
    mode: Literal["crop", "pad"] = Field("crop", title="Mode", description="One of two.")
    name: str = Field("", title="Name", description="A text.")
    size: tuple[int, int] = Field((8, 9), title="Size", description="Two.", json_schema_extra=hints(unit="px"))
    rare: float = Field(1e-8, gt=0, title="Rare", description="Behind More.", json_schema_extra=hints(advanced=True))


def page() -> None:
    import streamlit as st

    from pages.parts import form
    from tests.pages.test_form import EveryKind

    values = form.form_values("p", "every", EveryKind, {"count": st.session_state.get("preset", 3)})
    if not st.session_state.get("away"):
        form.draw_form("p", "every", EveryKind, problems=form.form_problems(EveryKind, values), defaults=values)
    st.session_state["values"] = form.form_values("p", "every", EveryKind, {"count": st.session_state.get("preset", 3)})


@pytest.fixture
def at() -> AppTest:
    found = AppTest.from_function(page, default_timeout=30).run()
    assert not found.exception
    return found


def test_every_kind_is_drawn_with_its_default(at):
    assert at.toggle(key="p.every.flag").value is True
    assert at.number_input(key="p.every.count").value == 3
    assert at.number_input(key="p.every.rate").value == 0.001
    assert at.selectbox(key="p.every.side").value == 3
    assert at.selectbox(key="p.every.mode").value == "crop"
    assert at.text_input(key="p.every.name").value == ""
    assert at.text_input(key="p.every.size").value == "8, 9"
    assert at.number_input(key="p.every.rare").value == 1e-8


def test_a_small_number_is_not_drawn_as_zero(at):
    """The widget's own format would be %0.2f; %g shows 0.001 and 1e-8 as they are."""
    assert {at.number_input(key=f"p.every.{name}").proto.format for name in ("rate", "share", "rare")} == {"%g"}
    assert at.number_input(key="p.every.count").proto.format == "%d"


def test_every_field_has_its_title_unit_and_help(at):
    assert at.text_input(key="p.every.size").label == "Size, px"
    assert at.number_input(key="p.every.rate").help == "A number."


@pytest.mark.parametrize(
    ("field", "expected"), [("count", 1), ("share", 0.05), ("rate", 0.0001), ("rare", 1e-8)], ids=lambda x: str(x)
)
def test_a_press_on_plus_is_a_sensible_step(field, expected):
    """1 for counts, the hint where there is one, a tenth of the default on a log scale, else its size."""
    one = next(each for each in option_fields(EveryKind) if each.name == field)
    assert step(one) == pytest.approx(expected)


def test_what_was_changed_is_kept_and_the_rest_follows_its_default(at):
    at.selectbox(key="p.every.mode").set_value("pad").run()
    at.session_state["preset"] = 5
    at.run()
    assert at.number_input(key="p.every.count").value == 5
    assert at.selectbox(key="p.every.mode").value == "pad"


def test_what_was_changed_stays_while_the_form_is_not_drawn(at):
    at.number_input(key="p.every.count").set_value(7).run()
    at.session_state["away"] = True
    at.run()
    assert at.session_state["values"]["count"] == 7
    at.session_state["away"] = False
    at.run()
    assert at.number_input(key="p.every.count").value == 7


def test_two_wrong_values_have_two_sentences_with_titles(at):
    at.number_input(key="p.every.rate").set_value(0.0)
    at.number_input(key="p.every.count").set_value(10).run()
    assert not at.exception
    said = [one.value for one in at.markdown if "error" in one.value]
    assert len(said) == 2
    assert 'Counts is "10", but must be a whole number at least 1 and at most 9' in said[0].replace("\\", "")
    assert 'Rate (small) is "0", but must be a number above 0 and at most 1' in said[1].replace("\\", "")


def test_twin_right_values_have_no_sentence(at):
    assert not [one for one in at.markdown if "error" in one.value]


def test_a_hostile_text_is_shown_letter_by_letter_and_does_no_harm(at):
    at.text_input(key="p.every.size").set_value("<img src=x> **b**").run()
    assert not at.exception
    said = next(one.value for one in at.markdown if "error" in one.value)
    assert r"\<img src=x\> \*\*b\*\*" in said


def test_a_pair_is_read_from_two_numbers_with_a_comma(at):
    at.text_input(key="p.every.size").set_value("12, 10").run()
    assert not form_problems(EveryKind, at.session_state["values"])


def test_a_summary_says_what_is_on_in_few_words():
    values = {one.name: one.default for one in option_fields(EveryKind)}
    assert summary(EveryKind, values) == "flag, 3 counts, rate 0.001, side 3, crop, size 8 × 9"
    assert summary(EveryKind, {**values, "flag": False, "share": 0.5}).startswith("3 counts, rate 0.001, share 0.5")


FORMS = [(shelf, name) for shelf in SHELVES for name in shelf.names()]


@pytest.mark.parametrize(("shelf", "name"), FORMS, ids=lambda value: getattr(value, "name", value))
def test_every_entry_of_every_shelf_has_a_form(shelf, name):
    def one(index: int) -> None:
        from pages.parts.form import draw_form
        from tests.pages.test_form import FORMS

        shelf, name = FORMS[index]
        draw_form("p", name, shelf.load(name).options)

    at = AppTest.from_function(one, args=(FORMS.index((shelf, name)),), default_timeout=30).run()
    assert not at.exception
    fields = [each.name for each in option_fields(shelf.load(name).options)]
    drawn = [each.key for kind in (at.toggle, at.number_input, at.selectbox, at.text_input) for each in kind]
    assert sorted(drawn) == sorted(f"p.{name}.{field}" for field in fields)
