"""The chapters: every one opens, says things whole, and leads to what is there; their figures are what they say."""

from __future__ import annotations

import json
import re
from importlib import import_module

import numpy as np
import pytest

from cnn_core import actions
from cnn_core.base.errors import UserError
from cnn_core.calculators import SHELF as CALCULATORS
from cnn_core.chapters import chapter
from cnn_core.chapters.looks import look
from cnn_core.chapters.texts import chapter_01
from cnn_core.cli import main
from cnn_core.experiment import resolve
from cnn_core.labs import _CHAPTERS, CHAPTERS, SHELF
from pages.parts import shell

every = pytest.mark.parametrize("number", sorted(CHAPTERS))
NOT_WORDS = re.compile(r"\*\*|__|\]\(|<[a-z]|\bTOPICS\b|\b\d{1,2}[a-z]\)")


def sentences(text):
    return re.fullmatch(r"(?s).*[.?!…]", text) is not None


@every
def test_a_chapter_says_its_idea_and_what_is_often_said_in_whole_plain_sentences(number):
    one = chapter(number)
    assert len(one.idea) == 2
    assert len(one.corrections) >= 5
    texts = [*one.idea, *(what for _, what in one.tries)]
    texts += [text for said in one.corrections for text in (said.said, said.right, said.number) if text]
    for text in texts:
        assert sentences(text), text
        assert not NOT_WORDS.search(text), text
        assert "  " not in text, text
    assert len({said.said for said in one.corrections}) == len(one.corrections)


@every
def test_what_is_said_against_something_can_be_checked(number):
    for said in chapter(number).corrections:
        assert said.said != said.right
        if said.source:
            assert re.search(r"\b(19|20)\d\d\b", said.source), said.source


def written():
    """The texts as they are written, with what they name whether it is there or not."""
    return [import_module(f"cnn_core.chapters.texts.chapter_{number:02}").TEXT for number in CHAPTERS]


def test_every_lab_calculator_and_page_that_a_text_names_is_one():
    for text in written():
        assert {page for page, _ in text.tries} <= {page for rows in shell._PAGES.values() for page, _, _ in rows}
        for said in text.corrections:
            assert set(said.labs) <= {name for _, names in _CHAPTERS.values() for name in names.split()}
            assert set(said.calculators) <= set(CALCULATORS.names()), said.said


def test_every_lab_is_what_some_correction_leads_to():
    named = {name for text in written() for said in text.corrections for name in said.labs}
    assert set(SHELF.names()) <= named


def test_most_corrections_are_shown_by_a_number_a_lab_a_calculator_or_a_paper():
    some = [said for text in written() for said in text.corrections]
    shown = [said for said in some if said.number or said.labs or said.calculators or said.source]
    assert len(some) > 100
    assert len(shown) / len(some) > 0.85


def test_a_lab_that_is_not_there_is_left_out_and_comes_with_its_file():
    planned = {name for said in chapter_01.TEXT.corrections for name in said.labs}
    there = {name for said in chapter(1).corrections for name in said.labs}
    assert there == planned & set(SHELF.names())


@every
def test_the_first_figure_of_a_chapter_can_be_drawn_and_says_what_it_shows(number):
    found = look(number)
    assert len(set(found.choices)) == len(found.choices) >= 2
    drawn = found.draw(found.choices[0], "light")
    assert sentences(drawn.says)
    assert not drawn.chart or drawn.about
    for caption, picture in drawn.pictures:
        assert caption
        assert picture.dtype == np.uint8
        assert picture.ndim == 3
        assert picture.shape[2] == 3
    assert drawn.pictures or drawn.chart or not found.fixed


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("number", [4, 5, 8, 9, 13, 16])
def test_every_choice_changes_the_figure(number, theme):
    found = look(number)
    drawn = [found.draw(choice, theme) for choice in found.choices]
    assert len({one.says for one in drawn} | {str([p.tobytes() for _, p in one.pictures]) for one in drawn}) > len(
        drawn
    )


def test_figures_say_the_numbers_that_arithmetic_gives():
    says = {(n, choice): look(n).draw(choice, "light").says for n in (4, 7, 9, 13, 14) for choice in look(n).choices}
    assert "13 × 13 pixels and reach 29.0%" in says[(4, "2,2,2")]  # 4f
    assert "15 × 15 pixels and reach 100.0%" in says[(4, "1,2,4")]
    assert "two 3 × 3 have 38,720 weights, one 5 × 5 has 4,864: 8.0 times" in says[(7, "3 to 64 channels")]  # 7h
    assert "accuracy 90.0%, balanced accuracy 50.0%" in says[(9, "9 to 1")]  # 9e
    assert "lift the rarest 9 times" in says[(9, "9 to 1")]  # 9i
    assert "1, 2, 1, 2" in says[(13, "kernel 3")]  # 13f
    assert "2, 2, 2, 2" in says[(13, "kernel 4")]
    assert "76.2 and 149.7" in says[(14, "pure red and green")]  # 14d
    assert "59.8 and 59.9" in says[(14, "a pair of one luma")]


def test_the_area_stays_while_the_probabilities_go():
    says = [look(10).draw(choice, "light").says for choice in look(10).choices]
    areas = {re.search(r"curve (0\.\d+)", one)[1] for one in says}
    brier = {re.search(r"Brier score (0\.\d+)", one)[1] for one in says}
    assert (len(areas), len(brier)) == (1, 3)


def test_a_map_moves_with_its_picture_and_a_strided_one_only_by_whole_steps():
    says = {choice: look(3).draw(choice, "light").says for choice in look(3).choices}
    assert all("largest difference 0" in one for one in says.values())
    assert "that map moves too" in says["4 pixels"]
    assert "its numbers change by" in says["2 pixels"]


def test_explaining_without_any_network_says_what_to_do():
    drawn = look(11).draw("test picture 1", "light")
    assert "Train the demo" in drawn.says
    assert drawn.pictures == ()


def test_explaining_passes_over_networks_that_name_no_pictures():
    digits = {"data": {"name": "digits"}, "train": {"epochs": 1}}
    run = actions.train(resolve({**digits, "model": {"name": "small_cnn", "options": {"width": 4}}}))["run"]
    actions.train(resolve({**digits, "model": {"name": "mlp"}}))  # newer, and without a convolution
    shapes = {"name": "shapes", "options": {"count": 80, "size": 16}}
    masks = {"task": "segmentation", "data": shapes, "model": {"name": "unet", "options": {"width": 4}}}
    assert actions.train(resolve({**masks, "train": {"epochs": 1}}))["status"] == "done"  # the newest
    drawn = look(11).draw("test picture 2", "light")
    assert drawn.run == run
    assert "It says" in drawn.says


def test_the_shell_lists_and_opens_them(capsys):
    assert main(["chapters", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out.splitlines()[-1])["chapters"]
    assert [one["chapter"] for one in listed] == list(range(1, 17))
    assert main(["chapters", "12", "--json"]) == 0
    opened = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert opened["title"] == "Residual networks"
    assert {"idea", "labs", "calculators", "often_said", "tries"} <= set(opened)
    assert main(["chapters", "12"]) == 0
    assert "Often said, but" in capsys.readouterr().out


@pytest.mark.parametrize("asked", ["0", "17", "x", "-1", "²", "9" * 12])
def test_a_chapter_that_is_not_there_is_a_sentence(asked, capsys):
    assert main(["chapters", "--", asked]) == 2
    assert "must be a whole number from 1 to 16" in capsys.readouterr().err


def test_python_is_told_the_same():
    with pytest.raises(UserError, match="chapter is 17"):
        actions.chapter(17)


def test_a_verdict_of_a_lab_stands_in_its_chapter():
    name = "constant_predictor"
    assert {one["name"]: one["verdict"] for one in actions.chapter(9)["labs"]}[name] is None
    actions.lab(name, {"pictures": 100}, seeds=1)
    assert {one["name"]: one["verdict"] for one in actions.chapter(9)["labs"]}[name] == "confirmed"
