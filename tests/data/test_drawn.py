"""Sets that are drawn here for one question each: what may give the class away does so exactly as often as asked."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from cnn_core.base.errors import UserError
from cnn_core.base.options import Facts, parse_options
from cnn_core.data.sets import SHELF, SPLITS
from cnn_core.data.sets.colors import COLOURS, GRAIN
from cnn_core.data.sets.grounds import TINTS
from cnn_core.data.sets.relations import SIGNS
from cnn_core.data.sets.textures import pattern
from cnn_core.pictures.coloring import greyed

NAMES = ("colors", "grounds", "textures", "relations")


def load(name, **options):
    entry = SHELF.load(name)
    return entry.build.load(entry.options(**options), None)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_options_draw_the_same_pictures_and_another_seed_others(name):
    one, same, other = load(name, count=90), load(name, count=90), load(name, count=90, seed=1)
    for split in SPLITS:
        assert np.array_equal(one.splits[split].pictures, same.splits[split].pictures)
        assert np.array_equal(one.splits[split].masks, same.splits[split].masks)
    assert not np.array_equal(one.splits["train"].pictures, other.splits["train"].pictures)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("count", [80, 2100])
def test_splits_have_what_was_said_and_each_class_its_even_share(name, count):
    entry, data = SHELF.load(name), load(name, count=count)
    facts = entry.build.facts(entry.options(count=count))
    assert facts.splits == {"train": count - count // 10 - count // 5, "val": count // 10, "test": count // 5}
    for split, one in data.splits.items():
        counts = np.bincount(one.targets, minlength=len(facts.classes))
        assert counts.sum() == facts.splits[split]
        assert np.ptp(counts) <= 1


# ---------------------------------------------------------------- colours


def test_the_three_colours_are_equally_bright_by_bt_601_and_one_grey_after_rounding():
    luma = np.array(list(COLOURS.values())) @ [0.299, 0.587, 0.114] / 255
    assert np.abs(luma - 0.30).max() < 0.01
    noisy = np.array(list(COLOURS.values()))[:, None] + np.arange(-GRAIN, GRAIN + 1)[None, :, None]
    assert noisy.min() >= 0
    assert noisy.max() <= 255  # nothing is clipped, so noise changes all lumas alike
    greys = np.asarray(Image.fromarray(noisy.astype(np.uint8)).convert("L"))
    assert (greys == greys[0]).all()


def test_each_figure_comes_in_each_colour_equally_often():
    for classes in ("colour", "figure"):
        parts = load("colors", count=900, classes=classes).splits.values()
        pictures, masks, targets = (
            np.concatenate([getattr(one, name) for one in parts]) for name in ("pictures", "masks", "targets")
        )
        means = np.array([picture[mask == 1].mean(0) for picture, mask in zip(pictures, masks, strict=True)])
        colours = np.abs(means[:, None] - np.array(list(COLOURS.values()))).sum(2).argmin(1)
        if classes == "colour":
            assert np.array_equal(colours, targets)
        else:
            assert np.bincount(3 * targets + colours).tolist() == [100] * 9


def test_grey_is_shown_where_it_was_asked_for_and_of_the_same_pictures():
    colour, grey = load("colors", count=90), load("colors", count=90, shown="grey")
    assert np.array_equal(grey.splits["train"].pictures, greyed(colour.splits["train"].pictures))
    assert np.array_equal(grey.splits["val"].pictures, greyed(colour.splits["val"].pictures))
    assert np.array_equal(grey.splits["test"].pictures, colour.splits["test"].pictures)
    other = load("colors", count=90, test_shown="grey")
    assert np.array_equal(other.splits["test"].pictures, greyed(colour.splits["test"].pictures))
    assert np.array_equal(other.splits["train"].pictures, colour.splits["train"].pictures)


# ---------------------------------------------------------------- grounds and textures


def tints(split):
    """Which tint each ground is nearest to: warm has more red than blue."""
    ground = np.array([one[mask == 0].mean(0) for one, mask in zip(split.pictures, split.masks, strict=True)])
    assert TINTS[0][0] > TINTS[0][2]
    return (ground[:, 0] < ground[:, 2]).astype(int)


def texture(split):
    """Stripes or chequers: whether brightness changes along the rows of the figure."""
    change = np.abs(np.diff(split.pictures[..., 0].astype(int), axis=2)) > 40
    inside = (split.masks[:, :, 1:] & split.masks[:, :, :-1]) == 1
    return ((change & inside).sum((1, 2)) / inside.sum((1, 2)) > 0.2).astype(int)


@pytest.mark.parametrize(("name", "seen"), [("grounds", tints), ("textures", texture)])
@pytest.mark.parametrize(("agreement", "in_the_test"), [(1.0, 0.0), (0.95, 0.5), (0.5, 1.0)])
def test_the_share_that_agrees_is_exact_in_each_class_of_each_split(name, seen, agreement, in_the_test):
    data = load(name, count=1000, agreement=agreement, test_agreement=in_the_test)
    for split, share in (("train", agreement), ("val", agreement), ("test", in_the_test)):
        one = data.splits[split]
        agree = seen(one) == one.targets
        for label in (0, 1):
            mine = agree[one.targets == label]
            assert mine.sum() == round(share * len(mine))


@pytest.mark.parametrize("name", ["grounds", "textures"])
def test_with_another_agreement_the_same_figures_stand_in_the_same_places(name):
    one, other = (load(name, count=300, test_agreement=share).splits["test"] for share in (0.0, 1.0))
    assert np.array_equal(one.masks, other.masks)
    assert np.array_equal(one.targets, other.targets)
    assert not np.array_equal(one.pictures, other.pictures)
    if name == "grounds":
        assert np.array_equal(one.pictures[one.masks == 1], other.pictures[one.masks == 1])


def test_a_texture_does_not_give_itself_away_by_its_mean_brightness():
    kinds = np.arange(2000) % 2
    bright = pattern(kinds, 24, np.random.default_rng(0)).mean((1, 2))
    assert (bright == 0.5).all()


# ---------------------------------------------------------------- relations


def stand(mask):
    """Columns of the square's and of the cross's middle, found by their area: 9 and 5 pixels."""
    pieces, count = ndimage.label(mask, np.ones((3, 3)))
    assert count == 2
    middles = ndimage.center_of_mass(mask, pieces, [1, 2])
    areas = np.bincount(pieces.ravel())[1:]
    assert sorted(areas) == sorted(SIGNS.sum((1, 2))) == [5, 9]
    assert middles[0][0] == middles[1][0]  # in one row
    return middles[int(areas.argmax())][1], middles[int(areas.argmin())][1]


@pytest.mark.parametrize(("options", "near", "far"), [({}, 8, 12), ({"nearest": 5, "farthest": 6, "size": 16}, 5, 6)])
def test_the_signs_stand_as_the_class_says_and_as_far_apart_as_asked(options, near, far):
    data = load("relations", count=400, **options)
    found = []
    for split in data.splits.values():
        for mask, target in zip(split.masks, split.targets, strict=True):
            square, cross = stand(mask)
            assert (square > cross) == target
            found.append(abs(square - cross))
    assert sorted(set(found)) == list(range(near, far + 1))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"nearest": 13}, "data.nearest is 13, but must be at most data.farthest, which is 12."),
        ({"farthest": 20}, "data.farthest is 20, but pictures of 24 pixels have room for 19."),
    ],
)
def test_distances_that_do_not_fit_are_refused_by_name(options, says):
    entry = SHELF.load("relations")
    chosen = parse_options(entry.options, options, "data")
    assert entry.unfit(chosen, Facts()) == says
    with pytest.raises(UserError, match=says.split(",")[0]):
        entry.build.load(chosen, None)
    assert entry.unfit(entry.options(farthest=19), Facts()) == ""
