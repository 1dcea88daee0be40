"""Numbers, times and names as the pages write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.parts.words import (
    ago,
    distinct,
    duration,
    lines,
    md,
    number,
    percent,
    plain,
    plural,
    prose,
    roughly,
    table_text,
)


@pytest.mark.parametrize(
    ("share", "shown"), [(0.9724, "97.2%"), (1, "100.0%"), (0.99996, "99.9%"), (0, "0.0%"), (None, "–")]
)
def test_rates_have_one_decimal_and_are_100_only_when_nothing_is_wrong(share, shown):
    assert percent(share) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (24170, "24,170"),
        (1_900_000, "1.9 M"),
        (4.1e9, "4.1 G"),
        (0.2573, "0.257"),
        (12.34, "12.3"),
        (7, "7"),
        (None, "–"),
    ],
)
def test_numbers(value, shown):
    assert number(value) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.3, "1 s"),
        (16.4, "16 s"),
        (60, "1 min"),
        (125, "2 min 5 s"),
        (700, "12 min"),
        (4800, "1 h 20 min"),
        (None, "–"),
    ],
)
def test_durations(seconds, shown):
    assert duration(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "1 s"), (12.4, "12 s"), (41, "40 s"), (527, "9 min"), (4790, "1 h 20 min")]
)
def test_a_time_to_come_is_no_finer_than_it_can_be_known(seconds, shown):
    assert roughly(seconds) == shown


def test_times_ago():
    now = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    for passed, shown in (
        (30, "just now"),
        (125, "2 min ago"),
        (7300, "2 h ago"),
        (90_000, "1 day ago"),
        (260_000, "3 days ago"),
    ):
        assert ago((now - timedelta(seconds=passed)).strftime("%Y-%m-%dT%H:%M:%SZ"), now) == shown
    assert ago(None) == ago("yesterday") == "–"


def test_counts():
    assert [plural(1, "epoch"), plural(1200, "epoch"), plural(2, "match", "matches")] == [
        "1 epoch",
        "1,200 epochs",
        "2 matches",
    ]


def test_every_sign_that_markdown_knows_is_escaped():
    for sign in "\\`*_{}[]()<>#+-.!|~$&":
        assert md(f"a{sign}b") == f"a\\{sign}b"
    assert md("small_cnn · 7f3a") == "small\\_cnn · 7f3a"


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("http://x.y", ("http:", "//x")),
        ("somebody@x.y", ("@", "x")),
        ("WWW.x.y", ("WWW", ".x")),
        (":material/home:", (":", "material")),
        ("a -> b", ("-", ">")),
        ("a -- b", ("-", "-")),
    ],
)
def test_what_streamlit_finds_in_plain_text_is_kept_apart(text, apart):
    before, after = apart
    assert f"{before}:small[]{after}" in md(text).replace("\\", "")


@given(st.text(max_size=60))
def test_without_escapes_and_seams_it_is_the_plain_text(text):
    assert re.sub(r"\\(.)", r"\1", md(text).replace(":small[]", "")) == plain(text)


@given(st.text())
def test_a_plain_text_is_one_printable_line_of_bounded_length(text):
    shown = plain(text, 30)
    assert len(shown) <= 32  # with the two signs that keep its direction to itself
    assert all(sign.isprintable() or sign in "\u200c\u200d\u2068\u2069" for sign in shown)
    assert "  " not in shown
    assert shown.encode() is not None  # no half of a pair


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", "a b"),
        ("a\0b\x1b[31m\n\tc", "a b [31m c"),
        ("\u05d0b", "\u2068\u05d0b\u2069"),
        ("Z" + "\u0338" * 50, "Z" + "\u0338" * 4),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
        ("w" * 2000, "w" * 999 + "…"),
        (None, "None"),
    ],
)
def test_no_sign_reaches_beyond_its_text(text, shown):
    assert plain(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1+1", "'=1+1"),
        ("\r\n+1", "+1"),
        ("a\r=1", "a =1"),
        ("-1+1", "'-1+1"),
        ("a;=1", "a;'=1"),
        ("＝1", "'＝1"),
        ("-1", "-1"),
        ("+0.5", "+0.5"),
        ("a=1", "a=1"),
        ("cat", "cat"),
    ],
)
def test_a_cell_is_no_formula_once_it_is_saved(text, shown):
    assert table_text(text) == shown


def test_names_to_choose_from_are_distinct_and_none_is_empty():
    assert distinct(["a", "b", "a", " ", "b" * 50], 10) == [
        "a (no. 0)",
        "b",
        "a (no. 2)",
        "no name (no. 3)",
        "bbbbbbbbb…",
    ]


def test_lines_keep_their_indentation_and_no_control_signs():
    assert lines("one\n\n    two\x1b[0m\r\nthree\n", 3) == "\n    two [0m\nthree"
    assert lines("", 3) == ""


def test_a_text_of_ours_may_have_code_and_nothing_else():
    assert prose("Train `mlp` on *all*") == "Train `mlp` on \\*all\\*"
    assert prose("one ` alone") == md("one ` alone")
