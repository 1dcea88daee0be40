"""Activation maps: by hand, by a second way, of every layer of every architecture, and from many threads."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
import torchvision
from torch import Tensor, nn

from cnn_core.base.errors import BadPicture, Failed, UserError
from cnn_core.features.activations import activations, statistics
from cnn_core.features.layers import first_layer, layers
from cnn_core.models import build_model
from tests.makers import hooks, network, picture, tiny_classifier

RECORD = {"layer", "type", "shape", "min", "mean", "max", "zeros", "channels", "notes", "layers", "notice"}


def test_maps_are_those_of_a_convolution_that_was_written_by_hand():
    """The filter takes each pixel from its right neighbour; what the network gets is known from the picture."""
    edge = nn.Conv2d(1, 1, (1, 2), bias=False)
    edge.weight.data = torch.tensor([[[[-1.0, 1.0]]]])
    asked = network(nn.Sequential(edge, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()), (1, 3, 4))
    seen = np.array([[0, 0, 255, 255], [255, 0, 0, 0], [9, 9, 9, 9]], np.uint8)
    found = activations(asked, seen, "0")
    step = 255 * asked.preprocessing.multiply[0]
    expected = np.array([[0, step, 0], [-step, 0, 0], [0, 0, 0]])
    assert found.maps.shape == (1, 3, 3)
    assert found.maps[0] == pytest.approx(expected, abs=1e-6)
    assert found.signed
    assert found.largest == pytest.approx(step)
    record = found.record()
    assert (record["max"], record["min"]) == pytest.approx((step, -step))
    assert record["mean"] == pytest.approx(0, abs=1e-6)
    assert record["zeros"] == 7 / 9
    assert record["channels"][0]["strength"] == pytest.approx(2 * step / 9)  # without the signs
    assert activations(asked, seen, "1").maps[0] == pytest.approx(expected.clip(0), abs=1e-6)


@pytest.mark.parametrize("layer", range(8))
def test_each_layer_gives_what_the_network_cut_off_there_gives(layer):
    asked = network(tiny_classifier())
    cut = asked.module[: layer + 1](asked.preprocess(picture())).numpy()[0]
    assert np.array_equal(activations(asked, picture(), str(layer)).maps, cut)


def test_the_record_is_plain_json_with_the_promised_keys():
    record = activations(network(tiny_classifier()), picture(), "3").record()
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert set(record) == RECORD
    assert (record["layer"], record["type"], record["shape"]) == ("3", "Conv2d", [8, 8, 6])
    assert set(record["channels"][0]) == {"channel", "strength", "min", "mean", "max", "zeros"}
    assert sorted(one["channel"] for one in record["channels"]) == list(range(8))


def test_the_strongest_channel_comes_first():
    found = activations(network(tiny_classifier()), picture(), "4")
    means = np.abs(found.maps).mean(axis=(1, 2))
    assert found.order.tolist() == sorted(range(8), key=lambda c: -means[c])
    strengths = [one["strength"] for one in found.record()["channels"]]
    assert strengths == sorted(strengths, reverse=True)


def test_a_dense_layer_gives_a_vector():
    asked = network(tiny_classifier())
    found = activations(asked, picture(), "7")
    assert found.maps.shape == (3,)
    assert found.maps == pytest.approx(asked.logits(asked.preprocess(picture()))[0].numpy(), abs=1e-6)
    assert found.record()["shape"] == [3]


def test_saw_is_the_picture_as_the_network_got_it():
    found = activations(network(tiny_classifier()), picture((3, 40, 40)))
    assert found.saw.shape == (16, 12, 3)


@pytest.mark.parametrize("name", ["small_cnn", "lenet5", "mlp", "resnet_cifar", "resnet"])
def test_every_layer_that_is_listed_can_be_asked_and_has_the_shape_that_was_said(name):
    asked = network(build_model(name, (3, 32, 32), 3), (3, 32, 32))
    known = layers(asked)
    assert len(known) > 3
    for one in known:
        found = activations(asked, picture((3, 32, 32)), one.name)
        assert found.maps.shape == one.shape
        assert found.type == one.type


@pytest.mark.parametrize(
    ("build", "begins"),
    [
        (lambda: build_model("small_cnn", (3, 32, 32), 3), "features.3"),  # convolution, pooling, norm, activation
        (lambda: build_model("mlp", (3, 32, 32), 3), "hidden.1"),
        (lambda: build_model("mlp", (3, 32, 32), 3, layers=0), "head"),
        (lambda: torchvision.models.squeezenet1_1(), "features.2"),
        (lambda: torchvision.models.resnet18(), "maxpool"),
    ],
)
def test_without_a_layer_it_begins_at_the_end_of_the_first_block(build, begins):
    asked = network(build(), (3, 32, 32))
    assert first_layer(asked, layers(asked)) == begins
    assert activations(asked, picture((3, 32, 32))).layer == begins


class Adding(nn.Module):
    """Works in place on what its first part gave, as torchvision's residual blocks do."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3, padding=1)
        self.head = nn.Linear(4, 3)

    def forward(self, images: Tensor) -> Tensor:
        out = self.first(images)
        out += 100
        return self.head(out.mean((2, 3)))


def test_what_a_network_does_in_place_later_does_not_change_the_maps():
    asked = network(Adding())
    right = asked.module.first(asked.preprocess(picture())).numpy()[0]
    assert np.array_equal(activations(asked, picture(), "first").maps, right)


class Odd(nn.Module):
    """Layers that give two tensors, a sequence, or are never called."""

    def __init__(self) -> None:
        super().__init__()
        self.pair, self.unused, self.head = (
            nn.MultiheadAttention(3, 1, batch_first=True),
            nn.Linear(3, 3),
            nn.Linear(3, 3),
        )
        self.words = nn.Identity()

    def forward(self, images: Tensor) -> Tensor:
        words = self.words(images.flatten(2).transpose(1, 2))
        return self.head(self.pair(words, words, words)[0].mean(1))


@pytest.mark.parametrize(
    ("layer", "says"),
    [
        ("words", "gives 1 × 192 × 3 numbers .* neither maps nor one vector; choose another one, as head"),
        ("pair", "gives no maps and no numbers"),
        ("unused", "gives no maps and no numbers"),
        ("heads", 'did you mean "head"'),
        ("", "is not known"),
        ("x" * 5000, "is not known"),
    ],
)
def test_a_layer_that_cannot_be_shown_is_a_sentence(layer, says):
    with pytest.raises(UserError, match=says) as error:
        activations(network(Odd()), picture(), layer)
    assert len(str(error.value)) < 400


def test_no_hook_is_left_behind_also_after_an_error():
    asked = network(Odd())
    for layer in ("head", "unused", "words"):
        try:
            activations(asked, picture(), layer)
        except UserError:
            pass
    assert hooks(asked.module) == []


def test_a_bad_picture_and_numbers_that_are_not_finite_are_sentences():
    module = tiny_classifier()
    with pytest.raises(BadPicture):
        activations(network(module), b"no picture")
    module[3].bias.data[0] = float("inf")
    asked = network(module)
    with pytest.raises(Failed, match="Layer 3 gives no finite numbers"):
        activations(asked, picture(), "3")
    assert activations(asked, picture(), "0").maps.shape == (6, 16, 12)  # before it, all is well


def test_statistics_of_a_few_values():
    assert statistics(np.array([0, -1, 4, 0], np.float32)) == {"min": -1.0, "mean": 0.75, "max": 4.0, "zeros": 0.5}
