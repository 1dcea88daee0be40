"""Moving shapes: the class is the way a figure goes, and nothing else in a film says it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from cnn_core.base.errors import UserError
from cnn_core.data.sets import SHELF, SPLITS
from cnn_core.data.sets.moving_shapes import WAYS, draw_films

ENTRY = SHELF.load("moving_shapes")


def load(**options):
    return ENTRY.build.load(ENTRY.options(**options), None)


def clean(target, frames=6, size=16, seed=0):
    """One film without noise, as its frames (T, H, W)."""
    film = draw_films(np.array([target]), frames, size, 0.0, np.random.default_rng(seed))[0]
    return film.transpose(2, 0, 1)


def test_a_film_stands_in_the_channels_and_the_facts_say_how_long_it_is():
    facts = ENTRY.build.facts(ENTRY.options(frames=5, size=12, count=200))
    assert (facts.shape, facts.frames, facts.classes) == ((5, 12, 12), 5, tuple(WAYS))
    assert load(frames=5, size=12, count=200).splits["test"].pictures.shape == (40, 12, 12, 5)


def test_the_same_options_draw_the_same_films_and_another_seed_others():
    one, same, other = load(count=160), load(count=160), load(count=160, seed=1)
    assert all(np.array_equal(one.splits[split].pictures, same.splits[split].pictures) for split in SPLITS)
    assert not np.array_equal(one.splits["train"].pictures, other.splits["train"].pictures)


@pytest.mark.parametrize(("target", "way"), list(enumerate(WAYS.values())))
@pytest.mark.parametrize("seed", range(4))
def test_each_frame_is_the_one_before_moved_the_way_of_the_class_round_the_edges(target, way, seed):
    frames = clean(target, seed=seed)
    down, right = way
    speeds = {
        speed
        for speed in (1, 2)
        if all(
            np.array_equal(np.roll(one, (down * speed, right * speed), (0, 1)), after)
            for one, after in pairwise(frames)
        )
    }
    assert len(speeds) == 1


def test_a_film_backwards_is_one_of_the_opposite_class():
    """So a network that is right on films is always wrong on reversed ones, and the other way round."""
    for target, (down, right) in enumerate(WAYS.values()):
        assert list(WAYS.values())[(target + 4) % 8] == (-down, -right)


def test_no_place_is_more_likely_at_any_moment_whatever_the_way():
    """On average over many films of a class every pixel of every frame is equally bright: no frame gives it away."""
    films = draw_films(np.full(4000, 1), 4, 8, 0.0, np.random.default_rng(0)).astype(float)
    means = films.mean(0)
    assert means.std() < 4 * films.std() / np.sqrt(len(films))


def test_noise_has_the_deviation_that_was_asked_for():
    clean_films, noisy = (
        draw_films(np.zeros(200, dtype=int), 3, 16, noise, np.random.default_rng(0)).astype(float)
        for noise in (0.0, 0.1)
    )
    assert (noisy - clean_films).std() == pytest.approx(25.5, rel=0.03)  # a little is clipped


def test_more_films_than_memory_should_hold_are_refused():
    with pytest.raises(UserError, match=r"data.count 200000 with data.size 64 .*; at most 16384 such films are drawn"):
        load(count=200_000, size=64, frames=32)
