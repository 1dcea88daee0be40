"""Values read from foreign files are of our kinds, or not taken."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.base.kinds import is_count, is_number, sound

USUAL = {"text": "", "flag": False, "count": 0, "seconds": 0.0, "rate": None}
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner), max_leaves=3
)


@given(st.dictionaries(st.sampled_from([*USUAL, "other"]), json))
def test_whatever_a_file_says_the_kinds_are_ours(record):
    found = sound(record, USUAL)
    assert isinstance(found["text"], str)
    assert isinstance(found["flag"], bool)
    assert is_count(found["count"])
    assert is_number(found["seconds"])
    assert found["rate"] is None or is_number(found["rate"])
    assert ("other" in record) == ("other" in found)


def test_what_is_of_our_kind_stays():
    record = {"text": "a", "flag": True, "count": 3, "seconds": 2, "rate": -0.5, "other": [1]}
    assert sound(record, USUAL) == record
    assert sound({}, USUAL) == USUAL


@pytest.mark.parametrize("value", [True, math.nan, math.inf, 10**400, "1", None, [1]])
def test_what_is_no_number(value):
    assert not is_number(value)
    assert not is_count(value)


def test_counts_are_whole_and_not_negative():
    assert [value for value in (0, 7, -1, 1.0, 0.5) if is_count(value)] == [0, 7]
