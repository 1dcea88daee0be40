"""Optimizers and the loss against hand arithmetic."""

from __future__ import annotations

import math

import pytest
import torch

from cnn_core.base.errors import UserError
from cnn_core.base.options import parse_options
from cnn_core.optimization.losses.cross_entropy import CrossEntropyOptions, cross_entropy
from cnn_core.optimization.optimizers.adamw import AdamwOptions, adamw
from cnn_core.optimization.optimizers.sgd import SgdOptions, sgd


def after(build, options, gradients, start=1.0, lr=0.1):
    """A single weight after steps with the given gradients."""
    weight = torch.nn.Parameter(torch.tensor([start], dtype=torch.float64))
    optimizer = build(options, [weight], lr)
    for gradient in gradients:
        weight.grad = torch.tensor([gradient], dtype=torch.float64)
        optimizer.step()
    return weight.item()


def test_weight_decay_of_sgd_is_half_of_it_as_a_penalty_on_the_sum_of_squares():
    decay = SgdOptions(momentum=0, weight_decay=0.02)
    plain = SgdOptions(momentum=0, weight_decay=0)
    penalty = torch.tensor(3.0, requires_grad=True)
    (0.01 * penalty**2).backward()  # lambda 0.01
    assert after(sgd, decay, [0.0], start=3.0) == pytest.approx(after(sgd, plain, [penalty.grad.item()], start=3.0))


def test_sgd_with_nesterov_momentum_steps_by_the_book():
    first = 1 - 0.1 * (1 + 0.9 * 1)  # v = 1
    second = first - 0.1 * (2 + 0.9 * (0.9 * 1 + 2))  # v = 0.9 + 2
    assert after(sgd, SgdOptions(weight_decay=0), [1.0, 2.0]) == pytest.approx(second)


def test_nesterov_without_momentum_is_plain_sgd():
    assert after(sgd, SgdOptions(momentum=0, nesterov=True, weight_decay=0), [2.0]) == pytest.approx(0.8)


def test_adamw_shrinks_by_the_rate_times_the_decay_whatever_the_gradient():
    assert after(adamw, AdamwOptions(weight_decay=0.5), [0.0]) == pytest.approx(1 - 0.1 * 0.5)


def test_the_first_step_of_adamw_is_as_long_as_the_rate():
    for gradient in (1e-3, 1000.0):
        assert after(adamw, AdamwOptions(weight_decay=0), [gradient]) == pytest.approx(0.9, abs=1e-5)


def test_the_betas_and_epsilon_reach_the_optimizer():
    built = adamw(AdamwOptions(beta1=0.5, beta2=0.75, epsilon=0.125), [torch.nn.Parameter(torch.ones(1))], 0.1)
    assert (built.defaults["betas"], built.defaults["eps"]) == ((0.5, 0.75), 0.125)


def test_guessing_among_a_thousand_classes_costs_ln_1000():
    loss = cross_entropy(CrossEntropyOptions(), torch.zeros(4, 1000), torch.tensor([0, 5, 7, 999]))
    assert loss.item() == pytest.approx(math.log(1000))


def test_label_smoothing_spreads_its_share_over_all_classes():
    logits, smooth = torch.tensor([[2.0, 0.0]]), CrossEntropyOptions(label_smoothing=0.1)
    right, wrong = math.log1p(math.exp(-2)), 2 + math.log1p(math.exp(-2))
    assert cross_entropy(smooth, logits, torch.tensor([0])).item() == pytest.approx(0.95 * right + 0.05 * wrong)


def test_a_momentum_of_1_is_refused_in_a_sentence():
    with pytest.raises(UserError, match=r'train\.optimizer\.momentum is "1", but must be .* below 1'):
        parse_options(SgdOptions, {"momentum": "1"}, "train.optimizer")
