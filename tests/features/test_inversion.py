"""Feature inversion: what a layer holds is found again, what it has averaged away is not."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from cnn_core.base.errors import UserError
from cnn_core.features.inversion import invert
from tests.makers import hooks, network, picture


@pytest.fixture
def asked():
    torch.manual_seed(0)
    layers = [nn.Conv2d(3, 8, 1), nn.AvgPool2d(4), nn.Flatten(), nn.Linear(96, 3)]
    return network(nn.Sequential(*layers))


def test_from_a_layer_that_holds_all_the_picture_comes_back_and_from_a_mean_only_its_means(asked):
    true = picture()[None]
    whole = invert(asked, true, "0", steps=300, smooth=0)
    means = invert(asked, true, "1", steps=300, smooth=0)
    assert whole.error.max() < 0.05
    assert np.abs(whole.pictures.astype(int) - true).mean() < 5
    assert means.error.min() > 0.5
    assert means.misfit.max() < 0.01
    blocks = [one.astype(float).reshape(4, 4, 3, 4, 3).mean((1, 3)) for one in (means.pictures[0], true[0])]
    assert np.abs(blocks[0] - blocks[1]).max() < 8


def test_the_network_is_left_as_it_was_and_the_same_seed_gives_the_same_picture(asked):
    before = {name: value.clone() for name, value in asked.module.state_dict().items()}
    first, second = (invert(asked, picture()[None], "1", steps=3, seed=4) for _ in range(2))
    assert np.array_equal(first.pictures, second.pictures)
    assert hooks(asked.module) == []
    assert not asked.lock.locked()
    assert all(torch.equal(value, before[name]) for name, value in asked.module.state_dict().items())


def test_an_unknown_layer_is_refused(asked):
    with pytest.raises(UserError, match='layer "9" is not known'):
        invert(asked, picture()[None], "9")
