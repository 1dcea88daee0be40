"""Adversarial losses: the values and gradients that arithmetic gives."""

from __future__ import annotations

import math

import pytest
import torch

from cnn_core.base.options import parse_options
from cnn_core.optimization.adversarial import SHELF

names = pytest.mark.parametrize("name", SHELF.names())
EVEN = torch.zeros(4, 1)  # the logit of D = 1/2


def loss(name, **options):
    entry = SHELF.load(name)
    return entry.build, parse_options(entry.options, options, "loss")


@names
def test_a_discriminator_that_is_right_costs_less_and_a_generator_that_is_believed_too(name):
    build, options = loss(name)
    real, fake = torch.full((3, 1), 0.5), torch.full((3, 1), -0.5)
    assert build.discriminator(options, real, fake) < build.discriminator(options, fake, real)
    assert build.generator(options, real) < build.generator(options, fake)
    assert build.generator(options, real.repeat(2, 1)) == pytest.approx(float(build.generator(options, real)))


@pytest.mark.parametrize("name", ["non_saturating", "saturating"])
def test_where_nothing_can_be_told_the_game_is_worth_ln_4(name):  # 13d
    build, options = loss(name, real_label=1)
    assert build.discriminator(options, EVEN, EVEN) == pytest.approx(2 * math.log(2))
    assert math.log(2) == pytest.approx(0.6931, abs=5e-5)
    assert float(build.generator(options, EVEN)) == pytest.approx(
        {"non_saturating": math.log(2), "saturating": -math.log(2)}[name]
    )


@pytest.mark.parametrize(("name", "size"), [("non_saturating", 0.99), ("saturating", 0.01)])
def test_the_gradient_where_the_discriminator_is_sure(name, size):  # 13e
    build, options = loss(name)
    logit = torch.tensor([math.log(0.01 / 0.99)], requires_grad=True)  # D(G(z)) = 0.01
    build.generator(options, logit).backward()
    assert logit.grad.item() == pytest.approx(-size, abs=1e-6)


def test_smoothed_labels_are_cheapest_at_their_own_value():
    build, options = loss("non_saturating", real_label=0.9)
    fake = torch.full((1,), -50.0)
    costs = [float(build.discriminator(options, torch.tensor([math.log(d / (1 - d))]), fake)) for d in (0.8, 0.9, 0.99)]
    assert costs[1] == min(costs)
    assert costs[1] == pytest.approx(-0.9 * math.log(0.9) - 0.1 * math.log(0.1))


def test_beyond_its_margin_the_hinge_has_no_slope():
    build, options = loss("hinge")
    real, fake = (torch.tensor([value], requires_grad=True) for value in (2.0, -2.0))
    found = build.discriminator(options, real, fake)
    found.backward()
    assert (found.item(), real.grad.item(), fake.grad.item()) == (0, 0, 0)
    assert build.discriminator(options, torch.tensor([0.5]), torch.tensor([0.25])).item() == pytest.approx(1.75)
    assert build.generator(options, torch.tensor([3.0, 1.0])).item() == -2
