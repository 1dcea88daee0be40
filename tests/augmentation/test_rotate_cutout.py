"""Rotation against numpy's, cutout against its promise: a square, black, as large as was said."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cnn_core.augmentation.apply import Augmenter
from cnn_core.augmentation.entries.cutout import ENTRY as CUTOUT
from cnn_core.augmentation.entries.cutout import CutoutOptions
from cnn_core.augmentation.entries.rotate import ENTRY as ROTATE
from cnn_core.augmentation.entries.rotate import RotateOptions
from cnn_core.base.errors import UserError
from cnn_core.experiment import resolve


def pictures(count=1, side=9, channels=2):
    random = np.random.default_rng(0)
    return torch.from_numpy(random.integers(1, 256, (count, side, side, channels), np.uint8))


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
@pytest.mark.parametrize("side", [8, 9])
def test_quarter_turns_are_exact(quarters, side):
    given = pictures(side=side)
    turned = ROTATE.build.apply(RotateOptions(), given, torch.tensor([[90.0 * quarters]]))
    assert np.array_equal(turned[0].numpy(), np.rot90(given[0].numpy(), quarters))


def test_a_half_turn_on_request_is_no_other_angle():
    drawn = ROTATE.build.draw(RotateOptions(degrees=0, half_turn=0.5), 1000, torch.Generator().manual_seed(0))
    assert set(drawn.flatten().tolist()) == {0.0, 180.0}
    assert (drawn > 0).float().mean().item() == pytest.approx(0.5, abs=0.05)


def test_angles_stay_within_what_was_said_and_no_new_value_comes_up():
    options = RotateOptions(degrees=20)
    drawn = ROTATE.build.draw(options, 500, torch.Generator().manual_seed(0))
    assert 19 < drawn.abs().max().item() <= 20
    given = pictures(500)
    turned = ROTATE.build.apply(options, given, drawn)
    pairs = zip(given, turned, strict=True)
    assert all(set(after.flatten().tolist()) <= {0, *before.flatten().tolist()} for before, after in pairs)
    assert torch.equal(turned[:, 4, 4], given[:, 4, 4])  # the middle stays


def test_cutout_covers_a_square_of_its_size_or_the_part_of_it_that_is_inside():
    given = pictures(400, channels=1)
    drawn = CUTOUT.build.draw(CutoutOptions(size=4), 400, torch.Generator().manual_seed(0))
    black = CUTOUT.build.apply(CutoutOptions(size=4), given, drawn)[..., 0] == 0
    heights, widths = black.any(2).sum(1), black.any(1).sum(1)
    assert torch.equal(black.sum((1, 2)), heights * widths)  # a rectangle
    assert heights.max() == widths.max() == 4
    assert min(heights.min(), widths.min()) == 2  # its middle is always inside
    often = black.float().mean(0)
    assert often.min() > 0
    assert often[3:6, 3:6].mean().item() == pytest.approx((4 / 9) ** 2, rel=0.15)


def test_cutout_spares_pictures_as_often_as_it_is_told():
    given = pictures(1000)
    drawn = CUTOUT.build.draw(CutoutOptions(chance=0.3), 1000, torch.Generator().manual_seed(0))
    covered = (CUTOUT.build.apply(CutoutOptions(chance=0.3), given, drawn) != given).flatten(1).any(1)
    assert covered.float().mean().item() == pytest.approx(0.3, abs=0.05)


def test_a_square_larger_than_the_picture_is_refused():
    with pytest.raises(UserError, match="A cutout of 9 pixels is larger than the pictures"):
        resolve({"data": "digits", "model": "mlp"}, ["augmentation=cutout", "augmentation.cutout.size=9"])


def test_they_act_in_the_order_they_were_chosen():
    augmenter = Augmenter([("rotate", RotateOptions(degrees=180)), ("cutout", CutoutOptions())], 6, 0)
    augmenter.epoch(1)
    given = pictures(6)
    assert augmenter.batch(given, torch.arange(6)).shape == given.shape
