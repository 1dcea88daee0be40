"""Networks that draw: shapes, sizes, and pictures that depend on their noise alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from cnn_core.base.errors import UserError
from cnn_core.models import build_model
from cnn_core.models.drawing import draw, noise
from cnn_core.models.generators.dcgan import halvings


def pair(shape=(1, 28, 28), **options):
    torch.manual_seed(0)
    return build_model("dcgan", shape, 1, **options)


def count(part):
    return sum(one.numel() for one in part.parameters())


def test_the_sizes_of_the_recipe():
    recipe = pair()
    assert (count(recipe.generator), count(recipe.discriminator)) == (234_177, 10_097)


@pytest.mark.parametrize(
    ("side", "times"), [(28, 2), (32, 2), (64, 3), (16, 1), (8, 1), (4, 1), (2, 0), (27, 0), (1, 0)]
)
def test_how_often_a_picture_is_halved(side, times):
    assert halvings((1, side, side)) == times


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (3, 64, 64), (1, 8, 8), (3, 16, 24)])
@pytest.mark.parametrize("options", [{}, {"upsampling": "resize", "batch_norm": False, "spectral_norm": True}])
def test_it_draws_pictures_of_the_shape_and_says_of_them_how_real_they_are(shape, options):
    made = pair(shape, width=4, **options)
    drawn = made.generator(torch.randn(3, 64))
    assert drawn.shape == (3, *shape)
    assert drawn.abs().max() <= 1
    logits = made(drawn)
    assert logits.shape == (3, 1)
    logits.sum().backward()
    assert [name for name, one in made.named_parameters() if one.grad is None] == []


def test_spectral_norm_keeps_the_largest_singular_value_at_one():
    made = pair(width=4, spectral_norm=True)
    made.train()
    for _ in range(100):  # one power iteration each
        made(torch.zeros(2, 1, 28, 28))
    made.eval()
    for part in made.discriminator.modules():
        if isinstance(part, nn.Conv2d | nn.Linear):
            assert float(torch.linalg.matrix_norm(part.weight.flatten(1), 2)) == pytest.approx(1, abs=0.02)


def test_a_picture_depends_on_its_noise_alone():
    made = pair(width=4)
    noises = noise(5, made.latent, seed=3)
    assert torch.equal(noises[:2], noise(2, made.latent, seed=3))
    drawn = draw(made, noises)
    assert (drawn.shape, drawn.dtype) == ((5, 28, 28, 1), np.uint8)
    assert np.abs(draw(made, noises[1:2]).astype(int) - drawn[1:2]).max() <= 1
    assert made.generator.training  # as it was


def test_pictures_that_cannot_be_drawn_are_refused_in_a_sentence():
    with pytest.raises(UserError, match="27x28 pixels cannot be drawn by doubling"):
        build_model("dcgan", (1, 27, 28), 1)
    with pytest.raises(UserError, match="at most 200,000,000 are allowed"):
        build_model("dcgan", (3, 1024, 1024), 1, width=256)
