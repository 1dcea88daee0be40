"""Many small pictures as one file: cut up again, each is what it was."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from cnn_core.figures.sheet import sheet


def opened(uri: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))))


def cells(found) -> list[np.ndarray]:
    """What a browser shows: cell i without its edge, as `pages/parts/gallery.py` cuts it."""
    whole = opened(found.uri)
    size = (found.height + 2, found.width + 2)
    corners = [(i // found.columns * size[0] + 1, i % found.columns * size[1] + 1) for i in range(found.count)]
    return [whole[y : y + found.height, x : x + found.width] for y, x in corners]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("count", [1, 5, 12])
def test_each_picture_comes_back_whole_and_in_order(count, channels):
    pictures = np.random.default_rng(0).integers(0, 256, (count, 6, 9, channels), np.uint8)
    found = sheet(pictures)
    assert found.columns * found.rows >= count
    for cell, picture in zip(cells(found), pictures, strict=True):
        assert (cell.reshape(picture.shape) == picture).all()


def test_the_edge_repeats_the_pictures_own_border_so_that_no_neighbour_shows():
    pictures = np.stack([np.full((4, 4, 1), 10, np.uint8), np.full((4, 4, 1), 200, np.uint8)])
    whole = opened(sheet(pictures).uri)
    assert set(whole[:, :6].ravel()) == {10}
    assert set(whole[:, 6:].ravel()) == {200}


def test_large_pictures_are_shrunk_and_keep_their_proportions():
    found = sheet(np.full((3, 64, 128, 1), 7, np.uint8), most=32)
    assert (found.height, found.width) == (16, 32)
    assert all((cell == 7).all() for cell in cells(found))


def test_heavy_colour_goes_as_webp_and_looks_the_same():
    ramp = np.linspace(0, 255, 64, dtype=np.uint8)
    pictures = np.broadcast_to(ramp[None, :, None, None], (60, 64, 64, 3)).copy()
    found = sheet(pictures)
    assert found.uri.startswith("data:image/webp")
    assert np.abs(cells(found)[7].astype(int) - pictures[7]).mean() < 4


@pytest.mark.parametrize("shape", [(0, 4, 4, 1), (2, 4, 4, 4), (4, 4)])
def test_what_is_no_stack_of_pictures_is_refused(shape):
    with pytest.raises(ValueError, match="pictures must be uint8"):
        sheet(np.zeros(shape, np.uint8))
    with pytest.raises(ValueError, match="pictures must be uint8"):
        sheet(np.zeros((2, 4, 4, 1), np.float32))
