"""Pictures from arrays and Pillow, and arrays as PNG."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from cnn_core.base.errors import BadPicture, UserError
from cnn_core.pictures import as_picture, from_array, from_image, thumbnail
from tests.pictures import corpus
from tests.pictures.corpus import rgb, saved


@pytest.mark.parametrize(("shape", "mode"), [((9, 12), "L"), ((9, 12, 1), "L"), ((9, 12, 3), "RGB")])
def test_an_array_of_bytes_is_a_picture(shape, mode):
    array = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    picture = from_array(array)
    assert picture.image.mode == mode
    assert np.array_equal(np.asarray(picture.image), array.reshape(shape[:2] if mode == "L" else shape))


def test_an_array_with_alpha_is_laid_on_white():
    picture = from_array(np.zeros((9, 9, 4), np.uint8))
    assert np.asarray(picture.image).min() == 255
    assert picture.notes == ["Transparent parts were laid on white."]


def test_an_array_that_is_reversed_or_read_only_is_a_picture_as_well():
    array = np.arange(300, dtype=np.uint8).reshape(10, 10, 3)[::-1, ::2]
    array.flags.writeable = False
    assert np.array_equal(np.asarray(from_array(array).image), array)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((8, 8)),
        np.zeros((8, 8), np.uint16),
        np.zeros(8, np.uint8),
        np.zeros((8, 8, 2), np.uint8),
        np.zeros((1, 8, 8, 3), np.uint8),
        np.zeros((0, 8), np.uint8),
        [[1, 2]],
    ],
    ids=lambda value: f"{getattr(value, 'dtype', 'list')}",
)
def test_an_array_of_another_form_is_refused_with_its_form(array):
    with pytest.raises(UserError, match=r"must be uint8 of shape \(H, W\) or \(H, W, C\).*this one is "):
        from_array(array)


def test_a_floating_array_is_named_in_the_sentence():
    with pytest.raises(UserError, match=r"this one is float64 \(8, 9\)"):
        from_array(np.zeros((8, 9)))


def test_an_array_beyond_the_limits_is_refused():
    with pytest.raises(BadPicture, match="one side more than 50 times"):
        from_array(np.zeros((1, 1000), np.uint8))


def test_a_pillow_picture_is_turned_and_its_alpha_laid_on_white():
    turned = Image.open(io.BytesIO(corpus.turned(6, "PNG")))
    assert np.array_equal(np.asarray(from_image(turned).image), np.asarray(corpus.quadrants()))
    assert np.asarray(from_image(Image.new("RGBA", (9, 9), (255, 0, 0, 0))).image).min() == 255


def test_a_pillow_picture_that_cannot_be_loaded_is_refused():
    cut = Image.open(io.BytesIO(saved(rgb(), "JPEG")[:-300]))
    with pytest.raises(BadPicture, match=r"^a could not be read: the file ends too early"):
        from_image(cut, "a")


MODES = [
    "1",
    "L",
    "P",
    "RGB",
    "RGBA",
    "CMYK",
    "YCbCr",
    "LAB",
    "HSV",
    "I",
    "F",
    "LA",
    "PA",
    "RGBX",
    "RGBa",
    "La",
    "I;16",
]


@pytest.mark.parametrize("mode", MODES)
def test_a_pillow_picture_of_any_mode_becomes_grey_or_colour(mode):
    assert from_image(Image.new(mode, (12, 9))).image.mode in ("L", "RGB")


def test_the_callers_picture_is_left_alone():
    mine = rgb()
    mine.info["mine"] = 1
    from_image(mine)
    assert mine.info == {"mine": 1}


def test_bytes_a_path_a_pillow_picture_and_an_array_give_the_same(tmp_path):
    data = saved(rgb(), "PNG")
    (tmp_path / "a.png").write_bytes(data)
    sources = [data, tmp_path / "a.png", str(tmp_path / "a.png"), rgb(), np.asarray(rgb())]
    assert all(np.array_equal(np.asarray(as_picture(one).image), np.asarray(rgb())) for one in sources)


def test_a_thumbnail_fits_the_side_and_keeps_the_proportions():
    assert thumbnail(rgb(), 24).size == (24, 16)
    assert thumbnail(Image.new("L", (2000, 40)), 64).size == (64, 1)


def test_a_small_picture_is_enlarged_with_its_pixels_visible():
    small = Image.fromarray(np.array([[0, 255], [255, 0]], np.uint8))
    assert np.unique(np.asarray(thumbnail(small, 8))).tolist() == [0, 255]
