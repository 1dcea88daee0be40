"""Every number of the chapters that is a cost, size, field, weight, loss or metric, out of the library's own functions.

Named as in the notes on the chapters: 4f is item f of chapter 4. To the digits that the text gives.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from tests.chapters.tables import costs, fields, functions, metrics, pictures

ROWS = [*costs.ROWS, *fields.ROWS, *functions.ROWS, *metrics.ROWS, *pictures.ROWS]
ELSEWHERE = {  # numbers that have a test of their own
    "2g": ("tests.training.test_job", "test_early_stopping_and_the_best_epoch_on_a_written_series_of_losses"),
    "6f": ("tests.data.test_mnist", "test_the_real_mnist_has_its_published_counts_mean_and_deviation"),
    "11c": (
        "tests.attribution.test_grad_cam",
        "test_with_global_pooling_and_one_dense_layer_it_is_cam_divided_by_the_places",
    ),
}
NUMBERS = (
    "0a 0b 1d 1e 1f 1g 2e 2f 2g 3d 3e 3f 3g 4d 4e 4f 4g 4h 5d 5e 5f 6e 6f 6g 7c 7d 7e 7f 7g 8d 8e 8f 9d 9e 9f 9g 9h "
    "10d 10e 10f 10g 11c 11d 12c 12d 12e 12f 13c 13d 13e 13f 14c 14d 14e 15d 16c 16d"
)


def digits(value: float, text: str) -> str:
    """A value with as many digits as the text has."""
    mantissa, power, _ = text.partition("e")
    places = len(mantissa.partition(".")[2])
    return f"{value:.{places}e}" if power else f"{value:.{places}f}"


def same(value: Any, expected: Any) -> bool:
    """Whether a value is the expected one: a whole number exactly, a text to its digits, a list one by one."""
    if isinstance(expected, list):
        return len(value) == len(expected) and all(same(*pair) for pair in zip(value, expected, strict=True))
    if isinstance(expected, str) and not isinstance(value, str):
        return float(digits(value, expected)) == float(expected)
    return bool(value == expected)


@pytest.mark.parametrize(("how", "expected"), [pytest.param(*row[2:], id=f"{row[0]}: {row[1]}") for row in ROWS])
def test_the_library_gives_the_number_of_the_chapter(how, expected):
    found = how()
    assert same(found, expected), f"{found} is not {expected}"


def test_no_number_is_left_out():
    assert {row[0] for row in ROWS} | set(ELSEWHERE) == set(NUMBERS.split())


@pytest.mark.parametrize("number", ELSEWHERE)
def test_what_is_tested_elsewhere_is_tested(number):
    module, name = ELSEWHERE[number]
    assert callable(getattr(import_module(module), name))


@pytest.mark.parametrize(
    ("value", "expected"), [(0.2690, "0.268941"), (121_931, 121_930), ([1, 2], [1, 2, 3]), (9.7e-4, "9.8e-4")]
)
def test_twin_a_number_that_is_off_by_its_last_digit_is_found(value, expected):
    try:
        assert not same(value, expected)
    except ValueError:
        assert len(value) != len(expected)
