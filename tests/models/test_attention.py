"""Squeeze-excite, self-attention and pyramid, against arithmetic and torch's own attention."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from cnn_core.base.errors import UserError
from cnn_core.models import build_model
from cnn_core.models.anatomy import anatomy
from cnn_core.models.attention import Pyramid, SelfAttention, SqueezeExcite


def weights(model):
    return sum(one.numel() for one in model.parameters())


def test_squeeze_excite_weighs_whole_channels_by_their_means():
    torch.manual_seed(0)
    block, maps = SqueezeExcite(6), torch.randn(2, 6, 5, 4)
    factor = block(maps) / maps
    assert torch.allclose(factor, factor[:, :, :1, :1].expand_as(factor), atol=1e-5)  # one number a channel
    assert (factor > 0).all()
    assert (factor < 1).all()
    moved = maps.flatten(2)[:, :, torch.randperm(20)].reshape(maps.shape)  # the same values in other places
    assert torch.allclose((block(moved) / moved)[:, :, 0, 0], factor[:, :, 0, 0], atol=1e-5)


def test_squeeze_excite_adds_two_small_layers_to_each_block():
    plain, excited = (build_model("resnet_cifar", (3, 32, 32), 10, squeeze_excite=on) for on in (False, True))
    added = sum(3 * (2 * width * 4 + 4 + width) for width in (16, 32, 64))  # three blocks a stage, four hidden
    assert weights(plain) == 269_722
    assert weights(excited) - weights(plain) == added


def test_self_attention_is_torchs():
    torch.manual_seed(0)
    ours, theirs = SelfAttention(12, 3), nn.MultiheadAttention(12, 3, batch_first=True)
    theirs.load_state_dict(
        {
            "in_proj_weight": ours.ask.weight,
            "in_proj_bias": ours.ask.bias,
            "out_proj.weight": ours.join.weight,
            "out_proj.bias": ours.join.bias,
        }
    )
    tokens = torch.randn(2, 7, 12)
    assert torch.allclose(ours(tokens), theirs(tokens, tokens, tokens)[0], atol=1e-6)


def test_without_its_places_a_transformer_does_not_know_where_a_patch_stands():
    torch.manual_seed(0)
    model = build_model("vit", (1, 8, 8), 3, patch=4, depth=2, width=12, heads=3).eval()
    picture = torch.randn(1, 1, 8, 8)
    turned = torch.cat([picture[..., 4:], picture[..., :4]], dim=3)  # patches change sides
    with torch.inference_mode():
        assert not torch.allclose(model(picture), model(turned), atol=1e-4)
        model.place.zero_()
        assert torch.allclose(model(picture), model(turned), atol=1e-5)


def test_a_transformers_parameters_and_reach_are_as_by_hand():
    model = build_model("vit", (3, 30, 24), 5, patch=8, depth=2, width=16, heads=4)
    block = 2 * 2 * 16 + (16 + 1) * 48 + (16 + 1) * 16 + (16 + 1) * 32 + (32 + 1) * 16
    assert weights(model) == (3 * 64 + 1) * 16 + 4 * 3 * 16 + 2 * block + 2 * 16 + (16 + 1) * 5
    rows = {row["name"]: row for row in anatomy(model, (3, 30, 24))["layers"]}
    assert rows["cut"]["output_shape"] == [16, 4, 3]  # 30 is filled up to 32
    assert rows["head"]["receptive_field"] is None  # it sees everything


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (
            {"width": 50, "heads": 4},
            "model.width is 50, but must be a multiple of model.heads; the nearest are 48 and 52",
        ),
        ({"width": 5, "heads": 8}, "the nearest are 8"),
        ({"patch": 1}, "cuts a picture of 64x64 pixels into 4,096 patches; at most 1,024"),
    ],
)
def test_a_transformer_that_does_not_fit_says_why(options, says):
    with pytest.raises(UserError, match=says):
        build_model("vit", (3, 64, 64), 5, **options)


def test_a_pyramid_sees_as_far_as_its_largest_rate_and_its_mean_sees_all():
    torch.manual_seed(0)
    for whole, reach in ((False, 2 * 5 + 1), (True, 25)):
        maps = torch.randn(1, 4, 25, 25, requires_grad=True)
        answer = Pyramid(4, [1, 5], whole).eval()(maps)
        (gradient,) = torch.autograd.grad(answer[0, :, 12, 12].sum(), maps)
        rows = gradient[0].abs().sum((0, 2)).nonzero().flatten()
        assert int(rows.max() - rows.min()) + 1 == reach
