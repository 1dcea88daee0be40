"""Numbers, times and names as the pages write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pages.parts.words import ago, duration, md, number, percent, plural, roughly


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
    for sign in "\\`*_{}[]()<>#+-.!|~$:&@":
        assert md(f"a{sign}b") == f"a\\{sign}b"
    assert md("small_cnn · 7f3a") == "small\\_cnn · 7f3a"
