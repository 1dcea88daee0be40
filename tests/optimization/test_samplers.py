"""Samplers: as many positions as pictures, a function of seed and epoch, and the share of each class as promised."""

from __future__ import annotations

import pytest
import torch

from cnn_core.base.options import parse_options
from cnn_core.optimization.samplers import SHELF

TARGETS = torch.tensor([0] * 70 + [1] * 25 + [3] * 5)  # class 2 has none
named = pytest.mark.parametrize("name", SHELF.names())


def order(name, epoch=0, seed=0, targets=TARGETS, **options):
    entry = SHELF.load(name)
    return entry.build(parse_options(entry.options, options, name), targets, seed, epoch)


def counted(found):
    return torch.bincount(TARGETS[found], minlength=4).tolist()


@named
def test_an_epoch_has_as_many_positions_as_pictures_and_is_a_function_of_seed_and_epoch(name):
    found = order(name, epoch=3, seed=5)
    assert (found.shape, found.dtype, found.device.type) == (TARGETS.shape, torch.int64, "cpu")
    assert torch.equal(found, order(name, epoch=3, seed=5))
    assert not torch.equal(found, order(name, epoch=4, seed=5))
    assert not torch.equal(found, order(name, epoch=3, seed=6))


def test_shuffling_gives_the_order_that_runs_always_had():
    for seed, epoch in ((0, 0), (7, 3)):
        generator = torch.Generator().manual_seed(seed * 1_000_003 + epoch)
        assert torch.equal(order("shuffle", epoch, seed), torch.randperm(100, generator=generator))


def test_oversampling_shows_each_class_as_often_and_no_picture_more_than_its_share():
    found = order("oversample")
    assert sorted(counted(found)) == [0, 33, 33, 34]
    rare = torch.bincount(found, minlength=100)[95:]
    assert rare.max() - rare.min() <= 1


def test_over_some_epochs_oversampling_shows_everything():
    assert len(torch.cat([order("oversample", epoch) for epoch in range(20)]).unique()) == 100


def test_undersampling_shows_only_as_many_of_each_class_as_the_rarest_has():
    found = order("undersample")
    assert len(found.unique()) == 15
    assert counted(found.unique()) == [5, 5, 0, 5]
    often = torch.bincount(found)[found.unique()]
    assert often.max() - often.min() <= 1


def test_undersampling_draws_others_in_every_epoch_unless_told_to_keep_them():
    assert len(torch.cat([order("undersample", epoch) for epoch in range(40)]).unique()) > 60
    kept = [order("undersample", epoch, redraw=False) for epoch in range(3)]
    assert len(torch.cat(kept).unique()) == 15
    assert not torch.equal(kept[0], kept[1])


@named
def test_classes_of_one_size_stay_of_one_size(name):
    targets = torch.arange(60) % 3
    assert torch.bincount(targets[order(name, targets=targets)]).tolist() == [20, 20, 20]
