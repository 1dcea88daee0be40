"""The effective receptive field, against sums by hand and a random walk."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from cnn_core.models import build_model
from cnn_core.models.effective import gradient_energy, half_width, spread


def ones(rate=1, layers=1):
    """Convolutions of equal weights: nothing cancels and nothing is random."""
    stack = nn.Sequential(
        *(nn.Conv2d(1, 1, 3, padding=rate, dilation=rate, bias=False, dtype=torch.float64) for _ in range(layers))
    )
    for layer in stack:
        nn.init.ones_(layer.weight)
    return stack


def energy(stack, side=15):
    return gradient_energy(stack, torch.rand(2, 1, side, side, dtype=torch.float64))


def test_one_layer_of_equal_weights_hears_nine_pixels_alike():
    found = energy(ones())
    assert found.sum() == pytest.approx(1)
    assert found[6:9, 6:9] == pytest.approx(np.full((3, 3), 1 / 9))
    assert half_width(found, 0.1) == 0
    assert half_width(found, 0.12) == half_width(found, 1.0) == 1
    assert spread(found) == pytest.approx(np.sqrt((4 * 1 + 4 * 2) / 9))


def test_a_rate_of_two_hears_twice_as_far():
    assert spread(energy(ones(rate=2))) == pytest.approx(2 * spread(energy(ones())))
    assert half_width(energy(ones(rate=2)), 1.0) == 2


def test_two_layers_hear_like_the_square_of_a_triangle():
    """1 2 3 2 1 paths along a side; energy is their square: 1 4 9 4 1."""
    side = np.array([1, 4, 9, 4, 1]) / 19
    assert energy(ones(layers=2))[5:10, 5:10] == pytest.approx(np.outer(side, side))
    assert spread(energy(ones(layers=2))) == pytest.approx(np.sqrt(2 * (side * np.arange(-2, 3) ** 2).sum()))


def test_with_random_weights_energy_walks_at_random():
    """Without an activation each layer moves the energy by -1, 0 or 1 a side, alike: variance 2/3 a side and layer."""
    torch.manual_seed(0)
    stack = build_model("conv_stack", (1, 33, 33), 2, depth=6, width=32, activation="identity").get_submodule(
        "features"
    )
    assert spread(gradient_energy(stack, torch.rand(1, 1, 33, 33))) == pytest.approx(np.sqrt(2 * 6 * 2 / 3), rel=0.1)


def test_what_hears_nothing_has_no_energy_and_the_network_stays_as_it_was():
    stack = ones().train()
    nn.init.zeros_(stack[0].weight)
    found = energy(stack)
    assert found.sum() == half_width(found, 0.5) == spread(found) == 0
    assert stack.training
    assert all(one.grad is None for one in stack.parameters())
