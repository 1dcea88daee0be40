"""Patches change places and stay whole."""

from __future__ import annotations

import numpy as np
import pytest

from cnn_core.base.errors import UserError
from cnn_core.pictures.patches import shuffled

NOISE = np.random.default_rng(0).integers(0, 256, (240, 12, 8, 3), np.uint8)


def patches(picture, a_side):
    rows = np.split(picture, a_side, 0)
    return sorted(part.tobytes() for row in rows for part in np.split(row, a_side, 1))


@pytest.mark.parametrize("a_side", [1, 2, 4])
def test_each_picture_keeps_its_patches_whole(a_side):
    mixed = shuffled(NOISE, a_side, 0)
    assert mixed.dtype == np.uint8
    assert all(patches(one, a_side) == patches(other, a_side) for one, other in zip(NOISE, mixed, strict=True))
    same = (mixed == NOISE).all((1, 2, 3)).mean()
    expected = {1: 1.0, 2: 1 / 24, 4: 0.0}[a_side]
    assert same == pytest.approx(expected, abs=0.05)


def test_every_patch_comes_to_every_place_equally_often():
    numbers = np.repeat(np.repeat(np.arange(4, dtype=np.uint8).reshape(1, 2, 2, 1), 3, 1), 3, 2).repeat(4000, 0)
    mixed = shuffled(numbers, 2, 1)[:, ::3, ::3, 0].reshape(-1, 4)
    for place in range(4):
        assert np.bincount(mixed[:, place]) / 4000 == pytest.approx(np.full(4, 0.25), abs=0.03)


def test_the_seed_decides():
    assert np.array_equal(shuffled(NOISE, 2, 3), shuffled(NOISE, 2, 3))
    assert not np.array_equal(shuffled(NOISE, 2, 3), shuffled(NOISE, 2, 4))


@pytest.mark.parametrize("a_side", [0, 3, 13])
def test_pictures_that_cannot_be_cut_evenly_are_refused(a_side):
    with pytest.raises(UserError, match=rf"12x8 pixels cannot be cut into {a_side} equal parts"):
        shuffled(NOISE, a_side, 0)
