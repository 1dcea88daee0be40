"""Digits and shapes, and what every source promises."""

from __future__ import annotations

import gzip
import subprocess
import sys

import numpy as np
import pytest
from scipy import ndimage

from cnn_core.base.errors import Failed, UserError
from cnn_core.base.options import Facts, parse_options
from cnn_core.data.sets import SHELF, SPLITS, DataSet, Split, digits, shapes
from cnn_core.data.sets._drawing import FIGURES, GROUNDS, draw


def load(name: str, tmp_path, **options: object):
    entry = SHELF.load(name)
    return entry.build.load(entry.options(**options), tmp_path)


@pytest.mark.parametrize(("name", "options"), [("digits", {}), ("shapes", {}), ("shapes", {"count": 97, "classes": 7})])
def test_a_set_is_what_it_said_before_it_was_read(name, options, tmp_path):
    entry = SHELF.load(name)
    facts, data = entry.build.facts(entry.options(**options)), load(name, tmp_path, **options)
    assert tuple(data.splits) == SPLITS
    assert data.classes == facts.classes
    assert {split: len(one.targets) for split, one in data.splits.items()} == facts.splits
    for one in data.splits.values():
        assert one.pictures.dtype == np.uint8
        assert one.pictures.shape[1:] == (*facts.shape[1:], facts.shape[0])
        assert one.targets.dtype == np.int64
        assert sorted(set(one.targets.tolist())) == list(range(len(facts.classes)))
    assert entry.build.missing(entry.options(**options), tmp_path) == ""


# ---------------------------------------------------------------- digits


def test_the_digits_are_scikit_learns():
    from sklearn.datasets import load_digits

    bunch, data = load_digits(), load("digits", None)
    expected = np.rint(bunch.images * 255 / 16).astype(np.uint8).reshape(1797, 64)
    rows = [np.c_[one.pictures.reshape(-1, 64), one.targets] for one in data.splits.values()]
    assert sorted(map(bytes, np.concatenate(rows).astype(np.uint8))) == sorted(
        map(bytes, np.c_[expected, bunch.target].astype(np.uint8))
    )
    assert {name: len(one.targets) for name, one in data.splits.items()} == {"train": 1257, "val": 180, "test": 360}


def test_each_split_has_its_share_of_every_digit():
    data = load("digits", None)
    counts = {name: np.bincount(one.targets) for name, one in data.splits.items()}
    whole = sum(counts.values())
    for name, share in (("train", 1257 / 1797), ("val", 180 / 1797), ("test", 360 / 1797)):
        assert np.abs(counts[name] - whole * share).max() < 1.5


def test_the_digits_are_shared_out_as_by_hand():
    """178 182 177 183 181 182 181 179 174 180 of each. Validation, by 180/1797: whole parts 176, and the four largest
    remainders (7: .93, 0: .83, 2: .73, 8: .43) one more. Of what is left, test by 360/1617: 355, and one more for
    7, 3, 8, 0 (.84, .73, .73, .62) and 1, which comes before its equal 5 (.51)."""
    data = load("digits", None)
    assert np.bincount(data.splits["val"].targets).tolist() == [18] * 10
    assert np.bincount(data.splits["test"].targets).tolist() == [36, 37, 35, 37, 36, 36, 36, 36, 35, 36]


def test_another_split_seed_draws_other_pictures():
    one, other = load("digits", None), load("digits", None, split_seed=1)
    assert not np.array_equal(one.splits["test"].pictures, other.splits["test"].pictures)


def test_digits_are_read_without_importing_scikit_learn_or_torch():
    code = (
        "import sys; from cnn_core.data.sets.digits import ENTRY; ENTRY.build.load(ENTRY.options(), None); "
        "sys.exit('sklearn' in sys.modules or 'torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_scikit_learns_file_the_digits_say_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(digits, "_file", lambda: tmp_path / "digits.csv.gz")
    assert "install it again" in SHELF.load("digits").build.missing(None, tmp_path)
    with pytest.raises(Failed, match="install it again"):
        load("digits", tmp_path)


def damaged(kind: str) -> bytes:
    whole = digits._file().read_bytes()
    return {
        "cut": whole[: len(whole) // 2],
        "not packed": b"1,2,3\n",
        "text": gzip.compress(b"one,two\n" * 9),
        "too few rows": gzip.compress(b",".join([b"1"] * 65) + b"\n"),
        "ragged": gzip.compress(b"1,2\n1\n"),
    }[kind]


@pytest.mark.parametrize("kind", ["cut", "not packed", "text", "too few rows", "ragged"])
def test_a_damaged_file_of_digits_is_a_sentence(kind, monkeypatch, tmp_path):
    path = tmp_path / "digits.csv.gz"
    path.write_bytes(damaged(kind))
    monkeypatch.setattr(digits, "_file", lambda: path)
    with pytest.raises(Failed, match=r"digits\.csv\.gz is damaged: install scikit-learn again"):
        load("digits", tmp_path)


# ---------------------------------------------------------------- shapes


def test_the_same_options_always_draw_the_same_pictures():
    one, same = load("shapes", None, count=300), load("shapes", None, count=300)
    other = load("shapes", None, count=300, seed=1)
    for name in SPLITS:
        assert np.array_equal(one.splits[name].pictures, same.splits[name].pictures)
        assert np.array_equal(one.splits[name].masks, same.splits[name].masks)
    assert not np.array_equal(one.splits["train"].pictures, other.splits["train"].pictures)


def test_another_split_seed_shares_out_the_same_pictures_otherwise():
    one, other = (load("shapes", None, count=300, split_seed=seed) for seed in (0, 1))
    assert not np.array_equal(one.splits["test"].pictures, other.splits["test"].pictures)
    everything = [
        sorted(picture.tobytes() for part in data.splits.values() for picture in part.pictures) for data in (one, other)
    ]
    assert everything[0] == everything[1]


def stray(pictures: np.ndarray, masks: np.ndarray) -> int:
    """Pixels where mask and picture disagree: a figure has one colour, which no pixel of the ground has."""
    wrong = 0
    for picture, mask in zip(pictures, masks, strict=True):
        colour = picture[mask == 1][0]
        wrong += int(((picture == colour).all(-1) != (mask == 1)).sum())
    return wrong


def test_a_mask_is_1_exactly_where_the_figures_pixels_are():
    pictures, masks = draw(np.arange(800) % 8, 32, np.random.default_rng(0))
    assert set(np.unique(masks)) == {0, 1}
    assert stray(pictures, masks) == 0
    moved = np.roll(masks, 1, 2)  # the twin: a mask that is off by one column is seen
    assert stray(pictures, moved) > 1000


@pytest.mark.parametrize(
    ("figure", "area"),
    [
        ("circle", np.pi * 0.85**2),
        ("square", 1.4**2),
        ("triangle", 3 * np.sqrt(3) / 4),
        ("star", 5 * 0.382 * np.sin(np.pi / 5)),
        ("cross", 2 * 1.9 * 0.6 - 0.6**2),
        ("ring", np.pi * (0.95**2 - 0.55**2)),
        ("bar", 1.9 * 0.56),
    ],
)
def test_a_figure_has_the_area_of_its_geometry(figure, area):
    places = np.linspace(-1, 1, 2001, dtype=np.float32)
    inside = FIGURES[figure](*np.broadcast_arrays(places[None], places[:, None]))
    assert inside.mean() * 4 == pytest.approx(area, rel=0.01)


def holes(mask: np.ndarray) -> int:
    return ndimage.label(np.pad(1 - mask, 1, constant_values=1))[1] - 1


def main_piece(mask: np.ndarray) -> float:
    """The share of the largest piece: nearly all, as the last pixel of a sharp tip may stand alone."""
    return np.bincount(ndimage.label(mask, np.ones((3, 3)))[0][mask == 1]).max() / mask.sum()


def test_figures_are_one_piece_whole_inside_the_picture_and_only_the_ring_has_a_hole():
    targets = np.arange(400) % 8
    _, masks = draw(targets, 96, np.random.default_rng(0))
    for target, mask in zip(targets, masks, strict=True):
        name = list(FIGURES)[target]
        assert main_piece(mask) > 0.995
        assert holes(mask) == int(name == "ring")
        if name in ("circle", "ring"):  # as wide as high, so nothing is cut off
            assert abs(int(mask.any(1).sum()) - int(mask.any(0).sum())) <= 1


def test_figures_vary_in_place_size_and_colour_and_grounds_come_in_all_kinds():
    pictures, masks = draw(np.zeros(500, int), 32, np.random.default_rng(0))
    areas = masks.mean((1, 2))
    middles = np.array([ndimage.center_of_mass(mask) for mask in masks])
    colours = np.array([picture[mask == 1][0] for picture, mask in zip(pictures, masks, strict=True)])
    assert areas.max() / areas.min() > 3
    assert (np.ptp(middles, 0) > 14).all()
    assert (colours.std(0) > 50).all()
    assert len(GROUNDS) == 5


def guessed(data: DataSet) -> float:
    """How often a linear classifier is right that knows each picture's mean colour, its figure's colour and place."""
    from sklearn.linear_model import LogisticRegression

    def known(one: Split) -> np.ndarray:
        figures = [
            [*picture[mask == 1][0] / 255, *np.array(ndimage.center_of_mass(mask)) / 32]
            for picture, mask in zip(one.pictures, one.masks, strict=True)
        ]
        return np.c_[one.pictures.mean((1, 2)) / 255, figures]

    train, test = data.splits["train"], data.splits["test"]
    return LogisticRegression(max_iter=500).fit(known(train), train.targets).score(known(test), test.targets)


def test_colour_and_place_say_nothing_about_the_class():
    assert guessed(load("shapes", None)) < 0.25 + 0.05  # chance is 1 of 4; of 1,200 pictures 0.05 is four deviations


def test_the_twin_a_little_colour_of_the_class_would_be_seen(monkeypatch):
    def leaking(targets, size, rng):
        pictures, masks = draw(targets, size, rng)
        red = (32 * targets)[:, None, None] * masks  # at most 96 of 255, beside colours of any kind
        pictures[..., 0] = pictures[..., 0] // 8 * 5 + red
        return pictures, masks

    monkeypatch.setitem(shapes.LOOKS, "varied", leaking)
    assert guessed(load("shapes", None)) > 0.25 + 0.05


@pytest.mark.parametrize("size", [16, 33, 200])
def test_shapes_come_in_any_size(size):
    data = load("shapes", None, size=size, count=80, classes=8)
    assert data.splits["train"].pictures.shape == (56, size, size, 3)
    assert min(one.masks.reshape(len(one.masks), -1).any(1).all() for one in data.splits.values())
    assert all(len(set(one.targets.tolist())) == 8 for one in data.splits.values())


@pytest.mark.parametrize(("field", "value"), [("size", 15), ("size", 513), ("count", 79), ("classes", 9)])
def test_a_wrong_number_is_refused_by_name(field, value):
    with pytest.raises(UserError, match=rf'^data\.{field} is "{value}", but must be a whole number at least'):
        parse_options(SHELF.load("shapes").options, {field: value}, "data")


def test_more_than_fits_into_memory_is_refused_before_it_is_drawn(monkeypatch):
    monkeypatch.setattr(shapes, "draw", lambda *a: pytest.fail("it was drawn"))
    entry = SHELF.load("shapes")
    options = entry.options(size=512, count=1_000_000)
    reason = entry.unfit(options, Facts())
    assert reason == (
        "data.count 1000000 with data.size 512 would take 976.6 GB of memory; "
        "at most 4096 pictures of this size are drawn."
    )
    with pytest.raises(UserError, match=r"976\.6 GB"):
        entry.build.load(options, None)
    assert entry.unfit(entry.options(size=512, count=4096), Facts()) == ""
