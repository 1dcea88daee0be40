"""Filters and maps as pictures: zero is the middle, one scale for all, nothing is lost in a mosaic."""

from __future__ import annotations

import numpy as np
import pytest

from cnn_core.figures.heat import paint
from cnn_core.figures.overlay import enlarged, grey, overlay, spread
from cnn_core.figures.signed import HALF, paint_signed, signed_bar, signed_overlay, signed_picture, tint_bar
from cnn_core.figures.tiles import (
    color_tiles,
    enlarge,
    filter_tiles,
    kernel_table,
    map_tiles,
    mosaic,
    strongest_inputs,
    vector_tiles,
)

# What people without one kind of cone see: linear RGB, complete deficiency (G. Machado and others, 2009).
BLIND = {
    "no long cones": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no middle cones": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "no short cones": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}


def floats(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def lab(color):
    """CIE L*a*b* of linear RGB."""
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ color
    x, y, z = np.cbrt(np.clip(xyz / [0.9505, 1, 1.089], 1e-4, None))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def linear(color):
    color = np.asarray(color, float)
    return np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)


# --- signed colours ---------------------------------------------------------------------------------------------------


def test_zero_is_exactly_the_middle_and_both_ends_are_the_largest_value():
    table = paint_signed(np.linspace(-1, 1, 2 * HALF + 1, dtype=np.float32))
    values = np.array([-2, 0, 2, 1, -7, 7], np.float32)
    assert np.array_equal(paint_signed(values, 2), table[[0, HALF, -1, HALF + 64, 0, -1]])
    assert np.array_equal(paint_signed(np.zeros(3, np.float32)), table[[HALF] * 3])


def test_both_sides_are_equally_light_and_get_darker_all_the_way():
    light = np.array([lab(linear(one))[0] for one in paint_signed(np.linspace(-1, 1, 2 * HALF + 1, dtype=np.float32))])
    assert np.all(np.diff(light[: HALF + 1]) > 0)
    assert np.all(np.diff(light[HALF:]) < 0)
    assert np.abs(light - light[::-1]).max() < 6


@pytest.mark.parametrize("kind", BLIND)
def test_the_two_sides_differ_for_the_colour_blind(kind):
    for share in (0.4, 0.7, 1.0):
        below, above = (linear(one) for one in paint_signed(np.array([-share, share], np.float32), 1.0))
        seen = [lab(np.clip(np.array(BLIND[kind]) @ one, 0, 1)) for one in (below, above)]
        assert np.linalg.norm(seen[0] - seen[1]) > 15  # a difference of 2 can be seen side by side


def test_the_bar_is_the_scale():
    bar = signed_bar(255, 4)
    assert bar.shape == (4, 255, 3)
    assert np.array_equal(bar[0], np.round(paint_signed(np.linspace(-1, 1, 255, dtype=np.float32), 1.0) * 255))


# --- filters ----------------------------------------------------------------------------------------------------------


def test_colour_filters_keep_their_channels_and_zero_is_middle_grey():
    weights = np.zeros((2, 3, 1, 2), np.float32)
    weights[0, 0, 0, 0], weights[0, 2, 0, 1], weights[1, 1] = 2, -2, 1
    found = color_tiles(weights, 2)
    assert found.shape == (2, 1, 2, 3)
    assert found[0, 0].tolist() == [[255, 128, 128], [128, 128, 0]]
    assert found[1, 0, 0].tolist() == [128, 191, 128]  # half of the scale, not of its own largest
    assert (color_tiles(weights * 0, 0) == 128).all()


def test_a_filter_of_many_maps_shows_the_input_that_it_weighs_most_or_the_one_that_is_asked():
    weights = floats(5, 4, 3, 3)
    weights[2, 3] *= 10
    assert strongest_inputs(weights)[2] == 3
    strongest = filter_tiles(weights, 1.0, strongest_inputs(weights))
    assert np.array_equal(strongest[2], np.round(paint_signed(weights[2, 3], 1.0) * 255))
    assert np.array_equal(filter_tiles(weights, 1.0, 1)[4], np.round(paint_signed(weights[4, 1], 1.0) * 255))


@pytest.mark.parametrize("shape", [(5, 4, 3, 3), (5, 4, 1, 1), (3, 600, 1, 1), (600, 900, 3, 3)])
def test_a_table_has_a_row_a_filter_and_a_column_an_input(shape):
    weights = floats(*shape)
    count, inputs, height, width = shape
    order = np.arange(count)[::-1]
    found = kernel_table(weights, 2.0, order)
    gap = 0 if height == 1 else 1
    times = len(found) // (count * (height + gap) - gap)
    small = found[::times, ::times]
    assert small.shape == (count * (height + gap) - gap, inputs * (width + gap) - gap, 3)
    top, left = 1 * (height + gap), 2 * (width + gap)
    expected = np.round(paint_signed(weights[order[1], 2], 2.0) * 255)
    assert np.array_equal(small[top : top + height, left : left + width], expected)


# --- maps -------------------------------------------------------------------------------------------------------------


def test_on_a_shared_scale_a_weak_map_is_dark_and_on_its_own_it_is_bright():
    maps = np.stack([np.eye(4), 4 * np.eye(4)]).astype(np.float32)
    shared, own = map_tiles(maps, signed=False, most=4.0), map_tiles(maps, signed=False)
    assert np.array_equal(own[0], own[1])
    assert np.array_equal(shared[1], own[1])
    assert shared[0].sum() < own[0].sum()
    assert np.array_equal(shared[0], np.round(paint(maps[0], 4.0) * 255))


def test_a_map_of_zeros_is_painted_without_a_complaint():
    for signed in (False, True):
        assert map_tiles(np.zeros((1, 2, 2), np.float32), signed).std(axis=(1, 2)).max() == 0


def test_a_vector_is_one_tile_a_value_on_one_scale():
    found = vector_tiles(np.array([-1, 0, 0.5], np.float32), signed=True)
    assert found.shape == (3, 1, 1, 3)
    assert np.array_equal(found[2, 0, 0], np.round(paint_signed(np.array([0.5], np.float32), 1.0)[0] * 255))


@pytest.mark.parametrize(("count", "height", "width"), [(1, 3, 3), (7, 5, 2), (64, 55, 55), (500, 1, 1), (3, 2000, 10)])
def test_each_tile_stands_whole_in_the_mosaic(count, height, width):
    tiles = np.random.default_rng(0).integers(0, 255, (count, height, width, 3), np.uint8)  # never white
    found = mosaic(tiles)
    heights = np.flatnonzero((found != 255).any(axis=(1, 2)))
    assert heights[0] == 0
    assert (found[0, 0] == tiles[0, 0, 0]).all()
    inside = found[(found != 255).any(axis=2)]
    times = int(np.sqrt(len(inside) / (count * height * width)))
    assert len(inside) == count * height * width * times**2
    assert np.array_equal(np.sort(inside.ravel()), np.sort(tiles.repeat(times**2).ravel()))


def test_enlarging_is_by_whole_pixels():
    assert enlarge(np.zeros((10, 7, 3), np.uint8), 35).shape == (30, 21, 3)
    assert enlarge(np.zeros((10, 70, 3), np.uint8), 35).shape == (10, 70, 3)


# --- over the picture -------------------------------------------------------------------------------------------------


def test_a_map_of_other_proportions_is_laid_over_all_of_the_picture():
    assert spread(floats(5, 9), 12, 16).shape == (12, 16)
    assert spread(np.full((3, 3), 2, np.float32), 12, 16) == pytest.approx(2)


def test_where_a_signed_map_is_zero_the_picture_is_bare():
    picture = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    values = np.zeros((8, 8), np.float32)
    values[:2] = -1
    found = signed_overlay(picture, values, side=64)
    bare = np.round(grey(enlarged(picture, 64))[..., None] * 255).repeat(3, axis=2)
    assert np.array_equal(found[40:], bare[40:].astype(np.uint8))
    assert (found[:8] != bare[:8]).any()
    assert found[0, :, 0].mean() > found[0, :, 2].mean()  # orange
    for side in (1.0, -1.0):
        assert signed_overlay(picture, values * 0, side).shape == (512, 512, 3)
    assert signed_picture(values, side=32).shape == (32, 32, 3)


def test_the_bar_under_the_picture_has_its_colours_and_bare_grey_in_the_middle():
    values = np.linspace(-1, 1, 255, dtype=np.float32)[None].repeat(255, axis=0)
    found = signed_overlay(np.full((255, 255), 127, np.uint8), values, side=255)
    bar = tint_bar(width=255, height=3)
    assert np.abs(found[100].astype(int) - bar[0]).max() <= 2
    assert np.ptp(bar[0, 127]) == 0
    assert np.abs(bar[0, 0].astype(int) - bar[0, -1]).max() > 150


def test_over_the_picture_too_a_shared_scale_makes_a_weak_map_weak():
    picture = np.full((8, 8), 100, np.uint8)
    heat = np.full((8, 8), 1, np.float32)
    own, weak = overlay(picture, heat, side=64), overlay(picture, heat, side=64, most=50.0)
    assert own.astype(int).sum() > weak.astype(int).sum()
    assert np.array_equal(own, overlay(picture, heat, side=64, most=1.0))
