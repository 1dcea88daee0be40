"""Parameters, multiply-adds and receptive fields: published figures, hand arithmetic, and two other libraries.

The networks of the chapters: `tests/chapters`."""

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
from tests.chapters.tables.networks import Aspp


def conv(channels_in, channels_out, kernel, stride=1, padding=0, dilation=1, bias=True):
    return nn.Conv2d(channels_in, channels_out, kernel, stride, padding, dilation, bias=bias)


def fields(model, shape):
    """The receptive field after each row."""
    return [row["receptive_field"] for row in anatomy(model, shape)["layers"]]


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


PUBLISHED = (
    "alexnet convnext_tiny densenet121 efficientnet_b0 mnasnet1_0 mobilenet_v2 mobilenet_v3_large resnet50 "
    "resnext50_32x4d shufflenet_v2_x1_0 squeezenet1_0 vgg11_bn wide_resnet50_2"
)


@pytest.mark.parametrize("name", PUBLISHED.split())
def test_torchvisions_published_parameters_and_billions_of_multiply_adds(name):
    published = next(iter(torchvision.models.get_model_weights(name)))
    side = published.transforms().crop_size[0]
    with torch.device("meta"):
        found = anatomy(torchvision.models.get_model(name), (3, side, side))
    assert found["parameters"] == published.meta["num_params"]
    assert round(found["multiply_adds"] / 1e9, 3) == published.meta["_ops"]


# ---------------------------------------------------------------- meanings


def test_without_its_global_pooling_a_pyramid_sees_what_its_widest_branch_sees():
    with torch.device("meta"):
        assert anatomy(Aspp(pooled=False), (256, 33, 33))["receptive_field"] == 37


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
