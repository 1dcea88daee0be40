"""The Calculators page: every calculator answers, live, and its address says it all; bad input is a sentence."""

from __future__ import annotations

import pytest

from cnn_core import actions
from cnn_core.calculators import SHELF
from tests.pages.states import texts
from tests.pages.test_explain import noise, png


def said(at) -> str:
    """What the page says, without the signs that keep it literal."""
    return texts(at).replace("\\", "").replace(":small[]", "")


def address(at, name):
    """One word of the address, None where it is not there."""
    found = at.query_params.get(name)
    return found[0] if isinstance(found, list) else found


def test_every_calculator_stands_on_the_page_with_its_question(visit):
    at = visit("calculators")
    opened = [one for one in at.button if one.key.startswith("calculators.open.")]
    assert {one.key.rpartition(".")[2] for one in opened} == set(SHELF.names())
    assert all(SHELF.card(name)[0].partition(": ")[2][1:] in said(at) for name in SHELF.names())


@pytest.mark.parametrize("name", SHELF.names())
def test_a_calculator_shows_each_of_its_numbers(visit, name):
    at = visit("calculators", calculator=name)
    assert not at.error
    found = actions.calculate(name)
    assert all(f"| {one.title} |" in said(at) for one in found.steps)


def test_a_number_that_is_changed_changes_what_comes_out_and_the_address(visit):
    at = visit("calculators", calculator="convolution")
    assert "**1,792**" in said(at)
    at.number_input(key="calculators.convolution.filters").set_value(96).run()
    at.number_input(key="calculators.convolution.kernel").set_value(11).run()
    assert not at.exception
    assert "**34,944**" in said(at)  # 11 x 11 x 3 to 96
    assert address(at, "filters") == "96"
    assert address(at, "kernel") == "11"
    assert "channels" not in at.query_params  # as it is by default


def test_a_link_brings_its_numbers(visit):
    at = visit("calculators", calculator="stack", dilations="2,2,2")
    assert at.text_input(key="calculators.stack.dilations").value == "2,2,2"
    assert "49 / 169" in said(at)
    assert "Gridding" in said(at)


def test_another_calculator_takes_its_own_inputs_and_the_way_back_takes_none(visit):
    at = visit("calculators", calculator="convolution", kernel="5")
    at.selectbox(key="calculators.switch").set_value("stack").run()
    assert address(at, "calculator") == "stack"
    assert "kernel" not in at.query_params
    at.button(key="calculators.back").click().run()
    assert not at.exception
    assert "calculator" not in at.query_params


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ({"calculator": "nothing"}, "there is no calculator"),
        ({"calculator": "<b>x</b>" * 500}, "there is no calculator"),
        ({"calculator": "convolution", "kernel": "0"}, "must be a whole number at least 1"),
        ({"calculator": "convolution", "kernel": "<b>x</b>"}, "must be a whole number"),
        ({"calculator": "stack", "dilations": "1,x"}, "give 1 to 16 numbers"),
        ({"calculator": "stack", "dilations": "1," * 5000}, "letters at most"),
    ],
)
def test_an_address_that_makes_no_sense_is_a_sentence(visit, bad, sentence):
    at = visit("calculators", **bad)
    assert sentence in at.warning[0].value.replace("\\", "")
    assert len(at.warning[0].value) < 600
    assert "<b>" not in at.warning[0].value.replace("\\<b", "")


def test_an_input_out_of_bounds_stands_under_its_field_and_nothing_is_worked_out(visit):
    at = visit("calculators", calculator="convolution")
    at.number_input(key="calculators.convolution.filters").set_value(0).run()
    assert not at.exception
    assert "Filters is" in said(at)
    assert "**1,792**" not in said(at)


def test_numbers_that_do_not_go_together_are_a_sentence(visit):
    at = visit("calculators", calculator="convolution", kernel="9", height="4")
    assert "larger" in at.error[0].value or "smaller kernel" in at.error[0].value
    at = visit("calculators", calculator="metrics", labels="0 1", scores="0.5")
    assert "2 labels, but 1 scores" in at.error[0].value.replace("\\", "")


def test_what_is_not_defined_is_said_and_never_shown_as_nothing(visit):
    at = visit("calculators", calculator="metrics", labels="0,0", scores="0.1,0.2")
    assert "Not defined here: Precision of yes" in said(at)
    assert "| Precision of yes | **–** |" in said(at)


def uploaded(at, name, data):
    at.get("file_uploader")[0].upload(name, data, "image/png").run()
    return at


def test_your_own_picture_is_what_is_resized_and_a_name_is_only_text(visit):
    at = uploaded(visit("calculators", calculator="resizing"), "*x*<b>.png", png(noise(80, 40)))
    assert not at.exception
    assert "**80** pixels" in said(at)
    assert "*x*<b>" not in texts(at)
    at.segmented_control(key="calculators.picture").set_value("Flower").run()
    assert "**640** pixels" in said(at)


def test_a_file_that_is_no_picture_is_a_sentence_and_changes_nothing(visit):
    at = uploaded(visit("calculators", calculator="resizing"), "x.png", b"nothing")
    assert "could not be read" in at.error[0].value
    assert "**640** pixels" in said(at)


@pytest.mark.parametrize("kernel", ["1", "2", "7", "9"])
def test_a_filter_of_any_size_is_drawn_or_said_to_be_too_large(visit, kernel):
    at = visit("calculators", calculator="convolution", kernel=kernel, padding="0", stride="3")
    assert ("Shown for filters" in said(at)) == (kernel == "9")


def test_the_page_is_in_the_sidebar_under_learn_and_needs_no_run(visit):
    at = visit("calculators", run="no-such-run", calculator="stack")
    assert not at.exception
    assert at.title[0].value == "Calculators"
