"""A drawn sign is brought to size and place as the data set's own were; everything else stays as it was drawn."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from cnn_core.data import store
from cnn_core.data.sets import SHELF
from cnn_core.pictures.drawing import Drawing, drawing_of, ink
from cnn_core.pictures.framing import MNIST, OPTICAL, PLAIN, Framing, Paper, framed, on_paper
from tests.pictures.strokes import FOUR, ONE, SEVEN, strokes

BY_MASS = Framing(28, 20, 20, centre="mass")


def bar(height: int, width: int, top: int = 0, left: int = 0) -> np.ndarray:
    """A full bar somewhere in a square of 100."""
    sheet = np.zeros((100, 100), np.uint8)
    sheet[top : top + height, left : left + width] = 255
    return sheet


def box(picture: np.ndarray) -> tuple[int, int, int, int]:
    """(top, bottom, left, right) of what is not empty, ends included."""
    rows, columns = np.flatnonzero(picture.any(1)), np.flatnonzero(picture.any(0))
    return int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])


# --- MNIST's rule, by hand ------------------------------------------------------------------------


def test_a_bar_of_two_to_one_becomes_ten_by_twenty_around_the_fourteenth_pixel():
    """Mass at 9.5 down and 4.5 across: 14 - 9.5 = 4.5, rounded to the even 4; 14 - 4.5 = 9.5, to 10."""
    assert box(framed(bar(80, 40, 3, 50), BY_MASS)) == (4, 23, 10, 19)
    assert box(framed(bar(40, 80, 30, 5), BY_MASS)) == (10, 19, 4, 23)


def test_it_is_the_centre_of_mass_and_not_of_the_box():
    """A foot of 100 x 20 under a mast of 80 x 20 at its left, scaled to 20 x 20: mass 4 x 16 = 64 at (7.5, 1.5) and
    20 x 4 = 80 at (17.5, 9.5): 13.06 down, 5.94 across; so its corner goes to (1, 8)."""
    sheet = bar(100, 20)
    sheet[80:] = 255
    assert box(framed(sheet, BY_MASS)) == (1, 20, 8, 27)
    middle = Framing(28, 20, 20, centre="middle")
    assert box(framed(sheet, middle)) == (4, 23, 4, 23)


def test_a_lopsided_sign_stays_inside_of_the_field():
    sheet = bar(100, 4)
    sheet[97:, :] = 255
    sheet[:, :4] = 255
    found = framed(np.where(sheet, np.uint8(255), np.uint8(0)), Framing(22, 20, 20, centre="mass"))
    assert box(found)[0] >= 0
    assert found.sum() > 0
    assert box(found)[3] <= 21


def test_ink_is_scaled_by_the_mean_of_areas():
    """Stripes of one row in two are grey when two rows become one."""
    sheet = np.zeros((40, 40), np.uint8)
    sheet[::2], sheet[:, 0] = 255, 255
    sheet[39, 39] = 255
    found = framed(sheet, BY_MASS)
    top, bottom, left, right = box(found)
    assert set(np.unique(found[top:bottom, left + 1 : right + 1])) == {128}


def test_size_and_place_of_a_drawing_change_nothing_beyond_its_edges():
    large = on_paper(drawing_of(strokes(SEVEN)), MNIST, 28, 28)
    moved = on_paper(drawing_of(strokes(SEVEN, moved=(-40, 25))), MNIST, 28, 28)
    assert np.abs(large.astype(int) - moved).mean() < 2


def test_an_empty_sheet_stays_empty():
    assert not framed(np.zeros((50, 50), np.uint8), BY_MASS).any()
    assert not on_paper(Drawing(), MNIST, 28, 28).any()
    assert on_paper(Drawing(), PLAIN, 28, 28).min() == 255


def test_every_picture_of_mnist_is_already_as_the_rule_would_make_it(mnist):
    """The witness: our rule is the one by which MNIST itself was made."""
    pictures = store.load("mnist", SHELF.load("mnist").options()).splits["test"].pictures[:2000, ..., 0]
    assert sum(np.array_equal(framed(one, BY_MASS), one) for one in pictures) == 2000


def test_twin_another_centre_or_box_would_be_noticed(mnist):
    pictures = store.load("mnist", SHELF.load("mnist").options()).splits["test"].pictures[:200, ..., 0]
    for other in (Framing(28, 20, 20), Framing(28, 18, 18, centre="mass")):
        assert sum(np.array_equal(framed(one, other), one) for one in pictures) < 60


# --- the optical digits' --------------------------------------------------------------------------


def test_a_sign_fills_the_height_and_only_what_is_too_wide_is_squeezed():
    rule = OPTICAL.framing
    assert rule is not None
    assert box(framed(bar(80, 40), rule)) == (0, 31, 8, 23)
    assert box(framed(bar(40, 80), rule)) == (0, 31, 4, 27)


def test_pixels_are_the_means_of_blocks_of_four_by_four():
    found = on_paper(drawing_of(strokes(FOUR)), OPTICAL, 8, 8)
    rule = OPTICAL.framing
    assert rule is not None
    blocks = framed(ink(drawing_of(strokes(FOUR))), rule).reshape(8, 4, 8, 4).mean(axis=(1, 3))
    assert np.abs(found - blocks).max() < 1


def test_the_digits_themselves_fill_the_height_and_are_six_columns_wide():
    """What the rule was read from."""
    part = store.load("digits", SHELF.load("digits").options()).splits["train"]
    there = part.pictures[..., 0] > 0
    assert (there.any(axis=2).sum(axis=1) == 8).all()
    assert there.any(axis=1).sum(axis=1).mean() == pytest.approx(5.9, abs=0.2)


# --- every other ----------------------------------------------------------------------------------


@pytest.mark.parametrize("dark", [True, False])
def test_what_is_not_framed_is_taken_as_it_was_drawn(dark):
    drawing = drawing_of(strokes(SEVEN, moved=(30, 20)))
    found = on_paper(drawing, Paper(dark=dark), 28, 28)
    drawn = ink(drawing)
    np.testing.assert_array_equal(found, drawn if dark else 255 - drawn)


def test_what_a_drawing_is_like_is_a_fact_of_the_data_set():
    facts = {name: SHELF.load(name).build.facts(SHELF.load(name).options()).paper for name in SHELF.names()}
    assert facts["mnist"] == MNIST
    assert facts["digits"] == OPTICAL
    assert facts["fashion_mnist"] == Paper(dark=True)
    assert facts["cifar10"] is facts["cifar100"] is facts["shapes"] is None


@pytest.mark.parametrize(("corners", "digit"), [(SEVEN, 7), (ONE, 1), (FOUR, 4)])
def test_what_is_drawn_by_hand_lies_among_mnists_own_of_that_digit(mnist, corners, digit):
    """Most of the seven nearest of 10,000 training pictures, pixel by pixel, wherever it was drawn."""
    part = store.load("mnist", SHELF.load("mnist").options()).splits["train"]
    known = part.pictures[:10_000, ..., 0].astype(np.float32)
    for moved in ((0, 0), (-40, 20)):
        drawn = on_paper(drawing_of(strokes(corners, moved=moved)), MNIST, 28, 28)
        nearest = np.argsort(((known - drawn) ** 2).sum(axis=(1, 2)))[:7]
        assert (part.targets[nearest] == digit).sum() >= 5


def test_twin_without_the_framing_they_lie_elsewhere(mnist):
    part = store.load("mnist", SHELF.load("mnist").options()).splits["train"]
    known = part.pictures[:10_000, ..., 0].astype(np.float32)
    found = []
    for corners, digit in ((SEVEN, 7), (ONE, 1), (FOUR, 4)):
        drawn = np.asarray(Image.fromarray(ink(drawing_of(strokes(corners, moved=(-40, 30))))).resize((28, 28)))
        nearest = np.argsort(((known - drawn.astype(np.float32)) ** 2).sum(axis=(1, 2)))[:7]
        found.append((part.targets[nearest] == digit).sum() >= 5)
    assert not all(found)
