"""Smoothing: TensorBoard's formula, by hand, by another library, and at its edges."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from cnn_core.runs.smoothing import smoothed


def test_three_values_by_hand():
    # m: 0.5, 0.25 + 1, 0.625 + 0 ; divided by 1 - 0.5^n: 0.5, 0.75, 0.875
    assert smoothed([1.0, 2.0, 0.0], 0.5) == pytest.approx([1.0, 5 / 3, 5 / 7])


def test_the_first_value_is_where_the_curve_begins_whatever_the_weight():
    for weight in (0.0, 0.3, 0.6, 0.9, 0.99):
        assert smoothed([0.8, 0.1, 0.5], weight)[0] == pytest.approx(0.8)


def test_twin_without_the_division_a_curve_would_begin_near_zero():
    assert pytest.approx(0.08) == (1 - 0.9) * 0.8
    assert smoothed([0.8, 0.1], 0.9)[0] == pytest.approx(0.8)


@pytest.mark.parametrize("weight", [0.1, 0.6, 0.9, 0.99])
def test_it_is_the_adjusted_exponential_mean_of_pandas(weight):
    values = np.random.default_rng(0).normal(size=300)
    expected = pd.Series(values).ewm(alpha=1 - weight, adjust=True).mean()
    assert smoothed(values.tolist(), weight) == pytest.approx(expected.tolist())


def test_weight_0_leaves_every_digit():
    values = [0.1, 0.7, 0.1 + 0.2]
    assert smoothed(values, 0) == values


def test_a_curve_that_never_changes_keeps_every_digit():
    assert smoothed([0.1] * 50, 0.6) == [0.1] * 50


def test_what_is_not_known_passes_through_and_counts_for_nothing():
    with_gaps = smoothed([1.0, None, math.inf, 3.0], 0.5)
    assert with_gaps[1:3] == [None, math.inf]
    assert [with_gaps[0], with_gaps[3]] == pytest.approx(smoothed([1.0, 3.0], 0.5))
    assert math.isnan(smoothed([math.nan, 1.0], 0.5)[0])


@pytest.mark.parametrize("values", [[], [None], [0.5], [None, None]])
def test_few_or_no_values_are_no_trouble(values):
    assert smoothed(values, 0.9) == values
