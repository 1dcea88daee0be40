"""build_model: what fits and what does not, for every architecture on the shelf; first weights and activations."""

from __future__ import annotations

import math
import re

import pytest
import torch
import torchvision
from torch import nn
from torch.nn import functional

from cnn_core.base.errors import UserError
from cnn_core.base.options import Facts
from cnn_core.models import blocks, build_model
from cnn_core.models.zoo import SHELF
from cnn_core.models.zoo.resnet import BLOCKS

TOO_SMALL = re.compile(r"too small for the layer (\S+) .*: the smallest size that fits is (\d+)x\2\.$")
VARIANTS = [
    ("mlp", {}),
    ("mlp", {"layers": 0}),
    ("lenet5", {}),
    ("lenet5", {"pooling": "max", "activation": "relu"}),
    ("small_cnn", {}),
    ("small_cnn", {"depth": 1, "width": 4}),
    ("small_cnn", {"depth": 5, "width": 4, "kernel": 7, "dropout": 0.5}),
    ("small_cnn", {"depth": 4, "width": 4, "kernel": 1, "batch_norm": False, "global_pooling": True}),
    ("small_cnn", {"depth": 2, "width": 4, "pooling": "average"}),
    ("conv_stack", {}),
    ("conv_stack", {"depth": 4, "rates": "1,2,4", "init": "library", "global_pooling": False}),
    ("resnet_cifar", {"depth": 8}),
    ("resnet_cifar", {"depth": 14, "width": 5, "shortcut": "B"}),
    ("resnet_cifar", {"depth": 8, "width": 4, "skip": False, "batch_norm": False}),
    ("resnet_cifar", {"depth": 8, "width": 4, "squeeze_excite": True}),
    ("aspp_net", {}),
    ("aspp_net", {"width": 4, "rates": "6", "pool": False}),
    ("vit", {}),
    ("vit", {"patch": 7, "depth": 1, "width": 6, "heads": 3, "dropout": 0.1}),
    ("resnet", {}),
    ("resnet", {"depth": 50}),
    ("torchvision", {"network": "squeezenet1_1"}),
    ("torchvision", {"network": "mobilenet_v3_small"}),
]


def variant_id(value):
    if isinstance(value, dict):
        return ",".join(f"{key}={one}" for key, one in value.items()) or "default"
    return str(value)


variants = pytest.mark.parametrize(("name", "options"), VARIANTS, ids=variant_id)


def smallest(name, options):
    """The layer and the side that the refusal of a picture of one pixel names; a side of 1 where it is taken."""
    try:
        build_model(name, (3, 1, 1), 4, **options)
    except UserError as error:
        layer, side = TOO_SMALL.search(str(error)).groups()
        return layer, int(side)
    return "", 1


def answers(model, shape):
    with torch.inference_mode():
        logits = model.eval()(torch.rand(1, *shape))
    return logits.shape == (1, 4) and bool(logits.isfinite().all())


def test_the_variants_leave_no_architecture_out():
    assert {name for name, _ in VARIANTS} == set(SHELF.names())


@variants
def test_the_smallest_size_that_is_named_works_and_one_pixel_less_does_not(name, options):
    layer, side = smallest(name, options)
    for shape in [(3, side, side), (3, side, side + 9), (3, side + 9, side)]:
        model = build_model(name, shape, 4, **options)
        assert answers(model, shape)
        assert layer == "" or layer in dict(model.named_modules())
    if side > 1:
        for shape in [(3, side - 1, side - 1), (3, side - 1, 100), (3, 100, side - 1)]:
            with pytest.raises(UserError, match=rf"A picture of {shape[1]}x{shape[2]} pixels is too small"):
                build_model(name, shape, 4, **options)


def test_the_smallest_sizes_are_those_of_hand_arithmetic():
    found = {name: smallest(name, {}) for name in ("lenet5", "small_cnn", "resnet_cifar", "resnet")}
    assert found == {
        "lenet5": ("features.5", 12),  # 12 + 4 - 4 = 12, halved 6, less 4 is 2, halved 1
        "small_cnn": ("features.1", 4),  # 4, 2, 1
        "resnet_cifar": ("layer2", 3),  # 3, 2, 1
        "resnet": ("layer2", 5),  # 5, 3, 2, 1
    }
    with pytest.raises(UserError, match=r"layer layer4 .* 5x5"):
        build_model("resnet", (1, 3, 3), 4)
    with pytest.raises(UserError, match=r"layer features\.5 .* 4x4"):
        build_model("small_cnn", (1, 3, 3), 4)


def fitting():
    for name, options in VARIANTS:
        entry = SHELF.load(name)
        for shape in [(1, 8, 8), (1, 28, 28), (3, 33, 47), (2, 64, 65)]:
            if not entry.unfit(entry.options(**options), Facts(input_shape=shape, classes=4)):
                yield name, options, shape


@pytest.mark.parametrize(("name", "options", "shape"), list(fitting()), ids=variant_id)
def test_one_step_has_finite_gradients_and_one_picture_an_answer_at_any_size_that_fits(name, options, shape):
    torch.manual_seed(0)
    model = build_model(name, shape, 4, **options)
    before = {key: one.detach().clone() for key, one in model.named_parameters()}
    optimizer = torch.optim.SGD(model.parameters(), 1e-3)
    loss = functional.cross_entropy(model(torch.randn(3, *shape)), torch.tensor([0, 3, 1]))
    loss.backward()
    optimizer.step()
    assert loss.isfinite()
    assert [key for key, one in model.named_parameters() if not one.grad.isfinite().all()] == []
    assert not all(torch.equal(one, before[key]) for key, one in model.named_parameters())
    assert answers(model, shape)


@variants
def test_the_same_seed_gives_the_same_weights_and_another_seed_others(name, options):
    torch.manual_seed(1)
    one = build_model(name, (3, 32, 32), 4, **options)
    torch.manual_seed(1)
    same, other = (build_model(name, (3, 32, 32), 4, **options) for _ in range(2))
    assert one.training
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), same.parameters(), strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


@pytest.mark.parametrize("depth", BLOCKS)
def test_resnet_has_the_names_and_shapes_of_torchvision(depth):
    with torch.device("meta"):
        ours = build_model("resnet", (3, 224, 224), 1000, depth=depth).state_dict()
        theirs = torchvision.models.get_model(f"resnet{depth}").state_dict()
    assert {key: one.shape for key, one in ours.items()} == {key: one.shape for key, one in theirs.items()}


@pytest.mark.parametrize(
    ("name", "shape", "options"),
    [
        ("mlp", (3, 64, 64), {}),
        ("lenet5", (3, 128, 128), {}),
        ("small_cnn", (3, 64, 64), {}),
        ("resnet_cifar", (3, 32, 32), {}),
    ],
)
def test_a_network_with_too_many_parameters_is_refused_with_a_cure_before_it_is_built(
    name, shape, options, monkeypatch
):
    count = sum(one.numel() for one in build_model(name, shape, 4, **options).parameters())
    monkeypatch.setattr(blocks, "PARAMETERS_MOST", count)
    build_model(name, shape, 4, **options)
    monkeypatch.setattr(blocks, "PARAMETERS_MOST", int(0.95 * count))
    with pytest.raises(UserError, match=r"parameters; at most [\d,]+ are allowed\. Try .*smaller") as caught:
        build_model(name, shape, 4, **options)
    stated = int(re.search(r"more than ([\d,]+) parameters", str(caught.value))[1].replace(",", ""))
    assert 0.95 * count < stated <= count


def test_the_largest_that_may_be_asked_for_is_refused_at_once():
    with pytest.raises(UserError, match="at most 200,000,000"):
        build_model("small_cnn", (3, 1024, 1024), 100_000, depth=8, width=256)


@pytest.mark.parametrize(
    ("shape", "classes", "says"),
    [
        ((1, 8), 4, 'input_shape is "(1, 8)"'),
        ((1, 8, 8, 8), 4, "input_shape"),
        ("28x28", 4, 'input_shape is "28x28"'),
        (None, 4, "input_shape"),
        ((1, 8.5, 8), 4, "input_shape"),
        ((0, 8, 8), 4, "whole numbers from 1 to 64, 1024 and 1024"),
        ((65, 8, 8), 4, "input_shape"),
        ((1, 1025, 8), 4, "input_shape"),
        ((1, float("nan"), 8), 4, "input_shape"),
        ((1, float("inf"), 8), 4, "input_shape"),
        ((1, 8, 8), 0, 'num_classes is "0"'),
        ((1, 8, 8), True, 'num_classes is "True"'),
        ((1, 8, 8), "4", "num_classes"),
        ((1, 8, 8), 100_001, "num_classes"),
    ],
    ids=str,
)
def test_an_impossible_shape_or_count_is_named(shape, classes, says):
    with pytest.raises(UserError) as caught:
        build_model("mlp", shape, classes)
    assert says in str(caught.value)


def test_an_unknown_name_or_option_gets_the_nearest_spelling():
    with pytest.raises(UserError, match='model "resnet_cifr" is not known; did you mean "resnet_cifar"'):
        build_model("resnet_cifr", (3, 32, 32), 10)
    with pytest.raises(UserError, match=r'model\.widht is not an option; did you mean "width"'):
        build_model("small_cnn", (3, 32, 32), 10, widht=3)


# Activations and first weights

AT = {  # at x = -1 and 1, recomputed for chapter 1
    "relu": (0, 1),
    "leaky_relu": (-0.01, 1),
    "elu": (-0.632121, 1),
    "silu": (-0.268941, 0.731059),
    "gelu": (-0.158655, 0.841345),
    "mish": (-0.303401, 0.865098),
    "sigmoid": (0.268941, 0.731059),
    "tanh": (-0.761594, 0.761594),
    "identity": (-1, 1),
}


@pytest.mark.parametrize("name", blocks.ACTIVATIONS)
def test_an_activation_has_the_values_of_chapter_1(name):
    values = blocks.ACTIVATIONS[name]()(torch.tensor([-1.0, 1.0]))
    assert values.tolist() == pytest.approx(AT[name], abs=5e-7)


@pytest.mark.parametrize("activation", blocks.ACTIVATIONS)
def test_first_weights_have_the_gain_of_their_activation_and_the_head_that_of_none(activation):
    torch.manual_seed(0)
    model = build_model("mlp", (1, 32, 32), 500, layers=1, width=1000, activation=activation)
    gains = {"identity": 1, "sigmoid": 1, "tanh": 5 / 3, "leaky_relu": math.sqrt(2 / (1 + 0.01**2))}
    hidden, head = model.get_submodule("hidden.0"), model.get_submodule("head")
    assert float(hidden.weight.detach().std()) == pytest.approx(
        gains.get(activation, math.sqrt(2)) / math.sqrt(1024), rel=0.01
    )
    assert float(head.weight.detach().std()) == pytest.approx(1 / math.sqrt(1000), rel=0.01)
    assert hidden.bias.detach().abs().max() == head.bias.detach().abs().max() == 0


def test_signals_keep_their_size_through_eight_layers_of_relu():
    torch.manual_seed(0)
    model = build_model("mlp", (1, 16, 16), 10, layers=8, width=1000)
    last = model.hidden(model.flatten(torch.randn(64, 1, 16, 16)))
    assert float((last**2).mean().detach()) == pytest.approx(1, abs=0.35)


def test_residual_networks_start_like_torchvision_s():
    torch.manual_seed(0)
    ours, theirs = build_model("resnet", (3, 64, 64), 1000), torchvision.models.resnet18()
    for name, layer in ours.named_modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            spread, witness = (one.weight.detach().std() for one in (layer, theirs.get_submodule(name)))
            assert float(spread) == pytest.approx(float(witness), rel=0.05), name
