"""Methods that look at pixels, against arithmetic on networks that can be worked out by hand."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.functional import interpolate

from cnn_core.attribution.explain import explain
from cnn_core.attribution.methods import SHELF
from cnn_core.base.options import parse_options
from cnn_core.models import build_model
from tests.makers import network, picture, tiny_classifier

PIXELS = ("saliency", "integrated_gradients", "occlusion")


def ask(name, model, images, targets, layer=None, **options):
    entry = SHELF.load(name)
    return entry.build(parse_options(entry.options, options, name), model, layer, images, targets)


@pytest.fixture
def linear():
    """Scores that are weighted sums of the pixels of 6 x 5 in 2 channels, and the weights (3, 2, 6, 5)."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(60, 3)).eval().requires_grad_(False)
    return model, model[1].weight.view(3, 2, 6, 5)


def test_of_a_weighted_sum_saliency_is_the_largest_weight_and_the_others_are_weight_times_pixel(linear):
    model, weights = linear
    images, targets = torch.randn(2, 2, 6, 5), torch.tensor([1, 2])
    chosen = weights[targets]
    assert torch.allclose(ask("saliency", model, images, targets), chosen.abs().amax(1))
    added = (chosen * images).sum(1)
    assert torch.allclose(ask("integrated_gradients", model, images, targets), added, atol=1e-5)
    assert torch.allclose(ask("occlusion", model, images, targets, share=0.02), added, atol=1e-5)


def test_integrated_gradients_make_up_the_difference_of_the_scores():
    model, images, targets = tiny_classifier(), torch.randn(2, 3, 16, 12), torch.tensor([0, 2])
    found = ask("integrated_gradients", model, images, targets, steps=256).sum((1, 2))
    expected = (model(images) - model(torch.zeros_like(images)))[torch.arange(2), targets]
    assert torch.allclose(found, expected, rtol=0.02, atol=2e-3)


def test_a_square_over_the_whole_picture_is_worth_all_of_it():
    model, images, targets = tiny_classifier(), torch.randn(1, 3, 9, 9), torch.tensor([1])
    found = ask("occlusion", model, images, targets, share=1.0)
    assert torch.allclose(found, (model(images) - model(torch.zeros_like(images)))[0, 1].expand(1, 9, 9), atol=1e-5)


def test_guided_grad_cam_is_grad_cam_enlarged_by_the_gradient_where_no_relu_guides_it():
    torch.manual_seed(1)
    model = nn.Sequential(nn.Conv2d(3, 4, 3, 2, 1), nn.Flatten(), nn.Linear(64, 3)).eval().requires_grad_(False)
    images, targets = torch.randn(1, 3, 8, 8), torch.tensor([0])
    found = ask("guided_grad_cam", model, images, targets, model[0])
    pixels = images.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(model(pixels)[0, 0], pixels)
    cells = ask("grad_cam", model, images, targets, model[0])
    enlarged = interpolate(cells[:, None], size=(8, 8), mode="bilinear")[:, 0]
    assert found.max() > 0
    assert torch.allclose(found, enlarged * gradient.clamp_min(0).amax(1), atol=1e-6)


@pytest.mark.parametrize("name", [*PIXELS, "guided_grad_cam"])
def test_their_map_is_as_fine_as_the_picture(name):
    found = explain(network(tiny_classifier()), picture(), name)
    assert (found.method, found.grid, found.shape) == (name, (16, 12), (16, 12))


@pytest.mark.parametrize("name", PIXELS)
def test_they_need_no_convolution(name):
    torch.manual_seed(0)
    found = explain(network(build_model("mlp", (3, 16, 12), 3)), picture(), name)
    assert found.has_evidence
    assert found.layer == ""
