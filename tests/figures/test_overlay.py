"""Pictures for the page: heat as light by the look book's formula, true scales, frames, squares."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from cnn_core.figures.heat import HEAT_COLORS, color_bar, heat_table, paint
from cnn_core.figures.overlay import beside, enlarged, framed, grey, heat_picture, npy, overlay, png, rgb, squared

RNG = np.random.default_rng(0)
COLOUR = RNG.integers(0, 256, (8, 8, 3), np.uint8)
HEAT = RNG.random((8, 8)).astype(np.float32) * 0.4


# --- colours --------------------------------------------------------------------------------------


def test_inferno_is_the_published_map_within_two_levels():
    published = pytest.importorskip("matplotlib").colormaps["inferno"](np.arange(256))[:, :3]
    assert np.abs(heat_table("inferno") - published).max() * 255 < 2


def test_jet_bends_where_matlab_bends_it():
    """jet(8) of MATLAB's manual: dark blue, blue, light blue, cyan, yellow, orange, red, dark red at odd eighths."""
    at = {0.0: (0, 0, 0.5), 0.125: (0, 0, 1), 0.375: (0, 1, 1), 0.5: (0.5, 1, 0.5), 0.875: (1, 0, 0), 1.0: (0.5, 0, 0)}
    for where, expected in at.items():
        np.testing.assert_allclose(heat_table("jet")[round(where * 255)], expected, atol=0.012)


@pytest.mark.parametrize("colors", HEAT_COLORS)
def test_the_colour_bar_runs_from_no_heat_to_most_heat(colors):
    bar = color_bar(colors, width=64)
    table = np.round(heat_table(colors) * 255)
    assert bar.shape == (12, 64, 3)
    np.testing.assert_array_equal(bar[:, 0], np.broadcast_to(table[0], (12, 3)))
    np.testing.assert_array_equal(bar[:, -1], np.broadcast_to(table[-1], (12, 3)))


def test_half_the_maximum_gets_the_colour_in_the_middle():
    heat = np.array([[0, 0.25, 0.5]], np.float32)
    np.testing.assert_allclose(paint(heat)[0], heat_table()[[0, 128, 255]], atol=1e-6)


def test_no_heat_at_all_is_the_first_colour_and_not_noise():
    np.testing.assert_array_equal(paint(np.zeros((2, 2), np.float32)), np.broadcast_to(heat_table()[0], (2, 2, 3)))


# --- the overlay ----------------------------------------------------------------------------------


def by_hand(pixel: np.ndarray, share: float, opacity: float) -> np.ndarray:
    """The look book's formula for one pixel: 1 - (1 - grey*(1-.3*k)) * (1 - heat*k), k = min(1, 1.85*opacity)."""
    k = min(1.0, 1.85 * opacity)
    light = heat_table()[round(share * 255)]
    dim = (0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2]) / 255
    return np.round(255 * (1 - (1 - dim * (1 - 0.3 * k)) * (1 - light * k)))


@pytest.mark.parametrize("opacity", [0.0, 0.2, 0.5, 1.0])
def test_the_overlay_is_the_look_books_formula(opacity):
    heat = np.full((8, 8), 0.2, np.float32)
    heat[:4] = 0.4  # upper half: the maximum, lower half: half of it
    shown = overlay(COLOUR, heat, opacity, side=8)
    for row, share in ((0, 1.0), (7, 0.5)):
        np.testing.assert_allclose(shown[row, 2], by_hand(COLOUR[row, 2], share, opacity), atol=1)


def test_opacity_0_shows_the_bare_picture_in_grey():
    np.testing.assert_allclose(overlay(COLOUR, HEAT, 0, side=8)[..., 0] / 255, grey(COLOUR), atol=0.003)


def test_every_colour_of_the_overlay_is_heat():
    shown = overlay(COLOUR, np.zeros((8, 8), np.float32), 0.5, colors="inferno", side=8)
    assert (np.ptp(shown.astype(int), axis=2) <= 6).all()  # inferno starts at nearly black


def test_the_photos_colours_can_be_kept():
    shown = overlay(COLOUR, np.zeros((8, 8), np.float32), 0, in_color=True, side=8)
    np.testing.assert_allclose(shown, COLOUR, atol=1)


def test_dark_places_stay_readable_where_there_is_no_heat():
    """Light is added, never laid over: without heat the order of bright and dark stays."""
    ramp = np.arange(64, dtype=np.uint8).reshape(8, 8) * 4
    shown = overlay(ramp, np.zeros((8, 8), np.float32), 1.0, side=8)[..., 1].reshape(-1).astype(int)
    assert (np.diff(shown) >= 0).all()
    assert shown[-1] > shown[0]


def test_the_heat_alone_ends_at_its_true_maximum():
    np.testing.assert_array_equal(heat_picture(HEAT, side=8), heat_picture(HEAT * 100, side=8))
    brightest = np.unravel_index(HEAT.argmax(), HEAT.shape)
    np.testing.assert_array_equal(heat_picture(HEAT, side=8)[brightest], np.round(heat_table()[255] * 255))


# --- sizes, frames, files -------------------------------------------------------------------------


def test_a_small_picture_keeps_its_pixels_as_squares():
    large = enlarged(COLOUR, 32)
    np.testing.assert_array_equal(large[::4, ::4], COLOUR)
    np.testing.assert_array_equal(large[3::4, 3::4], COLOUR)


def test_a_photograph_keeps_its_proportions():
    assert enlarged(np.zeros((300, 451, 3), np.uint8), 512).shape == (341, 512, 3)
    assert enlarged(np.zeros((4000, 80), np.uint8), 512).shape == (512, 10, 3)


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 1), (5, 7, 3)])
def test_grey_and_colour_both_become_rgb(shape):
    picture = RNG.integers(0, 256, shape, np.uint8)
    assert rgb(picture).shape == (5, 7, 3)
    np.testing.assert_array_equal(rgb(picture)[..., 0], picture.reshape(5, 7, -1)[..., 0])


def test_grey_is_pillows():
    expected = np.asarray(Image.fromarray(COLOUR).convert("L"))
    np.testing.assert_allclose(grey(COLOUR) * 255, expected, atol=1)


def test_a_frame_lies_inside_its_window_and_touches_nothing_else():
    picture = np.full((100, 200, 3), 90, np.uint8)
    shown = framed(picture, (50, 20, 150, 80), side=200)
    assert (shown[50, 52] == 255).all()
    assert (shown[50, 100] == 90).all()
    assert (shown[22, 100] == 255).all()
    assert (shown[50, 30] == 90).all()


def test_a_window_that_is_all_of_it_has_no_frame():
    picture = np.full((100, 200, 3), 90, np.uint8)
    assert (framed(picture, (0, 0, 200, 100), side=200) == 90).all()
    assert (framed(picture, (-10.0, -60.0, 210.0, 160.0), side=200) == 90).all()  # padded: it gets more than all


def test_a_square_has_the_picture_in_its_middle_and_clear_margins():
    whole = squared(np.full((20, 40, 3), 7, np.uint8), side=40, radius=2)
    assert whole.shape == (40, 40, 4)
    assert (whole[:10, :, 3] == 0).all()
    assert (whole[30:, :, 3] == 0).all()
    assert (whole[20, :, :] == [7, 7, 7, 255]).all()
    assert whole[10, 0, 3] < 255  # a rounded corner


@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 1), (4, 6, 3), (4, 6, 4)])
def test_a_png_brings_every_pixel_back(shape):
    picture = RNG.integers(0, 256, shape, np.uint8)
    back = np.asarray(Image.open(io.BytesIO(png(picture))))
    np.testing.assert_array_equal(back, picture[..., 0] if shape[2:] == (1,) else picture)


def test_a_npy_brings_every_number_back():
    back = np.load(io.BytesIO(npy(HEAT)), allow_pickle=False)
    assert back.dtype == np.float32
    np.testing.assert_array_equal(back, HEAT)


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 1), (5, 7, 3)])
def test_a_png_holds_exactly_the_array(shape):
    array = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(png(array)))), array.reshape(np.squeeze(array).shape))


def test_pictures_stand_side_by_side_with_a_white_gap():
    dark, red = np.zeros((4, 3, 3), np.uint8), np.full((4, 3, 3), (255, 0, 0), np.uint8)
    both = beside([dark, red], gap=2)
    assert both.shape == (4, 8, 3)
    np.testing.assert_array_equal(both[:, :3], dark)
    assert (both[:, 3:5] == 255).all()
    np.testing.assert_array_equal(both[:, 5:], red)
