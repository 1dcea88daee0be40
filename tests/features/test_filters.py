"""Filters: every kind of convolution by hand arithmetic, order, colour, and what is said where there are none."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from cnn_core.base.errors import Failed, UserError
from cnn_core.features.filters import chain, filters
from cnn_core.models import build_model
from tests.makers import network, tiny_classifier

RECORD = {"layer", "type", "shape", "groups", "color", "scale", "mean", "zeros", "filters", "by_similarity", "layers"}


def with_head(*parts: nn.Module) -> nn.Sequential:
    return nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.LazyLinear(3))


def made(*parts: nn.Module, shape=(3, 16, 12)):
    module = with_head(*parts)
    module(torch.zeros(1, *shape))
    return network(module, shape)


def convolution(weights: list, **more) -> nn.Conv2d:
    """A convolution with these weights (K, C, h, w)."""
    values = torch.tensor(weights, dtype=torch.float32)
    count, inputs, *kernel = values.shape
    module = nn.Conv2d(inputs * more.get("groups", 1), count, kernel, bias=False, **more)
    module.weight.data = values
    return module


def test_scale_and_lengths_are_those_of_a_convolution_that_was_written_by_hand():
    known = [[[[1, 0], [0, -2]]], [[[3, 0], [-4, 0]]], [[[0, 0], [0, 0]]]]
    found = filters(made(convolution(known), shape=(1, 8, 8)))
    assert found.weights.tolist() == known
    assert found.scale == 4  # of -4: one scale for both signs
    assert found.norms.tolist() == pytest.approx([np.sqrt(5), 5, 0])
    assert found.by_norm.tolist() == [1, 0, 2]
    assert found.record()["filters"][0] == {"filter": 1, "norm": 5.0}
    assert found.record()["zeros"] == 8 / 12
    assert found.record()["mean"] == pytest.approx(-2 / 12)


def test_the_record_is_plain_json_with_the_promised_keys():
    record = filters(network(tiny_classifier()), "3").record()
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert set(record) >= RECORD
    assert record["shape"] == [8, 6, 3, 3]
    assert record["layers"] == ["0", "3"]


def test_the_first_convolution_is_the_default_and_the_only_one_in_colour():
    asked = network(nn.Sequential(nn.Conv2d(3, 3, 3), nn.Conv2d(3, 4, 3), *tiny_classifier(channels=4)))
    first, second = filters(asked), filters(asked, "1")
    assert (first.layer, first.color) == ("0", True)
    assert second.weights.shape == (4, 3, 3, 3)
    assert not second.color  # three maps, but no red, green and blue
    assert not filters(network(tiny_classifier(channels=1), (1, 16, 12))).color


def test_filters_are_a_copy_so_nobody_can_change_the_network_by_them():
    asked = network(tiny_classifier())
    filters(asked).weights[:] = 7
    assert asked.module[0].weight.abs().max() < 1


def test_a_depthwise_convolution_has_one_map_a_filter_and_is_in_no_colour():
    asked = made(nn.Conv2d(3, 6, 3, groups=3))
    found = filters(asked)
    assert found.weights.shape == (6, 1, 3, 3)
    assert (found.groups, found.color) == (3, False)


def test_a_1x1_convolution_is_a_matrix():
    found = filters(made(nn.Conv2d(3, 5, 3), nn.Conv2d(5, 7, 1)), "1")
    assert found.weights.shape == (7, 5, 1, 1)


@pytest.mark.parametrize("groups", [1, 2])
def test_filters_of_a_convolution_that_enlarges_are_what_one_input_pixel_paints(groups):
    """Witness: a single 1 in one input map comes out as the filters that read this map."""
    module = nn.ConvTranspose2d(4, 6, 3, groups=groups, bias=False)
    found = filters(made(nn.Conv2d(3, 4, 3), module), "1").weights
    for source in range(4):
        image = torch.zeros(1, 4, 1, 1)
        image[0, source] = 1
        painted = functional.conv_transpose2d(image, module.weight, groups=groups)[0].numpy()
        for target in range(6):
            group = source // (4 // groups)
            if target // (6 // groups) == group:
                assert np.array_equal(found[target, source % (4 // groups)], painted[target])
            else:
                assert not painted[target].any()


def test_a_normal_convolution_answers_with_its_filter_where_one_pixel_is_lit():
    """Witness: convolving a single 1 gives the filter, turned (torch does not turn it, so it comes out turned)."""
    asked = network(tiny_classifier())
    image = torch.zeros(1, 3, 5, 5)
    image[0, 1, 2, 2] = 1
    answer = functional.conv2d(image, asked.module[0].weight)[0].numpy()
    assert np.array_equal(answer[:, ::-1, ::-1], filters(asked).weights[:, 1])


# --- order ------------------------------------------------------------------------------------------------------------


def test_in_the_chain_each_filter_is_followed_by_the_one_that_looks_most_alike():
    angles = {0: 0, 1: 90, 2: 10, 3: 200, 4: 45}
    vectors = np.array([[np.cos(np.radians(a)), np.sin(np.radians(a))] for a in angles.values()], np.float32)
    vectors[0] *= 2  # the longest begins, however long the others are
    assert chain(vectors).tolist() == [0, 2, 4, 1, 3]


def test_in_the_chain_every_filter_stands_once_and_zeros_stand_last():
    weights = np.random.default_rng(0).normal(size=(20, 3, 3, 3)).astype(np.float32)
    weights[[4, 7]] = 0
    line = chain(weights)
    assert sorted(line.tolist()) == list(range(20))
    assert line[-2:].tolist() == [4, 7]
    assert chain(np.zeros((3, 1, 2, 2), np.float32)).tolist() == [0, 1, 2]


def test_in_the_chain_neighbours_are_more_alike_than_by_number():
    weights = np.random.default_rng(1).normal(size=(40, 1, 3, 3)).astype(np.float32)

    def likeness(order):
        flat = weights[order].reshape(40, -1)
        flat = flat / np.linalg.norm(flat, axis=1, keepdims=True)
        return float((flat[1:] * flat[:-1]).sum(1).mean())

    assert likeness(chain(weights)) > likeness(np.arange(40)) + 0.3


# --- what cannot be shown ---------------------------------------------------------------------------------------------


def test_an_unknown_layer_is_a_sentence_with_the_nearest_spelling():
    asked = network(build_model("small_cnn", (3, 16, 12), 3))
    with pytest.raises(
        UserError, match=r'layer \(a convolution\) "features.00" is not known; did you mean "features.0"'
    ):
        filters(asked, "features.00")
    with pytest.raises(UserError, match=r'"head" is not known.*There is: features.0'):
        filters(asked, "head")  # a layer, but no convolution


def test_a_network_without_convolution_says_what_is_possible():
    asked = network(build_model("mlp", (3, 16, 12), 3))
    for layer in (None, "hidden.0"):
        with pytest.raises(UserError, match=r"no convolution.*activations of its layers \(flatten, hidden.*small_cnn"):
            filters(asked, layer)


def test_weights_that_are_not_finite_are_a_sentence():
    module = tiny_classifier()
    module[0].weight.data[0, 0, 0, 0] = float("nan")
    with pytest.raises(Failed, match="The weights of 0 are not finite"):
        filters(network(module))
