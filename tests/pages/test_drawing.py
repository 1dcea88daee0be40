"""Drawing on Explain and Features: what the pad sends is checked, framed, answered, and stands in the address."""

from __future__ import annotations

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cnn_core import actions
from cnn_core.experiment import resolve
from cnn_core.pictures.drawing import drawing_of, drawing_text
from pages.parts import drawing as pads
from pages.parts import pictured
from tests.pages.states import buttons, texts
from tests.pages.test_explain import noise, png, upload
from tests.pages.test_features import asked, first
from tests.pictures.strokes import FOUR, ONE, SEVEN, strokes

PEN = 28


def named(corners: list[list[tuple[int, int]]]) -> str:
    """A drawing as an address names it."""
    return f"drawn-{drawing_text(drawing_of(strokes(corners, PEN)))}"


@pytest.fixture
def lifted(monkeypatch):
    """`lifted(at, strokes)`: the pad sends strokes, as it does when the pen is lifted."""
    real = pads.pad
    sent: list[object] = []

    def pad(drawing, paper, on_draw, key):
        real(drawing, paper, on_draw, key)
        if sent:
            on_draw(sent.pop())
            st.rerun()

    def lift(at: AppTest, raw: object) -> AppTest:
        sent.append(raw)
        at.run()
        assert not at.exception
        assert not sent
        return at

    monkeypatch.setattr(pads, "pad", pad)
    return lift


def choose(at: AppTest, kind: str) -> AppTest:
    next(one for one in at.get("button_group") if "Draw" in str(one.proto)).set_value(kind).run()
    assert not at.exception
    return at


# --- what the network says ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reader(tmp_path_factory) -> tuple[str, object]:
    """A network that has learned to read: eight epochs of the digits, a second or two."""
    folder = tmp_path_factory.mktemp("reader")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVSCOPE_LOCKS", str(tmp_path_factory.mktemp("locks")))
        settings = {"data": {"name": "digits"}, "model": {"name": "small_cnn"}, "train": {"epochs": 8}}
        return str(actions.train(resolve(settings), folder)["run"]), folder


@pytest.mark.parametrize(("corners", "digit"), [(SEVEN, "7"), (ONE, "1"), (FOUR, "4")])
@pytest.mark.parametrize("moved", [(0, 0), (-30, 20)])
def test_a_digit_drawn_by_hand_is_read_wherever_it_stands_on_the_sheet(reader, corners, digit, moved):
    run = actions.load_run(*reader)
    picture = actions.drawn(run, drawing_of(strokes(corners, PEN, moved)))
    assert picture.shape == (8, 8)
    assert actions.predict(run, [picture])["results"][0]["top"][0]["class"] == digit


def test_twin_without_the_framing_they_are_not_read(reader):
    run = actions.load_run(*reader)
    pictures = [actions.drawn(run, drawing_of(strokes(one, PEN, (-30, 20)))) for one in (SEVEN, ONE, FOUR)]
    wrong = [np.roll(one, 3, axis=1) for one in pictures]
    said = [one["top"][0]["class"] for one in actions.predict(run, wrong)["results"]]
    assert said != ["7", "1", "4"]


def test_the_page_says_what_python_says_of_a_drawing(visit, runs):
    at = visit("explain", run=runs.small, picture=named(SEVEN))
    run = actions.load_run(runs.small, runs.folder)
    best = actions.predict(run, [actions.drawn(run, drawing_of(strokes(SEVEN, PEN)))])["results"][0]["top"][0]
    assert at.header[0].value == f"{best['class']}, {100 * best['probability']:.1f}%"
    said = texts(at)
    assert "**Your drawing.** Scaled and centred as the pictures it learned from." in said
    assert "**What it saw.** 8 × 8 pixels." in said
    assert "What decided" in said
    assert len(at.image) == 4  # the sheet is no picture


def test_a_network_that_learned_no_signs_takes_the_drawing_as_it_is(visit, runs, pretrained_run):
    import shutil

    shutil.copytree(pretrained_run, runs.folder / pretrained_run.name)
    at = visit("explain", run=pretrained_run.name, picture=named(FOUR))
    assert "**Your drawing.** Taken as you drew it." in texts(at)
    assert "**What it saw.** 224 × 224 pixels." in texts(at)
    assert at.header[0].value
    assert not at.error


# --- choosing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["explain", "features"])
def test_stroke_after_stroke_is_answered_and_an_empty_sheet_again_is_none(visit, runs, lifted, page):
    at = visit(page, run=runs.small, picture="drawn")
    assert at.header[0].value == "Draw one of its classes"
    assert "It knows 0, 1, 2, 3, 4, 5, 6, 7, 8 and 9." in texts(at)
    both = strokes(SEVEN, PEN)
    lifted(at, both[:1])
    one = asked(at, "picture")
    assert one.startswith("drawn-")
    assert "Draw one of its classes" not in texts(at)
    lifted(at, both)
    assert asked(at, "picture") == named(SEVEN) != one
    lifted(at, [])
    assert asked(at, "picture") == "drawn"
    assert at.header[0].value == "Draw one of its classes"


def test_draw_is_one_click_away_and_a_link_opens_the_same_drawing(visit, runs, lifted):
    at = choose(visit("explain", run=runs.small), "Draw")
    assert asked(at, "picture") == "drawn"
    lifted(at, strokes(FOUR, PEN))
    link = {name: first(value) for name, value in at.query_params.items()}
    other = visit("explain", **link)
    assert other.header[0].value == at.header[0].value
    assert [one.value for one in other.markdown] == [one.value for one in at.markdown]


def test_the_class_asked_about_stays_while_one_draws_on(visit, runs, lifted):
    at = visit("explain", run=runs.small, picture=named(ONE), **{"class": "7", "against": "1"})
    lifted(at, strokes(SEVEN, PEN))
    assert at.selectbox(key="explain.class").value == 7
    assert asked(at, "against") == "1"


def test_a_drawing_is_there_on_the_other_page_and_after_a_picture_of_the_data(visit, runs, lifted):
    at = visit("explain", run=runs.small, picture="drawn")
    lifted(at, strokes(SEVEN, PEN))
    at.query_params.pop("picture")  # as a link in the menu does
    at.switch_page("pages/features.py").run()
    assert asked(at, "picture") == named(SEVEN)
    assert "Your drawing" in texts(at)
    at.session_state[pictured.MENU] = True
    at.run()
    choose(at, "From the data")
    at.number_input(key="explain.number.features.menu").set_value(5).run()
    assert asked(at, "picture") == "test-5"
    at.session_state[pictured.MENU] = True
    at.run()
    choose(at, "Draw")
    assert asked(at, "picture") == named(SEVEN)


def test_a_photo_is_not_lost_by_looking_at_what_drawing_is(visit, runs):
    at = upload(visit("explain", run=runs.small), "holiday.png", png(noise()))
    at.session_state[pictured.MENU] = True
    choose(at.run(), "Draw")
    assert "**Your photo.**" in texts(at)
    buttons(at)["Draw instead of the photo"].click().run()
    assert asked(at, "picture") == "drawn"


def test_a_new_sheet_is_a_button_in_the_menu(visit, runs):
    at = visit("explain", run=runs.small, picture=named(SEVEN))
    at.session_state[pictured.MENU] = True
    at.run()
    buttons(at)["A new sheet"].click().run()
    assert asked(at, "picture") == "drawn"


def test_two_visitors_do_not_see_each_others_drawings(visit, runs):
    visit("explain", run=runs.small, picture=named(SEVEN))
    assert not visit("explain", run=runs.small).header


# --- what cannot be ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    ["x", 7, {"a": 1}, [1], [{"points": [["<b>", 1]]}], [{"width": 10**9, "points": [[1, 1]]}], [{"points": []}]],
    ids=str,
)
def test_strokes_that_make_no_sense_are_a_sentence_and_nothing_is_lost(visit, runs, lifted, raw):
    at = visit("explain", run=runs.small, picture=named(SEVEN))
    before = at.header[0].value
    lifted(at, raw)
    (said,) = [one.value for one in at.error]
    assert "The drawing could not be read" in said
    assert at.header[0].value == before
    assert asked(at, "picture") == named(SEVEN)


@pytest.mark.parametrize("page", ["explain", "features"])
@pytest.mark.parametrize("text", ["drawn-A", "drawn-!!", "drawn-" + "A" * 20_000, "drawn-\0", "drawn-FAAA"])
def test_an_address_with_a_damaged_drawing_is_a_sentence_and_the_page_goes_on(visit, runs, page, text):
    at = visit(page, run=runs.small, picture=text)
    (said,) = [one.value for one in at.error]
    assert "The drawing could not be read" in said
    assert len(said) < 300
    assert at.get("button_group")


def test_a_drawing_that_is_too_long_for_an_address_is_answered_all_the_same(visit, runs, lifted):
    at = visit("explain", run=runs.small, picture="drawn")
    long = [{"width": 20, "points": [[x % 256, (x * 7) % 256] for x in range(2500)]}]
    lifted(at, long)
    assert asked(at, "picture") is None
    assert "What decided" in texts(at)
    lifted(at, strokes(SEVEN, PEN))
    assert asked(at, "picture") == named(SEVEN)


def test_a_network_without_convolution_answers_a_drawing(visit, runs):
    at = visit("explain", run=runs.mlp, picture=named(SEVEN))
    assert at.header[0].value
    assert "network has none" in texts(at)
    at = visit("features", run=runs.mlp, picture=named(SEVEN))
    assert "What each unit says" in texts(at)
    assert not at.error


# --- the pad itself ---------------------------------------------------------------------------------------------------


def sent_to_the_pad(at: AppTest) -> dict[str, object]:
    import json

    return next(
        data for one in at.get("bidi_component") if (data := json.loads(one.proto.json)).get("label") == "Drawing pad"
    )


def test_the_pad_is_told_only_what_it_did_not_send_itself(visit, runs, lifted):
    """Else a stroke that is drawn while the page answers the one before would be taken away again."""
    at = visit("explain", run=runs.small, picture=named(ONE))
    assert sent_to_the_pad(at)["force"]  # it came with the address
    lifted(at, strokes(SEVEN, PEN))
    assert sent_to_the_pad(at)["force"] == ""
    at.session_state[pictured.MENU] = True
    at.run()
    buttons(at)["A new sheet"].click().run()
    assert sent_to_the_pad(at)["force"]
    assert sent_to_the_pad(at)["strokes"] == []


def test_the_sheet_is_dark_where_the_networks_pictures_are(visit, runs):
    pad = sent_to_the_pad(visit("explain", run=runs.small, picture="drawn"))
    assert pad["dark"] is True
    assert pad["pen"] == PEN


def test_the_pad_loads_nothing_and_reads_no_markup():
    assert "http" not in pads.HTML + pads.CSS + pads.JS
    assert "innerHTML" not in pads.JS
    assert "touch-action:none" in pads.CSS
