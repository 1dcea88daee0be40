"""Schedules against torch's own, step by step."""

from __future__ import annotations

import pytest
import torch
from torch.optim import lr_scheduler

from cnn_core.optimization.schedules import SHELF
from cnn_core.optimization.schedules.cosine import CosineOptions, cosine
from cnn_core.optimization.schedules.one_cycle import OneCycleOptions, one_cycle


def rates(make, steps):
    """The learning rate of each step of a torch scheduler, from a base of 1."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler, found = make(optimizer), []
    for step in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step < steps - 1:
            scheduler.step()
    return found


@pytest.mark.parametrize("steps", [2, 3, 7, 40, 400])
@pytest.mark.parametrize("peak", [0.0, 0.15, 0.3, 0.6, 0.9])
def test_one_cycle_is_torchs_one_cycle_step_by_step(steps, peak):
    options = OneCycleOptions(peak=peak, start_divisor=20, final_divisor=500)
    theirs = rates(
        lambda optimizer: lr_scheduler.OneCycleLR(
            optimizer, 1.0, total_steps=steps, pct_start=peak, div_factor=20, final_div_factor=500, cycle_momentum=False
        ),
        steps,
    )
    assert [one_cycle(options, step, steps) for step in range(steps)] == pytest.approx(theirs, abs=1e-12)


def test_one_cycle_begins_low_peaks_at_the_full_rate_and_ends_lower_still():
    options = OneCycleOptions()
    factors = [one_cycle(options, step, 100) for step in range(100)]
    assert factors[0] == pytest.approx(1 / 25)
    assert factors[29] == pytest.approx(1)
    assert factors[99] == pytest.approx(1 / 25 / 1e4)


def test_one_step_of_one_cycle_is_taken_at_the_full_rate():
    assert one_cycle(OneCycleOptions(), 0, 1) == 1


def test_one_cycle_whose_peak_is_its_first_step_falls_from_there():
    assert one_cycle(OneCycleOptions(peak=0.1), 0, 10) == 1  # torch divides 0 by 0 here


@pytest.mark.parametrize("steps", [1, 2, 9, 300])
@pytest.mark.parametrize("final", [0.0, 0.1])
def test_cosine_without_warm_up_is_torchs_cosine_annealing(steps, final):
    theirs = rates(lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps, eta_min=final), steps)
    ours = [cosine(CosineOptions(warmup=0, final=final), step, steps) for step in range(steps)]
    assert ours == pytest.approx(theirs, abs=1e-12)


def test_the_warm_up_is_torchs_linear_one():
    theirs = rates(lambda optimizer: lr_scheduler.LinearLR(optimizer, 1 / 11, 1.0, total_iters=10), 11)
    ours = [cosine(CosineOptions(warmup=0.1), step, 100) for step in range(11)]
    assert ours == pytest.approx(theirs, abs=1e-12)


def test_a_warm_up_leaves_at_least_one_step_at_the_full_rate():
    assert [cosine(CosineOptions(warmup=0.9), step, 2) for step in range(2)] == [0.5, 1]
    assert cosine(CosineOptions(warmup=0.9), 0, 1) == 1


def test_constant_stays():
    entry = SHELF.load("constant")
    assert {entry.build(entry.options(), step, 50) for step in range(50)} == {1}
