"""The anatomy of networks as others write them: shared parts, functions, parts that are not called, errors, hooks."""

from __future__ import annotations

import copy

import pytest
import torch
import torchinfo
import torchvision
from torch import nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from cnn_core.base.errors import UserError
from cnn_core.models import build_model
from cnn_core.models.anatomy import anatomy, conv_layers
from cnn_core.models.zoo import SHELF
from tests.makers import hooks

ZOO = [(name, (3, 40, 48)) for name in SHELF.names()]


@pytest.mark.parametrize(("name", "shape"), ZOO)
def test_the_rows_of_our_architectures_are_those_of_torchinfo_and_the_flop_counter(name, shape):
    model = build_model(name, shape, 7).eval()
    found = anatomy(model, shape)
    with FlopCounterMode(display=False, depth=None) as flops, torch.inference_mode():
        model(torch.zeros(1, *shape))
    attention = flops.get_flop_counts()["Global"].get(torch.ops.aten.bmm, 0)  # no weight takes part in these products
    assert 2 * found["multiply_adds"] == flops.get_total_flops() - attention
    assert bool(attention) == (name == "vit")
    info = torchinfo.summary(model, (1, *shape), verbose=0)
    theirs = {
        (one.class_name, one.trainable_params, tuple(one.output_size[1:]))
        for one in info.summary_list
        if one.is_leaf_layer and one.num_params
    }
    assert {(row["type"], row["parameters"], tuple(row["output_shape"])) for row in found["layers"]} >= theirs


class Products(nn.Module):
    """Weights used without a layer, in three ways."""

    def __init__(self):
        super().__init__()
        self.weight, self.batch = nn.Parameter(torch.rand(12, 5)), nn.Parameter(torch.rand(2, 5, 3))

    def forward(self, x):
        rows = x.flatten(2)  # (N, 2, 12)
        return (rows @ self.weight).transpose(0, 1) @ self.batch + torch.einsum("ncp,pk->cnk", rows, self.weight[:, :3])


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        (nn.ConvTranspose2d(2, 6, 4, stride=2, padding=1), (2, 3, 4)),
        (nn.Conv2d(2, 6, 3, groups=2, dilation=2, stride=2), (2, 9, 8)),
        (nn.Sequential(nn.Conv2d(2, 4, 1), nn.Flatten(2), nn.Conv1d(4, 3, 5)), (2, 3, 4)),
        (nn.Sequential(nn.Flatten(2), nn.Linear(12, 5)), (2, 3, 4)),
        (Products(), (2, 3, 4)),
    ],
    ids=["transposed", "grouped", "one-dimensional", "dense over rows", "bare products"],
)
def test_the_flop_counter_agrees_on_other_kinds_of_products(model, shape):
    with FlopCounterMode(display=False) as flops, torch.inference_mode():
        model(torch.zeros(1, *shape))
    assert 2 * anatomy(model, shape)["multiply_adds"] == flops.get_total_flops() > 0


class Attention(nn.Module):
    """One head of attention, as torch has it."""

    def __init__(self):
        super().__init__()
        self.attend = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x):
        places = x.flatten(2).mT
        return self.attend(places, places, places)[0]


def test_of_attention_the_products_with_weights_count_and_those_of_activations_do_not():
    places, channels = 6 * 6, 8
    found = anatomy(Attention(), (8, 6, 6))
    assert found["multiply_adds"] == places * channels * 4 * channels  # to queries, keys and values, and out again
    assert found["parameters"] == 4 * channels * (channels + 1)


class Shared(nn.Module):
    """One convolution under two names, and a second one that has the weight of the first."""

    def __init__(self):
        super().__init__()
        self.one = nn.Conv2d(4, 4, 3, padding=1)
        self.same = self.one
        self.tied = nn.Conv2d(4, 4, 3, padding=1)
        self.tied.weight = self.one.weight

    def forward(self, x):
        return self.tied(self.same(self.one(x)))


def test_a_weight_of_two_layers_counts_once_and_works_in_both():
    model = Shared()
    found = anatomy(model, (4, 8, 8))
    assert found["parameters"] == sum(one.numel() for one in model.parameters()) == 144 + 4 + 4
    work = 144 * 64
    rows = [(row["name"], row["parameters"], row["multiply_adds"]) for row in found["layers"]]
    assert rows == [("one", 148, 2 * work), ("tied", 4, work)]
    assert found["multiply_adds"] == 3 * work


class Bare(nn.Module):
    """Weights of its own and of a child, used by functions; a child that is never called."""

    def __init__(self):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(4, 1, 1))
        self.kernel = nn.ParameterList([nn.Parameter(torch.zeros(4, 3, 3, 3))])
        self.unused = nn.Linear(5, 5)

    def forward(self, x):
        return functional.conv2d(x, self.kernel[0]) + self.bias


def test_weights_outside_leaf_layers_and_layers_that_are_not_called_are_in_the_rows_too():
    found = anatomy(Bare(), (3, 8, 8))
    rows = {row["name"]: (row["parameters"], row["multiply_adds"], row["output_shape"]) for row in found["layers"]}
    assert rows == {"": (4, 108 * 36, [4, 6, 6]), "kernel": (108, 0, None), "unused": (30, 0, None)}
    assert (found["parameters"], found["multiply_adds"]) == (142, 108 * 36)
    assert conv_layers(Bare(), (3, 8, 8)) == []  # there is no layer to ask


def test_the_extra_heads_that_googlenet_has_only_for_training_are_listed_without_a_shape():
    with torch.device("meta"):
        found = anatomy(torchvision.models.googlenet(init_weights=False), (3, 224, 224))
    silent = [row for row in found["layers"] if row["output_shape"] is None]
    assert {row["name"].split(".")[0] for row in silent} == {"aux1", "aux2"}
    assert sum(row["multiply_adds"] for row in silent) == 0
    assert found["parameters"] - sum(row["parameters"] for row in silent) == 6_624_904  # torchvision's, without them


class Crossed(nn.Module):
    """Layers that are called in another order than they are written, the first of them twice."""

    def __init__(self):
        super().__init__()
        self.b, self.a = nn.Conv2d(2, 2, 1), nn.Conv2d(2, 2, 3)

    def forward(self, x):
        return self.a(self.b(self.a(x)))


def test_rows_are_in_the_order_of_the_first_call_and_convolutions_in_that_of_the_last():
    assert [row["name"] for row in anatomy(Crossed(), (2, 9, 9))["layers"]] == ["a", "b"]
    assert conv_layers(Crossed(), (2, 9, 9)) == [("b", (7, 7)), ("a", (5, 5))]


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_a_network_of_another_precision_has_the_same_anatomy(dtype):
    model = build_model("small_cnn", (1, 16, 16), 3, width=4)
    assert anatomy(copy.deepcopy(model).to(dtype), (1, 16, 16)) == anatomy(model, (1, 16, 16))


class Spied(nn.Module):
    """A network that notes when its own code runs on numbers, with a hook, a buffer and a mix of modes."""

    def __init__(self, crash=False):
        super().__init__()
        self.conv, self.norm, self.crash, self.devices = nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), crash, []
        self.register_buffer("steps", torch.tensor(3))
        self.extra = torch.ones(2, 1, 1)  # neither parameter nor buffer
        self.conv.register_forward_hook(lambda _m, _i, out: self.devices.append(out.device.type))
        self.norm.eval()

    def forward(self, x):
        x = self.norm(self.conv(x)) * self.extra
        self.steps += 1
        if self.crash:
            raise RuntimeError("inside the model")
        return x


@pytest.mark.parametrize("crash", [False, True])
def test_no_hook_runs_and_nothing_is_changed_also_when_the_network_crashes(crash):
    model = Spied(crash).train()
    model.norm.eval()
    before, extra = copy.deepcopy(model.state_dict()), model.extra
    held = {name: id(value) for name, value in model.state_dict(keep_vars=True).items()}
    if crash:
        with pytest.raises(UserError, match="cannot take a picture of 1x8x8: inside the model"):
            anatomy(model, (1, 8, 8))
    else:
        assert anatomy(model, (1, 8, 8))["multiply_adds"] == 2 * 9 * 36
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert {name: id(value) for name, value in model.state_dict(keep_vars=True).items()} == held
    assert model.extra is extra
    assert hooks(model) == ["conv: _forward_hooks"]
    assert model.devices == []
    assert [part.training for part in (model, model.conv, model.norm)] == [True, True, False]
    assert torch.is_grad_enabled()
    assert torch.empty(1).device.type == "cpu"


def test_twin_running_the_network_itself_would_change_it():
    model = Spied().eval()
    model(torch.zeros(1, 1, 8, 8))
    assert (model.steps.item(), model.devices) == (4, ["cpu"])


@pytest.mark.parametrize("shape", [(3, 8, 8), (1, 2, 2)])
def test_a_picture_that_the_network_cannot_take_is_named_in_one_sentence(shape):
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())
    size = "x".join(map(str, shape))
    with pytest.raises(UserError, match=rf"^The network cannot take a picture of {size}: [^\n]+$"):
        anatomy(model, shape)
    assert hooks(model) == []
