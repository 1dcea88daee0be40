"""Augmentation against a plain reference, picture by picture, and what its draws may depend on."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch

from cnn_core.augmentation import apply
from cnn_core.augmentation.apply import Augmenter
from cnn_core.augmentation.entries import SHELF, _moves
from cnn_core.base.options import Entry, Facts

COUNT = 60
SHAPES = [(9, 9, 1), (8, 12, 3), (12, 8, 3)]


def choice(name: str, **values: object):
    return name, SHELF.load(name).options(**values)


def noise(shape: tuple[int, ...], count: int = COUNT) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(0).integers(0, 256, (count, *shape), np.uint8))


def drawn(*choices, seed: int = 0, epoch: int = 0, count: int = COUNT) -> Augmenter:
    augmenter = Augmenter(choices, count, seed)
    augmenter.epoch(epoch)
    return augmenter


def whole(augmenter: Augmenter, pictures: torch.Tensor) -> torch.Tensor:
    return augmenter.batch(pictures, torch.arange(len(pictures)))


def flipped(picture: np.ndarray, draw: list[int]) -> np.ndarray:
    """The reference: rows reversed, columns reversed."""
    picture = picture[::-1] if draw[0] else picture
    return picture[:, ::-1] if draw[1] else picture


def shifted(picture: np.ndarray, draw: list[int], most: int, padding: str) -> np.ndarray:
    """The reference: numpy pads all around, then the window is cut out."""
    mode = {"black": "constant", "edge": "edge", "reflect": "reflect"}[padding]
    wide = np.pad(picture, ((most, most), (most, most), (0, 0)), mode=mode)
    top, left = most - draw[0], most - draw[1]
    return wide[top : top + picture.shape[0], left : left + picture.shape[1]]


def draws(augmenter: Augmenter, position: int) -> list[list[int]]:
    return augmenter._drawn[position].tolist()


# ---------------------------------------------------------------- against the reference


@pytest.mark.parametrize("shape", SHAPES)
def test_a_flip_mirrors_rows_and_columns(shape):
    pictures, augmenter = noise(shape), drawn(choice("flip", horizontal=0.5, vertical=0.5))
    expected = [flipped(one.numpy(), draw) for one, draw in zip(pictures, draws(augmenter, 0), strict=True)]
    assert np.array_equal(whole(augmenter, pictures).numpy(), np.stack(expected))
    assert len({tuple(draw) for draw in draws(augmenter, 0)}) == 4  # all four cases were tried


@pytest.mark.parametrize("padding", ["black", "edge", "reflect"])
@pytest.mark.parametrize("most", [1, 3, 7])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_shift_moves_whole_pixels_and_fills_the_strip(shape, most, padding):
    pictures, augmenter = noise(shape), drawn(choice("shift", pixels=most, padding=padding))
    expected = [
        shifted(one.numpy(), draw, most, padding) for one, draw in zip(pictures, draws(augmenter, 0), strict=True)
    ]
    assert np.array_equal(whole(augmenter, pictures).numpy(), np.stack(expected))


@pytest.mark.parametrize("padding", ["black", "edge", "reflect"])
@pytest.mark.parametrize("order", [("flip", "shift"), ("shift", "flip")])
@pytest.mark.parametrize("shape", SHAPES)
def test_joined_into_one_pass_they_act_one_after_the_other(shape, order, padding):
    chosen = {"flip": choice("flip", vertical=0.5), "shift": choice("shift", pixels=4, padding=padding)}
    pictures, augmenter = noise(shape), drawn(*(chosen[name] for name in order))
    expected = pictures.numpy()
    for position, name in enumerate(order):
        pairs = zip(expected, draws(augmenter, position), strict=True)
        if name == "flip":
            expected = np.stack([flipped(one, draw) for one, draw in pairs])
        else:
            expected = np.stack([shifted(one, draw, 4, padding) for one, draw in pairs])
    assert np.array_equal(whole(augmenter, pictures).numpy(), expected)


def test_the_order_matters_so_joining_the_wrong_way_round_would_be_seen(monkeypatch):
    pictures = noise((9, 9, 3))
    augmenter = drawn(choice("flip", vertical=0.5), choice("shift", pixels=4))
    right = whole(augmenter, pictures)
    monkeypatch.setattr(apply, "then", lambda first, second: _moves.then(second, first))
    assert not torch.equal(whole(augmenter, pictures), right)


@pytest.mark.parametrize("name", SHELF.names())
def test_an_entry_alone_does_what_it_does_within_an_augmenter(name):
    pictures, (_, options) = noise((9, 9, 3)), choice(name)
    build, augmenter = SHELF.load(name).build, drawn(choice(name))
    assert torch.equal(build.apply(options, pictures, augmenter._drawn[0]), whole(augmenter, pictures))


class Brighter:
    """An augmentation that moves nothing."""

    def draw(self, options, count, generator):
        return torch.randint(0, 9, (count, 1), generator=generator)

    def apply(self, options, pictures, drawn):
        return pictures // 2 + drawn[:, :, None, None].to(torch.uint8)


def test_what_moves_nothing_may_stand_between(monkeypatch):
    known = SHELF.load
    monkeypatch.setattr(
        type(SHELF), "load", lambda self, name: Entry(object, Brighter()) if name == "brighter" else known(name)
    )
    pictures = noise((9, 9, 3))
    augmenter = drawn(choice("flip"), ("brighter", None), choice("shift", pixels=4))
    expected = []
    for one, flip, more, shift in zip(pictures.numpy(), *(draws(augmenter, k) for k in range(3)), strict=True):
        expected.append(shifted(flipped(one, flip) // 2 + np.uint8(more[0]), shift, 4, "black"))
    assert np.array_equal(whole(augmenter, pictures).numpy(), np.stack(expected))


def test_a_batch_too_large_for_short_indices_is_the_same(monkeypatch):
    pictures, augmenter = noise((9, 9, 3)), drawn(choice("flip"), choice("shift"))
    short = whole(augmenter, pictures)
    monkeypatch.setattr(_moves, "SHORT", 1)
    assert torch.equal(whole(augmenter, pictures), short)


def test_the_pictures_themselves_are_left_alone():
    pictures = noise((9, 9, 3))
    before = pictures.clone()
    whole(drawn(choice("flip"), choice("shift")), pictures)
    assert torch.equal(pictures, before)


def test_without_choices_nothing_changes():
    pictures = noise((9, 9, 3))
    assert torch.equal(whole(drawn(), pictures), pictures)


# ---------------------------------------------------------------- what a draw depends on


def test_what_a_picture_gets_does_not_depend_on_its_batch():
    pictures, augmenter = noise((9, 9, 3)), drawn(choice("flip"), choice("shift"))
    together = whole(augmenter, pictures)
    order = torch.randperm(COUNT, generator=torch.Generator().manual_seed(1))
    for part in order.split(7):
        assert torch.equal(augmenter.batch(pictures[part], part), together[part])


def test_the_same_seed_and_epoch_give_the_same_and_any_other_does_not():
    pictures = noise((9, 9, 3))
    settings = [choice("flip"), choice("shift")]

    def found(seed: int, epoch: int) -> torch.Tensor:
        return whole(drawn(*settings, seed=seed, epoch=epoch), pictures)

    assert torch.equal(found(3, 5), found(3, 5))
    assert all(not torch.equal(found(3, 5), found(*other)) for other in [(3, 6), (4, 5), (5, 3), (0, 0)])


def test_a_resumed_run_draws_what_an_undisturbed_one_does():
    pictures, torch_state = noise((9, 9, 3)), torch.get_rng_state()
    undisturbed = drawn(choice("shift"))
    for epoch in (1, 2, 3):
        undisturbed.epoch(epoch)
    torch.rand(17)  # somebody else's numbers
    assert torch.equal(whole(drawn(choice("shift"), epoch=3), pictures), whole(undisturbed, pictures))
    torch.set_rng_state(torch_state)


def test_drawing_leaves_the_common_generator_alone():
    before = torch.get_rng_state()
    drawn(choice("flip"), choice("shift"))
    assert torch.equal(torch.get_rng_state(), before)


def test_the_first_pictures_of_a_larger_set_get_the_same():
    """So a preview of one picture need not draw for all."""
    small, large = drawn(choice("flip"), choice("shift"), count=20), drawn(choice("flip"), choice("shift"), count=5000)
    assert all(torch.equal(a, b[:20]) for a, b in zip(small._drawn, large._drawn, strict=True))


def test_two_entries_of_one_kind_would_draw_differently():
    augmenter = drawn(choice("shift"), choice("shift"))
    assert not torch.equal(*augmenter._drawn)


@pytest.mark.parametrize(("chance", "share"), [(0.0, 0.0), (0.3, 0.3), (1.0, 1.0)])
def test_a_flip_happens_as_often_as_it_should(chance, share):
    draw = drawn(choice("flip", horizontal=chance, vertical=0), count=20_000)._drawn[0]
    assert draw[:, 1].float().mean().item() == pytest.approx(share, abs=0.015)
    assert not draw[:, 0].any()


def test_every_shift_is_equally_likely_and_both_directions_are_apart():
    draw = drawn(choice("shift", pixels=2), count=25_000)._drawn[0]
    counts = Counter(map(tuple, draw.tolist()))
    assert sorted(counts) == [(down, right) for down in range(-2, 3) for right in range(-2, 3)]
    assert max(abs(n - 1000) for n in counts.values()) < 160  # five standard deviations


# ---------------------------------------------------------------- what does not fit


@pytest.mark.parametrize(("pixels", "fits"), [(7, True), (8, False), (20, False)])
def test_a_shift_must_be_smaller_than_the_picture(pixels, fits):
    entry = SHELF.load("shift")
    reason = entry.unfit(entry.options(pixels=pixels), Facts(input_shape=(1, 8, 30)))
    assert (reason == "") is fits
    if not fits:
        assert reason == f"A shift of up to {pixels} pixels is larger than the pictures (30 x 8 px); at most 7 fits."


def test_the_help_of_flip_warns_of_digits_and_letters():
    _, more = SHELF.card("flip")
    assert "digits and letters" in more
