"""The Chapters page: all sixteen listed, each opens with its figure, its labs and what is often said; bad addresses."""

from __future__ import annotations

import pytest

from cnn_core import actions
from cnn_core.chapters import chapter
from cnn_core.chapters.looks import look
from cnn_core.labs import CHAPTERS
from tests.pages.states import texts


def plain(at):
    return texts(at).replace("\\", "").replace(":small[]", "")


def test_the_sixteen_are_listed(visit):
    at = visit("chapters")
    opening = [one.label for one in at.button if one.key.startswith("chapters.open.")]
    assert opening == [f"**{number} · {title}**" for number, (title, _) in CHAPTERS.items()]


def test_a_card_opens_its_chapter_and_the_address_says_which(visit):
    at = visit("chapters")
    at.button(key="chapters.open.4").click().run()
    assert not at.exception
    assert at.query_params["chapter"] == "4"
    assert at.title[0].value == "4 · Receptive fields and dilation"
    at.button(key="chapters.back").click().run()
    assert "chapter" not in at.query_params
    assert at.title[0].value == "Chapters"


@pytest.mark.parametrize("number", sorted(CHAPTERS))
def test_each_opens_with_its_idea_its_figure_and_what_is_often_said(visit, number):
    at = visit("chapters", chapter=str(number))
    written = plain(at)
    one = chapter(number)
    assert all(paragraph in written for paragraph in one.idea)
    assert all(f"“{said.said}”" in written and said.right in written for said in one.corrections)
    assert look(number).title in written
    assert not at.error
    assert not at.warning


def test_another_choice_is_another_figure(visit):
    at = visit("chapters", chapter="4")
    assert "There are no holes" in plain(at)
    at.segmented_control(key="chapters.look.4").set_value("2,2,2").run()
    assert not at.exception
    assert "reach 29.0% of them" in plain(at)


def test_one_leads_to_the_next_and_back(visit):
    at = visit("chapters", chapter="1")
    assert at.button(key="chapters.before").disabled
    at.button(key="chapters.next").click().run()
    assert at.query_params["chapter"] == "2"
    assert visit("chapters", chapter="16").button(key="chapters.next").disabled


def test_a_lab_of_a_chapter_is_a_click_away_and_shows_what_was_found(visit):
    actions.lab("constant_predictor", {"pictures": 100}, seeds=1)
    at = visit("chapters", chapter="9")
    assert "confirmed" in plain(at)
    at.button(key="chapters.open.lab.constant_predictor").click().run()
    assert not at.exception
    assert at.query_params["lab"] == "constant_predictor"
    assert at.title[0].value == "Labs"


def test_a_correction_leads_to_the_lab_and_to_the_calculator_that_show_it(visit):
    at = visit("chapters", chapter="4")
    at.button(key="chapters.4.0.measured_receptive_field").click().run()
    assert at.query_params["lab"] == "measured_receptive_field"
    at = visit("chapters", chapter="4")
    at.button(key="chapters.4.0.calc.stack").click().run()
    assert not at.exception
    assert at.title[0].value == "Calculators"


def test_without_any_network_chapter_11_says_what_to_do(visit):
    assert "Train the demo on the first page" in plain(visit("chapters", chapter="11"))


def test_with_a_network_chapter_11_explains_what_it_said(visit, runs):
    at = visit("chapters", chapter="11")
    assert "It says" in plain(at)
    at.button(key="chapters.explain").click().run()
    assert at.title[0].value == "Explain"
    assert at.query_params["run"] == runs.small


def test_a_figure_that_cannot_be_drawn_is_a_sentence_and_the_rest_stands(visit, monkeypatch):
    from cnn_core.base.errors import Failed
    from pages.parts import chapter_view

    def fails(number, choice, theme):
        raise Failed("scikit-learn has no china.jpg: install it again.")

    monkeypatch.setattr(chapter_view, "_kept", fails)
    at = visit("chapters", chapter="5")
    assert "scikit-learn has no china.jpg" in at.error[0].value.replace("\\", "")
    assert "Often said, but" in [one.value for one in at.subheader]


@pytest.mark.parametrize("bad", ["0", "17", "x", "<b>x</b>", "٣", "9" * 5000, ""])
def test_a_bad_address_is_a_sentence(visit, bad):
    at = visit("chapters", chapter=bad)
    assert "there is no chapter" in at.warning[0].value
    assert len(at.warning[0].value) < 300
    assert "<b>" not in at.warning[0].value.replace("\\<b", "")
    assert at.title[0].value == "Chapters"
