"""The entry of torchvision's networks: names, published parameters, channels, sizes that fit and that do not."""

from __future__ import annotations

import re

import pytest
import torch
from torch import nn
from torchvision import models

from cnn_core.base.errors import UserError
from cnn_core.models import build_model
from cnn_core.models.anatomy import anatomy
from cnn_core.models.blocks import PARAMETERS_MOST
from cnn_core.models.zoo.torchvision import NAMES

LARGE = {name for name in NAMES if models.get_model_weights(name).DEFAULT.meta["num_params"] > PARAMETERS_MOST}
LIGHT = ["alexnet", "densenet121", "efficientnet_v2_s", "googlenet", "inception_v3", "maxvit_t", "mnasnet0_5"]
LIGHT += ["mobilenet_v3_small", "regnet_y_400mf", "resnet18", "shufflenet_v2_x0_5", "squeezenet1_0", "swin_t"]
LIGHT += ["swin_v2_t", "convnext_tiny", "vgg11", "vit_b_32"]  # one of each family


def hollow(name, shape, classes=1000):
    """A network without memory."""
    with torch.device("meta"):
        return build_model("torchvision", shape, classes, network=name)


def side(name):
    """The size that its weights were trained with."""
    return models.get_model_weights(name).DEFAULT.meta["min_size"][0] if name.startswith(("vit", "maxvit")) else 224


def test_the_list_is_torchvisions_own_and_its_largest_are_refused():
    assert list(NAMES) == models.list_models(module=models)
    assert len(NAMES) >= 80
    assert {"regnet_y_128gf", "vit_h_14"} <= LARGE
    with pytest.raises(UserError, match=r"more than 633,470,440 parameters; at most 200,000,000 are allowed"):
        build_model("torchvision", (3, 518, 518), 1000, network="vit_h_14")
    with pytest.raises(UserError, match=r'network is "resnet17", but must be one of alexnet, convnext_base'):
        build_model("torchvision", (3, 64, 64), 10, network="resnet17")


@pytest.mark.parametrize("name", LIGHT)
def test_a_network_has_the_parameters_that_torchvision_publishes(name):
    found = hollow(name, (3, side(name), side(name)))
    auxiliary = {"inception_v3": 3_326_696}.get(name, 0)  # its published number counts the head that helps training
    stated = models.get_model_weights(name).DEFAULT.meta["num_params"]
    assert sum(one.numel() for one in found.parameters()) == stated - auxiliary


@pytest.mark.parametrize("name", LIGHT)
def test_a_network_takes_one_channel_and_any_number_of_classes(name):
    model = hollow(name, (1, side(name), side(name)), 7)
    with torch.inference_mode(), torch.device("meta"):
        assert model.eval()(torch.empty(1, 1, side(name), side(name))).shape == (1, 7)
    first = next(one for one in model.modules() if isinstance(one, nn.Conv2d))
    assert first.in_channels == 1
    assert not any(getattr(one, "inplace", False) for one in model.modules())


def test_only_the_first_convolution_changes_with_the_channels():
    three, five = (hollow("resnet18", (channels, 64, 64)).state_dict() for channels in (3, 5))
    other = {key for key in three if three[key].shape != five[key].shape}
    assert other == {"conv1.weight"}
    assert list(five["conv1.weight"].shape) == [64, 5, 7, 7]


@pytest.mark.parametrize(
    ("name", "smallest", "layer"),
    [("alexnet", 63, "features.12"), ("squeezenet1_1", 17, "features.8"), ("vgg11", 32, "features.20")],
)
def test_the_smallest_size_and_the_layer_that_ends_a_smaller_picture_are_named(name, smallest, layer):
    hollow(name, (3, smallest, smallest))
    with pytest.raises(UserError, match=rf"layer {layer} \(MaxPool2d\): the smallest size that fits is {smallest}x"):
        hollow(name, (3, smallest - 1, 100))


@pytest.mark.parametrize("name", [name for name in LIGHT if side(name) == 224 and name not in ("vit_b_32", "maxvit_t")])
def test_the_smallest_size_works_and_one_pixel_less_does_not(name):
    smallest = 1
    try:
        hollow(name, (3, 1, 1), 4)
    except UserError as error:
        smallest = int(re.search(r"fits is (\d+)x", str(error))[1])
    model = hollow(name, (3, smallest, smallest), 4).eval()
    with torch.inference_mode(), torch.device("meta"):
        assert model(torch.empty(1, 3, smallest, smallest)).shape == (1, 4)
        if smallest > 1:
            with pytest.raises((RuntimeError, ValueError)):
                model(torch.empty(1, 3, smallest - 1, smallest - 1))


@pytest.mark.parametrize(
    ("name", "good", "bad", "says"),
    [
        ("vit_b_32", (64, 64), (64, 96), "square pictures with sides of 32, 64, 96 and so on, not 64x96"),
        ("vit_b_16", (48, 48), (50, 50), "sides of 16, 32, 48 and so on, not 50x50"),
        ("maxvit_t", (224, 224), (256, 256), "sides of 224, 448, 672 and so on, not 256x256"),
    ],
)
def test_transformers_say_which_sizes_they_take(name, good, bad, says):
    anatomy(hollow(name, (3, *good), 5), (3, *good))
    with pytest.raises(UserError, match=says):
        hollow(name, (3, *bad), 5)


def test_a_network_of_torchvision_learns_as_any_other():
    torch.manual_seed(0)
    model = build_model("torchvision", (1, 32, 32), 2, network="mobilenet_v3_small")
    optimizer = torch.optim.SGD(model.parameters(), 0.05, momentum=0.9)
    pictures, targets = torch.zeros(8, 1, 32, 32), torch.arange(8) % 2
    pictures[targets == 1, :, 8:24, 8:24] = 1.0
    pictures += 0.1 * torch.randn(8, 1, 32, 32)
    for _ in range(12):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(pictures), targets)
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.1
