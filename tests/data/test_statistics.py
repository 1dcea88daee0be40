"""Numbers of a split against plain numpy in double precision."""

from __future__ import annotations

import numpy as np
import pytest

from cnn_core.data import statistics
from cnn_core.data.statistics import class_counts, mean_pictures, some_of_each


def test_classes_are_counted_also_those_without_pictures():
    assert class_counts(np.array([0, 2, 2], np.int64), 4) == [1, 0, 2, 0]


@pytest.mark.parametrize("chunk", [1, 500, 1 << 24])
def test_the_mean_of_a_class_is_the_mean_of_its_pictures(monkeypatch, chunk):
    monkeypatch.setattr(statistics, "CHUNK", chunk)
    rng = np.random.default_rng(0)
    pictures, targets = rng.integers(0, 256, (60, 5, 4, 3), np.uint8), rng.integers(0, 4, 60)
    found = mean_pictures(pictures, targets, 5)
    for label in range(4):
        truth = pictures[targets == label].mean(0)
        assert np.abs(found[label] - truth).max() <= 0.5
    assert not found[4].any()  # it has no pictures
    assert (found.dtype, found.shape) == (np.uint8, (5, 5, 4, 3))


def test_a_mean_is_rounded_to_the_nearest():
    pictures = np.array([[0, 1, 254], [1, 1, 255]], np.uint8).reshape(2, 1, 3, 1)
    assert mean_pictures(pictures, np.zeros(2, np.int64), 1).ravel().tolist() == [1, 1, 255]


def test_some_of_each_class_are_of_that_class_and_others_at_the_next_turn():
    targets = np.arange(100, dtype=np.int64) % 5
    first, second = (some_of_each(targets, [3, 1], 6, turn) for turn in (0, 1))
    for turn in (first, second):
        assert [set(targets[some]) for some in turn] == [{3}, {1}]
        assert [len(set(some)) for some in turn] == [6, 6]
    assert not set(first[0]) & set(second[0])
    assert some_of_each(targets, [3], 6, 10**9) != []


def test_a_class_with_few_or_no_pictures_gives_what_it_has():
    assert some_of_each(np.array([0, 1, 0], np.int64), [0, 1, 2], 5, turn=7) == [[2, 0], [1], []]
