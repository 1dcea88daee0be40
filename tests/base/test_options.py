"""Options: text from a shell in, a sentence out when it is wrong."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import Field, ValidationError

from cnn_core.base.errors import UserError
from cnn_core.base.options import KINDS, Options, hints, option_fields, parse_options


class Everything(Options):
    on: bool = Field(False, title="On", description="A switch.")
    count: int = Field(3, ge=1, le=9, title="Count", description="How many.")
    share: float = Field(0.5, gt=0, lt=1, title="Share", description="Of all.", json_schema_extra=hints(unit="px"))
    free: float = Field(0.0, title="Free", description="Any number.")
    name: str = Field("x", title="Name", description="A text.")
    way: Literal["left", "right"] = Field("left", title="Way", description="Where to.")
    depth: Literal[18, 34] = Field(18, title="Depth", description="A choice of numbers.")
    size: tuple[int, int] = Field((2, 3), title="Size", description="Two numbers.")


class Needed(Options):
    count: int = Field(title="Count", description="How many.")
    maybe: int | None = Field(None, title="Maybe", description="Not in the vocabulary.")


def refused(options=Everything, where="data", **values):
    with pytest.raises(UserError) as caught:
        parse_options(options, values, where)
    return str(caught.value)


def test_text_from_a_shell_becomes_values():
    given = {"on": "true", "count": "4", "share": "0.25", "name": "y", "way": "right", "depth": "34", "size": "5,6"}
    parsed = parse_options(Everything, given, "data")
    assert parsed == Everything(on=True, count=4, share=0.25, name="y", way="right", depth=34, size=(5, 6))


def test_values_of_json_survive_and_nothing_given_is_the_default():
    assert parse_options(Everything, Everything().model_dump(mode="json"), "") == Everything()
    assert parse_options(Everything, {}, "") == Everything()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"count": "0"}, 'data.count is "0", but must be a whole number at least 1 and at most 9.'),
        ({"count": 10}, 'data.count is "10", but must be a whole number at least 1 and at most 9.'),
        ({"count": "2.5"}, 'data.count is "2.5", but must be a whole number at least 1 and at most 9.'),
        ({"share": "1"}, 'data.share is "1", but must be a number above 0 and below 1.'),
        ({"share": "nan"}, 'data.share is "nan", but must be a number above 0 and below 1.'),
        ({"free": "inf"}, 'data.free is "inf", but must be a number.'),
        ({"on": "perhaps"}, 'data.on is "perhaps", but must be true or false.'),
        ({"way": "up"}, 'data.way is "up", but must be one of left, right.'),
        ({"depth": "19"}, 'data.depth is "19", but must be one of 18, 34.'),
        ({"size": "7,a"}, 'data.size is "a", but must be two whole numbers as A,B.'),
        ({"name": 5}, 'data.name is "5", but must be a text.'),
    ],
)
def test_a_wrong_value_is_answered_with_field_value_and_what_is_allowed(values, sentence):
    assert refused(**values) == sentence


def test_an_unknown_option_gets_the_nearest_spelling_and_the_list():
    assert refused(cuont=3).startswith('data.cuont is not an option; did you mean "count"? There is: on, count, share')


def test_a_missing_value_is_asked_for():
    assert refused(Needed, "train") == "train.count is missing; give a whole number."


def test_a_value_of_a_user_is_shortened_and_stays_on_one_line():
    sentence = refused(count="a\nb\x00" + "9" * 10_000)
    assert "\n" not in sentence
    assert "\x00" not in sentence
    assert len(sentence) < 200


def test_the_fields_are_described_in_the_closed_vocabulary():
    found = {one.name: one for one in option_fields(Everything)}
    assert {one.kind for one in found.values()} == set(KINDS)
    assert (found["count"].low, found["count"].high, found["count"].low_open) == (1, 9, False)
    assert (found["share"].low_open, found["share"].high_open, found["share"].unit) == (True, True, "px")
    assert found["depth"].choices == (18, 34)


def test_a_field_outside_the_vocabulary_is_no_field_of_a_form():
    assert [one.name for one in option_fields(Needed)] == ["count"]


def test_options_are_frozen():
    with pytest.raises(ValidationError):
        Everything().count = 4
