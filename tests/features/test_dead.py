"""Dead units by construction: silent and without slope for every picture of the probe."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from cnn_core.base.errors import UserError
from cnn_core.experiment import resolve
from cnn_core.features.dead import dead_shares
from cnn_core.models import build_model
from tests.makers import hooks


def net(activation, biases):
    """One 1x1 convolution with weight 1 and these biases."""
    conv = nn.Conv2d(1, len(biases), 1)
    conv.weight.data.fill_(1.0)
    conv.bias.data = torch.tensor(biases)
    return nn.Sequential(conv, activation)


PROBE = torch.rand(3, 1, 4, 4, generator=torch.Generator().manual_seed(0))  # between 0 and 1


def test_a_relu_whose_bias_takes_everything_below_0_is_dead_and_one_that_speaks_once_is_not():
    assert dead_shares(net(nn.ReLU(), [-2.0, -1.5, -0.5, 0.0]), PROBE) == {"1": 0.5}


@pytest.mark.parametrize("activation", [nn.LeakyReLU(0.01), nn.ELU(), nn.SiLU()], ids=lambda one: type(one).__name__)
def test_what_lets_something_through_below_0_is_quiet_but_not_dead(activation):
    assert dead_shares(net(activation, [-2.0, -1.5]), PROBE) == {"1": 0.0}


def test_a_leaky_relu_of_slope_0_is_a_relu():
    assert dead_shares(net(nn.LeakyReLU(0.0), [-2.0, 0.0]), PROBE) == {"1": 0.5}


def test_vectors_have_a_unit_a_value_and_the_network_stays_as_it_was():
    model = nn.Sequential(nn.Flatten(), nn.Linear(16, 4), nn.ReLU(inplace=True), nn.Dropout(0.5))
    model[1].weight.data.zero_()
    model[1].bias.data = torch.tensor([-1.0, -1.0, -1.0, 1.0])
    model.train()
    assert dead_shares(model, PROBE) == {"2": 0.75}
    assert model.training
    assert hooks(model) == []
    assert model[1].weight.grad is None


def small(**options):
    torch.manual_seed(0)
    return build_model("small_cnn", (1, 8, 8), 10, depth=2, width=4, **options)


def test_a_first_bias_far_below_0_kills_a_relu_network_from_the_start():
    assert max(dead_shares(small(batch_norm=False), PROBE.repeat(1, 1, 2, 2)).values()) < 0.5
    dying = dead_shares(small(batch_norm=False, bias_start=-9.0), PROBE.repeat(1, 1, 2, 2))
    assert dying == {"features.2": 1.0, "features.4": 1.0}


def test_the_slope_and_the_channel_dropout_are_where_they_are_asked_for():
    model = small(activation="leaky_relu", slope=0.3, channel_dropout=0.25)
    assert {part.negative_slope for part in model.modules() if isinstance(part, nn.LeakyReLU)} == {0.3}
    dropped = [part for part in model.modules() if isinstance(part, nn.Dropout2d)]
    assert [part.p for part in dropped] == [0.25]  # after the first of two blocks
    maps = dropped[0].train()(torch.ones(200, 8, 2, 2))
    whole = maps.flatten(2)
    assert torch.equal(whole.amin(2), whole.amax(2))
    assert (whole[..., 0] == 0).float().mean().item() == pytest.approx(0.25, abs=0.05)


def test_a_first_bias_needs_convolutions_that_have_one():
    raw = {"data": "digits", "model": {"name": "small_cnn", "options": {"depth": 2, "bias_start": -2}}}
    with pytest.raises(UserError, match=r"model\.bias_start is -2, but with batch norm the convolutions have no bias"):
        resolve(raw)
    resolve(raw, ["model.batch_norm=false"])
