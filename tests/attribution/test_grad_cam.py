"""Grad-CAM against plain autograd, torchcam, CAM and the definition; and what it leaves behind: nothing."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn
from torch.nn import functional
from torchcam.methods import GradCAM

from cnn_core.attribution.methods.grad_cam import ENTRY, GradCamOptions, grad_cam
from cnn_core.base.options import Facts
from cnn_core.models import build_model
from tests.makers import hooks, tiny_classifier

OPTIONS = GradCamOptions()


def images(count=1, size=16, channels=3):
    return torch.rand(count, channels, size, size, generator=torch.Generator().manual_seed(3))


def by_autograd(model, layer, pictures, targets):
    """The definition, with everything kept: channel weights are mean gradients; ReLU of the weighted sum."""
    kept = []
    model = copy.deepcopy(model).requires_grad_(True)
    hook = model.get_submodule(layer).register_forward_hook(lambda _m, _i, out: kept.append(out) or out.clone())
    scores = model(pictures).gather(1, targets[:, None]).sum()
    hook.remove()
    (gradient,) = torch.autograd.grad(scores, kept[-1])
    return (gradient.mean((2, 3), keepdim=True) * kept[-1]).sum(1).relu().detach()


def close(found, expected):
    return (found - expected).abs().max() <= 1e-5 * expected.abs().max()


NETWORKS = [
    ("small_cnn", {}, 16),
    ("resnet_cifar", {"depth": 8}, 16),
    ("resnet", {}, 32),
    ("resnet", {}, 64),
]


@pytest.mark.parametrize(("name", "options", "size"), NETWORKS)
def test_the_map_is_the_definition_to_a_hundred_thousandth_of_its_maximum(name, options, size):
    torch.manual_seed(0)
    model = build_model(name, (3, size, size), 10, **options).eval().requires_grad_(False)
    convolutions = [part for part, module in model.named_modules() if isinstance(module, nn.Conv2d)]
    pictures, targets = images(2, size), torch.tensor([7, 2])
    for layer in (convolutions[0], convolutions[len(convolutions) // 2], convolutions[-1]):
        found = grad_cam(OPTIONS, model, model.get_submodule(layer), pictures, targets)
        assert close(found, by_autograd(model, layer, pictures, targets)), layer


def test_torchcam_finds_the_same_map():
    model = tiny_classifier()
    found = grad_cam(OPTIONS, model, model[3], images(), torch.tensor([1]))
    with GradCAM(model, "3") as witness:
        scores = model(images().requires_grad_())
        (theirs,) = witness(1, scores, normalized=False)
    assert found.max() > 0
    assert close(found, theirs.detach())


def test_with_global_pooling_and_one_dense_layer_it_is_cam_divided_by_the_places():
    model = tiny_classifier()
    activations = model[:5](images())  # (1, 8, 8, 8), right before the pooling
    for target in range(3):
        cam = (model[7].weight[target][:, None, None] * activations[0]).sum(0).relu()
        found = grad_cam(OPTIONS, model, model[4], images(), torch.tensor([target]))
        assert close(found[0] * 64, cam)


def one_class_by_the_picture(gap):
    """Logits (gap, 0, 0) for a picture of ones, of which only the first depends on the layer."""
    model = nn.Sequential(nn.Conv2d(1, 1, 1, bias=False), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1, 3))
    nn.init.ones_(model[0].weight)
    model[3].weight.data = torch.tensor([[1.0], [0.0], [0.0]], dtype=torch.float64)
    model[3].bias.data = torch.tensor([gap - 1.0, 0.0, 0.0], dtype=torch.float64)
    return model.double().eval().requires_grad_(False)


@pytest.mark.parametrize(("gap", "slope"), [(2, 0.168), (5, 0.0131), (10, 9.1e-5), (15, 6.1e-7)])
def test_the_score_is_taken_before_softmax_whose_slope_would_vanish(gap, slope):
    model, ones, target = one_class_by_the_picture(gap), torch.ones(1, 1, 4, 4, dtype=torch.float64), torch.tensor([0])
    found = grad_cam(OPTIONS, model, model[0], ones, target)
    assert torch.allclose(found, torch.full((1, 4, 4), 1 / 16, dtype=torch.float64))  # whatever the gap
    softened = nn.Sequential(model, nn.Softmax(1))
    vanished = grad_cam(OPTIONS, softened, model[0], ones, target)
    assert (vanished / found).max().item() == pytest.approx(slope, rel=0.01)


class Changed(nn.Module):
    """A convolution whose output is changed right afterwards, in place or not."""

    def __init__(self, change):
        super().__init__()
        torch.manual_seed(5)
        self.conv, self.change, self.head = nn.Conv2d(3, 8, 3), change, nn.Linear(8, 3)

    def forward(self, x):
        return self.head(self.change(self.conv(x)).mean((2, 3)))


def add_in_place(x):
    x += 1
    return x


IN_PLACE = {
    "nn.ReLU": (nn.ReLU(inplace=True), nn.ReLU()),
    "functional.relu": (lambda x: functional.relu(x, inplace=True), functional.relu),
    "relu_": (torch.relu_, torch.relu),
    "+=": (add_in_place, lambda x: x + 1),
}


@pytest.mark.parametrize("change", IN_PLACE)
def test_the_map_is_of_the_layers_own_output_before_it_is_changed_in_place(change):
    inside, outside = (Changed(one).eval().requires_grad_(False) for one in IN_PLACE[change])
    found, expected = (grad_cam(OPTIONS, one, one.conv, images(), torch.tensor([2])) for one in (inside, outside))
    assert expected.max() > 0
    assert torch.equal(found, expected)


@pytest.mark.parametrize("change", IN_PLACE)
def test_twin_a_plain_hook_would_keep_the_changed_output(change):
    kept = []
    model = Changed(IN_PLACE[change][0]).eval().requires_grad_(False)
    model.conv.register_forward_hook(lambda _m, _i, out: kept.append(out))
    model(images())
    assert not torch.equal(kept[0], model.conv(images()))


class Crash(nn.Module):
    def forward(self, x):
        raise ArithmeticError("inside the model")


def test_nothing_is_left_behind_by_success_a_wrong_target_or_a_crash():
    model = tiny_classifier()
    before = copy.deepcopy(model.state_dict())
    grad_cam(OPTIONS, model, model[3], images(2), torch.tensor([0, 2]))
    with pytest.raises((IndexError, RuntimeError, AssertionError)):
        grad_cam(OPTIONS, model, model[3], images(2), torch.tensor([0, 99]))
    with pytest.raises(ArithmeticError):
        grad_cam(OPTIONS, nn.Sequential(model, Crash()), model[3], images(2), torch.tensor([0, 1]))
    assert hooks(model) == []
    assert not any(part.training for part in model.modules())
    assert all(not one.requires_grad and one.grad is None for one in model.parameters())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_twin_a_hook_that_is_left_is_seen():
    model = tiny_classifier()
    model[3].register_forward_hook(lambda *_: None)
    assert hooks(model) == ["3: _forward_hooks"]


def test_a_hook_of_others_stays():
    model, calls = tiny_classifier(), []
    model[3].register_forward_hook(lambda *_: calls.append(1))
    grad_cam(OPTIONS, model, model[3], images(), torch.tensor([0]))
    assert (len(calls), hooks(model)) == (1, ["3: _forward_hooks"])


def test_only_what_follows_the_layer_builds_a_graph():
    model, needs = tiny_classifier(), {}
    for name, part in model.named_children():
        part.register_forward_hook(lambda _m, _i, out, name=name: needs.update({name: out.requires_grad}))
    grad_cam(OPTIONS, model, model[3], images(), torch.tensor([0]))
    assert [needs[str(i)] for i in range(8)] == [False, False, False, False, True, True, True, True]


def test_the_pictures_are_left_as_they_were_and_the_map_has_no_graph():
    model, pictures = tiny_classifier(), images().requires_grad_()
    found = grad_cam(OPTIONS, model, model[3], pictures, torch.tensor([0]))
    assert pictures.grad is None
    assert not found.requires_grad


def test_pictures_in_one_batch_get_the_maps_they_get_alone():
    model, pictures, targets = tiny_classifier(), images(3), torch.tensor([2, 0, 1])
    together = grad_cam(OPTIONS, model, model[3], pictures, targets)
    for i in range(3):
        assert close(grad_cam(OPTIONS, model, model[3], pictures[i : i + 1], targets[i : i + 1])[0], together[i])


class Aside(nn.Module):
    """A convolution whose output goes nowhere."""

    def __init__(self):
        super().__init__()
        self.main, self.aside = tiny_classifier(), nn.Conv2d(3, 4, 3)

    def forward(self, x):
        self.aside(x)
        return self.main(x)


def test_a_layer_that_the_score_does_not_see_has_an_empty_map():
    model = Aside().eval().requires_grad_(False)
    found = grad_cam(OPTIONS, model, model.aside, images(), torch.tensor([0]))
    assert found.shape == (1, 14, 14)
    assert found.abs().max() == 0


def test_it_does_not_fit_a_network_without_convolutions_and_says_what_does():
    assert "small_cnn" in ENTRY.unfit(OPTIONS, Facts(convolutions=0))
    assert ENTRY.unfit(OPTIONS, Facts(convolutions=1)) == ""
    assert ENTRY.unfit(OPTIONS, Facts(convolutions=None)) == ""
