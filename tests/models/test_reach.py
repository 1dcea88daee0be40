"""Taps, holes, padding and overlaps: counted by hand, by gradients, and by torch's own layers."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from cnn_core.models import reach
from cnn_core.models.recurrent import GATES, recurrent_parameters

STACK = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=4)


@settings(max_examples=40, deadline=None)
@given(STACK)
def test_the_paths_to_each_pixel_are_the_gradient_of_a_stack_of_ones(layers):
    kernels, strides, dilations = map(list, zip(*layers, strict=True))
    counts = reach.paths(kernels, strides, dilations)
    assert len(counts) == reach.field_side(kernels, strides, dilations)
    line = torch.ones(1, 1, len(counts), dtype=torch.float64, requires_grad=True)
    value = line
    for kernel, stride, dilation in layers:
        value = functional.conv1d(value, torch.ones(1, 1, kernel, dtype=torch.float64), None, stride, 0, dilation)
    (gradient,) = torch.autograd.grad(value[0, 0, 0], line)
    assert counts.tolist() == gradient[0, 0].tolist()


@pytest.mark.parametrize(
    ("rates", "hole", "factor"),
    [((1, 2, 5), 2, 1), ((1, 2, 9), 5, 1), ((2, 4, 8), 4, 2), ((2, 2, 2), 2, 2), ((3, 2, 1), 3, 1), ((4,), 4, 4)],
)
def test_the_published_rule_against_gridding(rates, hole, factor):
    """1,2,5 is the paper's example that works and 1,2,9 the one that does not, with kernel 3."""
    assert (reach.largest_hole(3, rates), reach.common_factor(rates)) == (hole, factor)


@pytest.mark.parametrize(("kernel", "rate", "side"), [(3, 1, 5), (3, 6, 33), (5, 2, 7), (3, 20, 14), (1, 9, 4)])
def test_taps_inside_are_those_of_a_convolution_of_ones_over_ones(kernel, rate, side):
    ones, padding = torch.ones(1, 1, side, side), rate * (kernel // 2)
    counted = functional.conv2d(ones, torch.ones(1, 1, kernel, kernel), padding=padding, dilation=rate)
    assert reach.taps_inside(kernel, rate, side) == pytest.approx(counted.mean().item() / kernel**2)


@pytest.mark.parametrize(("kernel", "stride"), [(3, 2), (4, 2), (5, 2), (2, 3), (7, 3), (1, 1)])
def test_overlaps_are_those_of_a_transposed_convolution_of_ones_over_ones(kernel, stride):
    made = functional.conv_transpose1d(torch.ones(1, 1, 9), torch.ones(1, 1, kernel), stride=stride)[0, 0]
    assert reach.overlaps(kernel, stride, 9).tolist() == made.tolist()
    cycle = reach.overlap_cycle(kernel, stride)
    assert len(cycle) == stride
    assert sum(cycle) == kernel


@pytest.mark.parametrize("kind", GATES)
def test_recurrent_layers_have_as_many_parameters_as_torchs(kind):
    theirs = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[kind](13, 7)
    assert recurrent_parameters(kind, 13, 7) == sum(one.numel() for one in theirs.parameters())
