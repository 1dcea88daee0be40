"""Splits and statistics against hand arithmetic and numpy."""

from __future__ import annotations

import numpy as np
import pytest

from cnn_core.data.splits import largest_remainder, stratified
from cnn_core.data.statistics import channel_mean_std, class_counts
from cnn_core.pictures import statistics


@pytest.mark.parametrize(
    ("weights", "total", "shares"),
    [
        ([50, 30, 20], 7, [4, 2, 1]),  # 3.5, 2.1, 1.4: the one left goes to the half
        ([1, 1, 1], 2, [1, 1, 0]),  # a tie: the first ones
        ([900, 100], 200, [180, 20]),
        ([5, 0, 5], 3, [2, 0, 1]),
        ([3, 2], 5, [3, 2]),
        ([3, 2], 0, [0, 0]),
    ],
)
def test_largest_remainder_shares_out_exactly(weights, total, shares):
    assert largest_remainder(np.array(weights), total).tolist() == shares


def test_a_thousand_items_at_nine_to_one_split_70_10_20_keep_the_minority_at_a_tenth():
    targets = np.array([1] * 100 + [0] * 900)
    splits = stratified(targets, {"val": 100, "test": 200}, seed=0)
    assert {name: (len(at), int(targets[at].sum())) for name, at in splits.items()} == {
        "train": (700, 70),
        "val": (100, 10),
        "test": (200, 20),
    }


@pytest.mark.parametrize("seed", range(5))
def test_every_picture_is_in_one_split_and_each_class_within_one_of_its_share(seed):
    targets = np.random.default_rng(seed).choice(7, 997, p=[0.4, 0.3, 0.1, 0.1, 0.05, 0.03, 0.02])
    held_out = {"val": 101, "test": 203}
    splits = stratified(targets, held_out, seed)
    assert sorted(np.concatenate(list(splits.values())).tolist()) == list(range(997))
    counts = np.bincount(targets, minlength=7)
    for name, total in held_out.items():
        assert len(splits[name]) == total
        assert np.abs(np.bincount(targets[splits[name]], minlength=7) - counts * total / 997).max() < 1.5


def test_another_seed_draws_other_pictures_and_the_same_seed_the_same():
    targets = np.arange(500) % 5
    one, same, other = (stratified(targets, {"val": 50, "test": 100}, seed) for seed in (1, 1, 2))
    assert all(np.array_equal(one[name], same[name]) for name in one)
    assert not np.array_equal(one["test"], other["test"])


def test_a_plain_random_split_would_miss_the_shares():
    """The twin: without strata the rare class strays by more than one."""
    targets = np.array([1] * 100 + [0] * 900)
    strays = [targets[np.random.default_rng(seed).permutation(1000)[:200]].sum() - 20 for seed in range(20)]
    assert max(map(abs, strays)) > 1


# ---------------------------------------------------------------- statistics


def test_mean_and_deviation_are_numpys_in_float64():
    pictures = np.random.default_rng(0).integers(0, 256, (50, 9, 7, 3), np.uint8)
    mean, std = channel_mean_std(pictures)
    exact = pictures.astype(np.float64) / 255
    assert mean == pytest.approx(exact.mean((0, 1, 2)).tolist(), rel=1e-12)
    assert std == pytest.approx(exact.std((0, 1, 2)).tolist(), rel=1e-12)


def test_the_deviation_is_pooled_not_the_mean_of_each_pictures_own():
    """Two pictures of mean 0.2 and 0.8, each spread by 0.1: together 0.316, where the mean of the two would be 0.1."""
    dark, bright = (np.tile([[0.2 * 255 - 25.5, 0.2 * 255 + 25.5]], (4, 2)) + lift for lift in (0, 0.6 * 255))
    pictures = np.rint(np.stack([dark, bright])[..., None]).astype(np.uint8)
    (mean,), (std,) = channel_mean_std(pictures)
    assert mean == pytest.approx(0.5, abs=0.003)
    assert std == pytest.approx(np.sqrt(0.3**2 + 0.1**2), abs=0.002)


def test_streaming_in_small_pieces_gives_the_same_to_the_bit(monkeypatch):
    pictures = np.random.default_rng(0).integers(0, 256, (53, 9, 7, 3), np.uint8)
    whole = channel_mean_std(pictures)
    monkeypatch.setattr(statistics, "CHUNK", 400)
    assert channel_mean_std(pictures) == whole


def test_a_flat_channel_has_exactly_no_deviation():
    assert channel_mean_std(np.full((3, 8, 8, 1), 77, np.uint8)) == ([77 / 255], [0.0])


def test_a_class_without_pictures_counts_zero():
    assert class_counts(np.array([0, 2, 2]), 4) == [1, 0, 2, 0]
