"""How far a place sees: the anatomy against the gradient of one place, and what there is no number for."""

from __future__ import annotations

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from cnn_core.models import build_model
from cnn_core.models.anatomy import anatomy


def positive(model):
    """The network with weights of one size and means in place of maxima, so that no path cancels another."""
    model = copy.deepcopy(model).double().eval()
    for name, part in list(model.named_modules()):
        for weights in part.parameters(recurse=False):
            nn.init.constant_(weights, 0.01)
        if isinstance(part, nn.MaxPool2d):
            mean = nn.AvgPool2d(part.kernel_size, part.stride, part.padding)
            model.get_submodule(name.rpartition(".")[0]).__setattr__(name.rpartition(".")[2], mean)
    return model


def measured(model, layer, shape, moved_by=0):
    """Rows and columns of the picture that change the middle place of a layer's map, or one so far beside it."""
    model, kept = positive(model), []
    model.get_submodule(layer).register_forward_hook(lambda _m, _i, out: kept.append(out))
    picture = torch.ones(1, *shape, dtype=torch.float64, requires_grad=True)
    model(picture)
    _, _, height, width = kept[0].shape
    (gradient,) = torch.autograd.grad(kept[0][0, :, height // 2 + moved_by, width // 2 + moved_by].sum(), picture)
    moved = gradient[0].abs().sum(0) > 0
    return [int(side.nonzero().max() - side.nonzero().min()) + 1 for side in (moved.any(1), moved.any(0))]


def seen(model, shape):
    return {row["name"]: row["receptive_field"] for row in anatomy(model, shape)["layers"]}


LAYER = st.tuples(st.sampled_from(["conv", "max", "average"]), st.integers(1, 4), st.integers(1, 2), st.integers(1, 3))


@settings(max_examples=40, deadline=None)
@given(st.lists(LAYER, min_size=1, max_size=4))
def test_any_chain_of_windows_sees_what_its_gradient_reaches(chain):
    layers = []
    for kind, kernel, stride, dilation in chain:
        if kind == "conv":
            layers.append(nn.Conv2d(1, 1, kernel, stride, dilation=dilation))
        else:
            layers.append((nn.MaxPool2d if kind == "max" else nn.AvgPool2d)(kernel, stride))
    model = nn.Sequential(*layers)
    last, shape = str(len(layers) - 1), (1, 160, 160)
    found = anatomy(model, shape)["receptive_field"]
    assert measured(model, last, shape) == [found, found]


@pytest.mark.parametrize(
    ("name", "options", "layer", "shape"),
    [
        ("small_cnn", {"width": 2}, "features.8", (1, 64, 64)),
        ("small_cnn", {"width": 2, "depth": 4, "kernel": 5, "batch_norm": False}, "features.9", (1, 128, 128)),
        ("lenet5", {"pooling": "max", "activation": "identity"}, "features.5", (1, 48, 48)),
        ("resnet_cifar", {"depth": 8, "width": 2}, "layer3.0.conv2", (1, 96, 96)),
        ("resnet_cifar", {"depth": 8, "width": 2, "shortcut": "B"}, "layer3.0.conv2", (1, 96, 96)),
        ("resnet", {"depth": 18}, "layer2.1.conv2", (1, 192, 192)),
    ],
)
def test_architectures_see_what_their_gradient_reaches(name, options, layer, shape):
    torch.manual_seed(0)
    model = build_model(name, shape, 2, **options)
    assert measured(model, layer, shape) == [seen(model, shape)[layer]] * 2


def test_twin_a_wrong_stride_is_noticed_by_the_gradient():
    right, wrong = (nn.Sequential(nn.Conv2d(1, 1, 3, stride), nn.Conv2d(1, 1, 3)) for stride in (2, 1))
    assert measured(right, "1", (1, 32, 32)) != [anatomy(wrong, (1, 32, 32))["receptive_field"]] * 2


def test_the_longer_side_of_an_uneven_window_counts():
    model = nn.Sequential(nn.Conv2d(1, 1, (3, 7)), nn.Conv2d(1, 1, (5, 1), stride=(1, 2)), nn.AvgPool2d(2))
    assert measured(model, "2", (1, 40, 40)) == [8, 9]
    assert list(seen(model, (1, 40, 40)).values()) == [7, 7, 9]


@pytest.mark.parametrize(
    "change",
    [
        nn.Upsample(scale_factor=2, mode="nearest"),
        nn.Upsample(scale_factor=2, mode="bilinear"),
        nn.ConvTranspose2d(1, 1, 2, stride=2),
        nn.ConvTranspose2d(1, 1, 4, stride=2, padding=1),
        nn.ConvTranspose2d(1, 1, 3, padding=1),
    ],
    ids=str,
)
def test_what_enlarges_a_map_sees_what_its_gradient_reaches(change):
    """The widest of a few neighbouring places counts: those between two places of the smaller map see one more."""
    model = nn.Sequential(nn.Conv2d(1, 1, 3), nn.MaxPool2d(2), change, nn.Conv2d(1, 1, 1))
    reach = max(measured(model, "3", (1, 40, 40), moved_by=step)[0] for step in range(3))
    assert seen(model, (1, 40, 40))["3"] == reach


class Function(nn.Module):
    """A convolution of three pixels, what a test wants to know, and one convolution more."""

    def __init__(self, change, after=1):
        super().__init__()
        self.first, self.change, self.last = nn.Conv2d(1, 4, 3, padding=1), change, nn.Conv2d(after, 2, 3, padding=1)

    def forward(self, x):
        return self.last(self.change(self.first(x)))


LOCAL = {
    "calls without a module": (lambda x: functional.max_pool2d(functional.relu(x), 2), 4, 8),
    "every second pixel": (lambda x: x[:, :, ::2, ::2], 4, 7),
    "upsampling to the nearest": (lambda x: functional.interpolate(x, scale_factor=2), 4, 4),
    "pixels out of channels": (lambda x: functional.pixel_shuffle(x, 2), 1, 4),
    "channels out of pixels": (lambda x: functional.pixel_unshuffle(x, 2), 16, 8),
    "a mean over channels": (lambda x: x.mean(1, keepdim=True), 1, 5),
    "channels last and back": (lambda x: x.permute(0, 2, 3, 1).permute(0, 3, 1, 2), 4, 5),
    "a split and a join": (lambda x: torch.cat(x.chunk(2, 1)[::-1], 1), 4, 5),
}


@pytest.mark.parametrize("case", LOCAL)
def test_what_happens_between_layers_counts(case):
    change, after, sees = LOCAL[case]
    assert anatomy(Function(change, after), (1, 16, 16))["receptive_field"] == sees


class Ended(nn.Module):
    """A convolution of three pixels, a function, and a layer that changes the shape."""

    def __init__(self, change):
        super().__init__()
        self.first, self.change, self.last = nn.Conv2d(1, 4, 3, padding=1), change, nn.Flatten()

    def forward(self, x):
        return self.last(self.change(self.first(x)))


EVERYTHING = {
    "a mean over places": lambda x: x.mean((2, 3), keepdim=True),
    "the largest of all places": lambda x: x.amax((2, 3), keepdim=True),
    "adaptive pooling to one place": lambda x: functional.adaptive_max_pool2d(x, 1),
    "adaptive pooling to one row": lambda x: functional.adaptive_avg_pool2d(x, (1, 4)),
    "a gate from global pooling": lambda x: x * functional.adaptive_avg_pool2d(x, 1).sigmoid(),
    "a mean over rows": lambda x: x - x.mean(2, keepdim=True),
    "attention": lambda x: functional.scaled_dot_product_attention(*[x.flatten(2).mT] * 3),
}


@pytest.mark.parametrize("case", EVERYTHING)
def test_after_what_gathers_the_whole_picture_there_is_no_number(case):
    assert seen(Ended(EVERYTHING[case]), (1, 16, 16)) == {"first": 3, "last": None}


def test_twin_without_it_the_number_stays():
    assert seen(Ended(lambda x: x * x.sigmoid()), (1, 16, 16)) == {"first": 3, "last": 3}


def test_local_pooling_to_a_grid_is_no_global_pooling():
    model = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.AdaptiveAvgPool2d(4))
    assert measured(model, "1", (1, 16, 16)) == [6, 6]
    assert seen(model, (1, 16, 16)) == {"0": 3, "1": 6}


def test_the_network_s_field_is_that_of_its_last_window_even_when_all_is_pooled_then():
    model = build_model("resnet_cifar", (3, 32, 32), 10)
    found = anatomy(model, (3, 32, 32))
    assert found["receptive_field"] == seen(model, (3, 32, 32))["layer3.2.conv2"]
    assert [row["receptive_field"] for row in found["layers"][-3:]] == [None, None, None]


class Wide(nn.Module):
    """Two branches side by side, as in Inception; the narrow one is called last."""

    def __init__(self):
        super().__init__()
        self.wide, self.narrow = nn.Conv2d(1, 2, 7, padding=3), nn.Conv2d(1, 2, 1)

    def forward(self, x):
        return torch.cat([self.wide(x), self.narrow(x)], 1)


def test_of_branches_side_by_side_the_widest_is_the_network_s_whichever_is_called_last():
    assert anatomy(Wide(), (1, 16, 16))["receptive_field"] == 7
