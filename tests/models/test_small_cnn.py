"""The cheaper forms of the small network: counts by hand, equal fields, widths as they were given."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from cnn_core.base.errors import UserError
from cnn_core.models import build_model
from cnn_core.models.anatomy import anatomy


def weights(**options):
    """Shapes of the convolutions' weights, two blocks on a grey picture, 32 and 64 filters."""
    model = build_model("small_cnn", (1, 8, 8), 10, depth=2, **options)
    return [tuple(part.weight.shape) for part in model.modules() if isinstance(part, nn.Conv2d)]


def test_a_separable_convolution_is_one_filter_a_channel_and_a_1x1():
    assert weights() == [(32, 1, 3, 3), (64, 32, 3, 3)]
    assert weights(convolution="separable") == [(32, 1, 3, 3), (32, 1, 3, 3), (64, 32, 1, 1)]


def test_a_bottleneck_squeezes_to_a_quarter():
    assert weights(convolution="bottleneck") == [(32, 1, 3, 3), (16, 32, 1, 1), (64, 16, 3, 3)]


def test_two_3x3_see_as_far_as_one_5x5_and_are_cheaper_only_between_equal_widths():  # 7d, 7h
    found = {}
    for kernel, repeat in ((5, 1), (3, 2), (7, 1), (3, 3)):
        options = {"depth": 1, "width": 64, "kernel": kernel, "repeat": repeat, "batch_norm": False}
        for channels in (3, 64):
            model = build_model("small_cnn", (channels, 16, 16), 10, global_pooling=True, **options)
            convolutions = [part for part in model.modules() if isinstance(part, nn.Conv2d)]
            found[kernel, repeat, channels] = (
                anatomy(model, (channels, 16, 16))["receptive_field"],
                sum(part.weight.numel() for part in convolutions),
                sum(p.numel() for part in convolutions for p in part.parameters()),
            )
    assert found[5, 1, 64][:2] == (5, 102_400)
    assert found[3, 2, 64][:2] == (5, 73_728)
    assert found[3, 3, 64][0] == found[7, 1, 64][0] == 7
    assert (found[3, 2, 3][2], found[5, 1, 3][2]) == (38_720, 4_864)


def test_widths_are_taken_as_they_are_given_and_the_rest_stays():
    assert weights(widths="5, 9") == [(5, 1, 3, 3), (9, 5, 3, 3)]
    torch.manual_seed(0)
    named = build_model("small_cnn", (1, 8, 8), 10, depth=2, widths="32,64").state_dict()
    torch.manual_seed(0)
    doubled = build_model("small_cnn", (1, 8, 8), 10, depth=2).state_dict()
    assert all(torch.equal(named[key], doubled[key]) for key in doubled)


@pytest.mark.parametrize("text", ["5", "5,9,1", "0,4", "5;9", "99999,1"])
def test_widths_that_do_not_fit_are_a_sentence(text):
    with pytest.raises(UserError, match="give 2 whole numbers from 1 to 32,768"):
        build_model("small_cnn", (1, 8, 8), 10, depth=2, widths=text)
