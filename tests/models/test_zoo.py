"""Every architecture: the counts that are promised, sizes that fit and that do not, one step of training."""

from __future__ import annotations

import pytest
import torch
import torchvision
from torch import nn
from torch.nn import functional

from cnn_core.base.errors import UserError
from cnn_core.models import build_model
from cnn_core.models.anatomy import anatomy
from cnn_core.models.blocks import Flatten
from cnn_core.models.zoo import SHELF


def hollow(name, shape, classes, **options):
    """The anatomy of a network that is never given memory."""
    with torch.device("meta"):
        return anatomy(build_model(name, shape, classes, **options), shape)


@pytest.mark.parametrize("shape", [(1, 32, 32), (1, 28, 28)])
def test_lenet5_has_61706_parameters(shape):
    assert hollow("lenet5", shape, 10)["parameters"] == 61_706


@pytest.mark.parametrize(
    ("depth", "parameters"), [(20, 269_722), (32, 464_154), (44, 658_586), (56, 853_018), (110, 1_727_962)]
)
def test_resnets_for_cifar_have_the_published_parameters(depth, parameters):
    assert hollow("resnet_cifar", (3, 32, 32), 10, depth=depth)["parameters"] == parameters


def test_resnet_20_with_shortcut_a_does_40551040_multiply_adds_and_b_has_more_parameters():
    assert hollow("resnet_cifar", (3, 32, 32), 10)["multiply_adds"] == 40_551_040
    # B adds 1x1 convolutions 16 to 32 and 32 to 64, each with batch norm: 512 + 64 + 2,048 + 128
    assert hollow("resnet_cifar", (3, 32, 32), 10, shortcut="B")["parameters"] == 269_722 + 2_752


@pytest.mark.parametrize(
    ("depth", "parameters"),
    [(18, 11_689_512), (34, 21_797_672), (50, 25_557_032), (101, 44_549_160), (152, 60_192_808)],
)
def test_resnets_have_torchvisions_parameters(depth, parameters):
    assert hollow("resnet", (3, 224, 224), 1000, depth=depth)["parameters"] == parameters


def test_resnet_takes_the_cifar_stem_below_64_pixels():
    assert hollow("resnet", (3, 32, 32), 10)["parameters"] == 11_173_962
    assert hollow("resnet", (3, 63, 63), 10)["layers"][0]["output_shape"] == [64, 63, 63]
    assert hollow("resnet", (3, 64, 64), 10)["layers"][0]["output_shape"] == [64, 32, 32]


@pytest.mark.parametrize("depth", [18, 50])
def test_torchvisions_weights_load_by_name_and_give_the_same_logits(depth):
    torch.manual_seed(0)
    theirs = getattr(torchvision.models, f"resnet{depth}")(weights=None).eval()
    ours = build_model("resnet", (3, 64, 64), 1000, depth=depth).eval()
    ours.load_state_dict(theirs.state_dict())
    picture = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        assert torch.allclose(ours(picture), theirs(picture), atol=1e-5)


def test_a_depth_that_is_not_6n_plus_2_names_its_neighbours():
    with pytest.raises(UserError, match=r"20.*26|26.*20"):
        build_model("resnet_cifar", (3, 32, 32), 10, depth=21)


@pytest.mark.parametrize(
    ("name", "options", "smallest"),
    [
        ("small_cnn", {"depth": 4}, 8),
        ("small_cnn", {"depth": 3, "batch_norm": False}, 4),
        ("resnet", {}, 5),
        ("lenet5", {}, None),
    ],
)
def test_a_picture_that_is_too_small_names_the_layer_and_the_smallest_size(name, options, smallest):
    with pytest.raises(UserError) as caught:
        build_model(name, (1, 2, 2), 10, **options)
    said = str(caught.value)
    stated = int(said.rsplit("is ", 1)[1].split("x")[0])
    assert smallest in (None, stated)
    assert "layer" in said
    build_model(name, (1, stated, stated), 10, **options).eval()(torch.zeros(1, 1, stated, stated))
    with pytest.raises(UserError):
        build_model(name, (1, stated - 1, stated - 1), 10, **options)


@pytest.mark.parametrize(
    ("shape", "classes"), [((0, 8, 8), 10), ((1, 8), 10), ((1, 8, 8), 0), ((1, 8, 8), 1.5), ((1, -8, 8), 2)]
)
def test_impossible_shapes_and_classes_are_refused(shape, classes):
    with pytest.raises(UserError):
        build_model("mlp", shape, classes)


def fitting():
    for name in SHELF.names():
        for shape in ((1, 8, 8), (1, 28, 28), (3, 32, 32)):
            try:
                build_model(name, shape, 3, **SHELF.load(name).tiny)
            except UserError:
                continue
            yield pytest.param(name, shape, id=f"{name}-{'x'.join(map(str, shape))}")


@pytest.mark.parametrize(("name", "shape"), list(fitting()))
def test_a_network_trains_one_step_and_answers_for_one_picture(name, shape):
    torch.manual_seed(0)
    model = build_model(name, shape, 3, **SHELF.load(name).tiny)
    logits = model(torch.rand(4, *shape))
    assert logits.shape == (4, 3)
    functional.cross_entropy(logits, torch.tensor([0, 1, 2, 0])).backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters())
    with torch.inference_mode():
        assert model.eval()(torch.rand(1, *shape)).isfinite().all()


@pytest.mark.parametrize("name", SHELF.names())
def test_no_activation_works_in_place(name):
    """It would change the map that Grad-CAM keeps."""
    model = build_model(name, (3, 32, 32), 3, **SHELF.load(name).tiny)
    assert not any(getattr(module, "inplace", False) for module in model.modules())


def test_pooling_first_without_batch_norm_is_the_same_function_for_relu():
    model = build_model("small_cnn", (1, 8, 8), 3, batch_norm=False, depth=2, width=4).eval()
    first = model.features[0]
    picture = torch.rand(2, 1, 8, 8)
    usual = functional.max_pool2d(functional.relu(first(picture)), 2)
    assert torch.equal(model.features[:3](picture), usual)


def test_flatten_orders_the_channels_fastest_and_moves_nothing_in_channels_last_memory():
    maps = torch.arange(24.0).reshape(1, 2, 3, 4).contiguous(memory_format=torch.channels_last)
    flat = Flatten()(maps)
    assert flat.tolist() == [[value for spot in range(12) for value in (spot, 12 + spot)]]
    assert flat.data_ptr() == maps.data_ptr()


def test_sizes_of_options_change_what_they_say():
    narrow = build_model("small_cnn", (1, 16, 16), 3, width=4, depth=2, kernel=5, activation="gelu", dropout=0.5)
    assert [m.out_channels for m in narrow.modules() if isinstance(m, nn.Conv2d)] == [4, 8]
    assert {m.kernel_size for m in narrow.modules() if isinstance(m, nn.Conv2d)} == {(5, 5)}
    assert any(isinstance(m, nn.GELU) for m in narrow.modules())
    assert any(isinstance(m, nn.Dropout) and m.p == 0.5 for m in narrow.modules())
