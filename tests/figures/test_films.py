"""Films as pictures: each frame in its place, and an animation that another reader takes apart again."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image, ImageSequence

from cnn_core.figures.films import GREY, animation_uri, laid, strips


def films(count=2, frames=5, colors=3, height=6, width=4):
    return np.random.default_rng(0).integers(0, 256, (count, height, width, frames * colors), np.uint8)


@pytest.mark.parametrize("colors", [1, 3])
def test_the_frames_of_a_strip_stand_side_by_side_a_pixel_apart(colors):
    stored = films(colors=colors)
    found = strips(stored, 5)
    assert found.shape == (2, 6, 5 * 5 - 1, colors)
    for number in range(5):
        frame = stored[..., number * colors : (number + 1) * colors]
        assert np.array_equal(found[:, :, number * 5 : number * 5 + 4], frame)
    assert (found[:, :, 4::5] == GREY).all()


def test_a_film_in_rows_is_about_square_and_goes_left_to_right_then_down():
    stored = films(frames=6, colors=1, height=4)
    found = laid(stored, 6)
    assert found.shape == (2, 2 * 5 - 1, 3 * 5 - 1, 1)
    assert np.array_equal(found[:, 5:, 5:9], stored[..., 4:5])  # the fifth: second row, second column
    assert (laid(films(frames=5, colors=1, height=4), 5)[:, 5:, 10:] == GREY).all()  # no frame is there


def test_an_animation_has_the_frames_in_order_and_exactly_their_pixels():
    film = films(1, 3, 1, 4, 4)[0]
    data = base64.b64decode(animation_uri(film, 3, side=8).partition(",")[2])
    with Image.open(io.BytesIO(data)) as opened:
        shown = [np.asarray(one.convert("L")) for one in ImageSequence.Iterator(opened)]
    assert len(shown) == 3
    for number, one in enumerate(shown):
        assert np.array_equal(one, film[..., number].repeat(2, 0).repeat(2, 1))
