"""Parameters, multiply-adds and receptive fields: published figures, hand arithmetic, and two other libraries."""

from __future__ import annotations

import pytest
import torch
import torchinfo
import torchvision
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnn_core.base.errors import UserError
from cnn_core.models import build_model
from cnn_core.models.anatomy import anatomy, conv_layers


def conv(channels_in, channels_out, kernel, stride=1, padding=0, dilation=1, bias=True):
    return nn.Conv2d(channels_in, channels_out, kernel, stride, padding, dilation, bias=bias)


def fields(model, shape):
    """The receptive field after each row."""
    return [row["receptive_field"] for row in anatomy(model, shape)["layers"]]


# ---------------------------------------------------------------- the numbers of the chapters


def test_the_two_mnist_networks_of_chapter_3():
    dense = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    small = nn.Sequential(
        conv(1, 32, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        conv(32, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(1600, 10),
    )
    first, second = anatomy(dense, (1, 28, 28)), anatomy(small, (1, 28, 28))
    assert (first["parameters"], first["multiply_adds"]) == (101_770, 101_632)
    assert (second["parameters"], second["multiply_adds"]) == (34_826, 2_440_960)
    assert [row["parameters"] for row in second["layers"]] == [320, 0, 18_496, 0, 0, 16_010]


def test_the_hierarchy_of_chapter_3_sees_3_4_8_10_18_22_38_pixels():
    widths, layers, before = (32, 64, 128, 256), [], 3
    for number, width in enumerate(widths):
        layers += [conv(before, width, 3), nn.ReLU()] + ([nn.MaxPool2d(2)] if number < 3 else [])
        before = width
    assert fields(nn.Sequential(*layers), (3, 224, 224)) == [3, 4, 8, 10, 18, 22, 38]
    headed = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(256, 1000))
    assert anatomy(headed, (3, 224, 224))["parameters"] == 645_416


@pytest.mark.parametrize(("rate", "sees"), [(1, 3), (2, 5), (3, 7), (4, 9), (6, 13), (12, 25), (18, 37), (24, 49)])
def test_one_dilated_layer_of_chapter_4(rate, sees):
    assert fields(conv(1, 1, 3, padding=rate, dilation=rate), (1, 64, 64)) == [sees]


@pytest.mark.parametrize(
    ("rates", "sees"),
    [
        ((1, 1, 1), 7),
        ((2, 2, 2), 13),
        ((1, 2, 4), 15),
        ((1, 2, 4, 8), 31),
        ((2, 4, 8), 29),
        ((1, 2, 5), 17),
        ((1, 2, 9), 25),
    ],
)
def test_stacks_of_dilated_layers_of_chapter_4(rates, sees):
    stack = nn.Sequential(*(conv(1, 1, 3, padding=rate, dilation=rate) for rate in rates))
    assert anatomy(stack, (1, 64, 64))["receptive_field"] == sees


def test_costs_of_kernels_of_chapter_7():
    counts = {k: anatomy(conv(3, 64, k), (3, 32, 32))["parameters"] for k in (1, 3, 5, 7)}
    assert counts == {1: 256, 3: 1_792, 5: 4_864, 7: 9_472}
    assert anatomy(conv(3, 96, 11), (3, 32, 32))["parameters"] == 34_944
    bottleneck = nn.Sequential(conv(256, 32, 1), conv(32, 128, 5, padding=2))
    direct = conv(256, 128, 5, padding=2)
    assert anatomy(bottleneck, (256, 8, 8))["multiply_adds"] * 7.41 == pytest.approx(819_200 * 64, rel=1e-3)
    assert anatomy(direct, (256, 8, 8))["multiply_adds"] == 819_200 * 64


def test_sizes_of_the_stack_of_chapter_7():
    layers, before = [], 3
    for number, width in enumerate((32, 64, 128, 256)):
        layers += [conv(before, width, 3)] + ([nn.MaxPool2d(2)] if number < 3 else [])
        before = width
    stack = anatomy(nn.Sequential(*layers), (3, 224, 224))
    assert [row["output_shape"][1] for row in stack["layers"]] == [222, 111, 109, 54, 52, 26, 24]
    assert stack["parameters"] == 388_416


@pytest.mark.parametrize(
    ("name", "parameters", "sees"),
    [
        ("resnet18", 11_689_512, 435),
        ("resnet34", 21_797_672, 899),
        ("resnet50", 25_557_032, 427),
        ("vgg16", 138_357_544, 212),
        ("alexnet", 61_100_840, 195),
    ],
)
def test_published_networks_of_chapter_12(name, parameters, sees):
    with torch.device("meta"):  # no memory, no random numbers
        found = anatomy(getattr(torchvision.models, name)(weights=None), (3, 224, 224))
    assert (found["parameters"], found["receptive_field"]) == (parameters, sees)


# ---------------------------------------------------------------- other libraries as witnesses

ZOO = ("resnet18", "squeezenet1_1", "mobilenet_v3_small", "densenet121", "googlenet")


@pytest.mark.parametrize("name", ZOO)
def test_torchinfo_and_the_flop_counter_agree(name):
    model = getattr(torchvision.models, name)(weights=None).eval()
    found = anatomy(model, (3, 96, 96))
    info = torchinfo.summary(model, (1, 3, 96, 96), verbose=0)
    assert found["parameters"] == info.total_params
    assert found["trainable_parameters"] == info.trainable_params
    with FlopCounterMode(display=False) as flops, torch.inference_mode():
        model(torch.zeros(1, 3, 96, 96))
    assert 2 * found["multiply_adds"] == flops.get_total_flops()


@pytest.mark.parametrize("name", ZOO)
def test_the_rows_sum_to_the_totals(name):
    with torch.device("meta"):
        found = anatomy(getattr(torchvision.models, name)(weights=None), (3, 96, 96))
    for key in ("parameters", "multiply_adds"):
        assert sum(row[key] for row in found["layers"]) == found[key]


# ---------------------------------------------------------------- meanings


class Branches(nn.Module):
    """A short and a wide branch, added."""

    def __init__(self) -> None:
        super().__init__()
        self.short, self.wide = conv(1, 1, 3, padding=1), conv(1, 1, 7, padding=3)
        self.after = conv(1, 1, 3, padding=1)

    def forward(self, x):
        return self.after(self.short(x) + self.wide(x))


class Twice(nn.Module):
    """One convolution, called twice."""

    def __init__(self) -> None:
        super().__init__()
        self.same = conv(2, 2, 3, padding=1)

    def forward(self, x):
        return self.same(self.same(x))


def test_the_widest_branch_counts():
    rows = {row["name"]: row["receptive_field"] for row in anatomy(Branches(), (1, 16, 16))["layers"]}
    assert rows == {"short": 3, "wide": 7, "after": 9}


def test_a_shared_module_counts_its_parameters_once_and_its_work_at_each_call():
    found = anatomy(Twice(), (2, 8, 8))
    assert found["parameters"] == 2 * 2 * 9 + 2
    assert found["multiply_adds"] == 2 * (2 * 2 * 9 * 64)
    (row,) = found["layers"]
    assert (row["parameters"], row["multiply_adds"], row["receptive_field"]) == (38, 4608, 5)


def test_nothing_is_local_after_global_pooling_or_a_dense_layer():
    model = nn.Sequential(conv(1, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))
    assert fields(model, (1, 9, 9)) == [3, None, None, None]
    assert anatomy(model, (1, 9, 9))["receptive_field"] == 3
    assert anatomy(nn.Sequential(nn.Flatten(), nn.Linear(81, 2)), (1, 9, 9))["receptive_field"] is None


def test_a_row_is_a_leaf_that_holds_parameters_or_changes_the_shape():
    model = nn.Sequential(conv(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(), nn.MaxPool2d(2))
    assert [row["type"] for row in anatomy(model, (1, 8, 8))["layers"]] == ["Conv2d", "BatchNorm2d", "MaxPool2d"]


def test_frozen_parameters_are_not_trainable():
    model = nn.Sequential(conv(1, 4, 3), conv(4, 4, 3))
    model[0].requires_grad_(False)
    found = anatomy(model, (1, 8, 8))
    assert (found["parameters"], found["trainable_parameters"]) == (188, 148)


def state(model):
    """Everything that must not change."""
    hooks = [len(module._forward_hooks) + len(module._forward_pre_hooks) for module in model.modules()]
    return {k: v.clone() for k, v in model.state_dict().items()}, [m.training for m in model.modules()], hooks


@pytest.mark.parametrize("shape", [(3, 32, 32), (1, 32, 32)], ids=["fits", "does not fit"])
def test_the_network_is_only_read(shape):
    model = build_model("resnet_cifar", (3, 32, 32), 10, depth=8).train()
    weights, modes, hooks = state(model)
    if shape[0] == 3:
        anatomy(model, shape)
    else:
        with pytest.raises(UserError, match="1x32x32"):
            anatomy(model, shape)
    after = state(model)
    assert all(torch.equal(weights[name], after[0][name]) for name in weights)
    assert (modes, hooks) == after[1:]
    assert next(model.parameters()).device.type == "cpu"


def test_convolutions_come_in_the_order_of_call_with_their_grids():
    model = build_model("small_cnn", (1, 28, 28), 10)
    assert conv_layers(model, (1, 28, 28)) == [
        ("features.0", (28, 28)),
        ("features.4", (14, 14)),
        ("features.8", (7, 7)),
    ]
    assert conv_layers(build_model("mlp", (1, 8, 8), 10), (1, 8, 8)) == []
