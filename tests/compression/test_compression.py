"""Compression: answers that must not change, sizes by hand, a bench that counts what was computed."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from cnn_core.base.errors import UserError
from cnn_core.compression.bench import measured
from cnn_core.compression.channels import narrowed
from cnn_core.compression.folding import folded
from cnn_core.compression.pruning import masks, sparsity, zeroed
from cnn_core.compression.runtime import Session, exported, quantized
from cnn_core.compression.tuning import Lessons, tune
from cnn_core.models import build_model
from cnn_core.models.anatomy import anatomy


def lived_in(name="small_cnn", shape=(1, 8, 8), **options):
    """A network whose batch norms have seen pictures, in eval mode."""
    torch.manual_seed(0)
    model = build_model(name, shape, 10, **options).train()
    with torch.no_grad():
        for _ in range(3):
            model(torch.randn(32, *shape) * 2 + 1)
    return model.eval().requires_grad_(False)


def said(model, shape=(1, 8, 8)):
    torch.manual_seed(1)
    with torch.inference_mode():
        return model(torch.randn(16, *shape))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("small_cnn", {"width": 4, "depth": 2}),
        ("small_cnn", {"width": 4, "depth": 2, "pooling": "average"}),
        ("small_cnn", {"width": 4, "depth": 2, "convolution": "separable"}),
        ("conv_stack", {"width": 4, "depth": 2, "batch_norm": True}),
        ("resnet_cifar", {"width": 4, "depth": 8, "shortcut": "B"}),
    ],
)
def test_a_folded_network_says_the_same_without_batch_norm(name, options):
    model = lived_in(name, **options)
    found, stayed = folded(model)
    assert stayed == []
    assert not any(isinstance(part, nn.BatchNorm2d) for part in found.modules())
    assert torch.allclose(said(found), said(model), atol=1e-4)
    assert any(isinstance(part, nn.BatchNorm2d) for part in model.modules())  # the given one is left alone


def test_a_norm_with_a_negative_scale_after_max_pooling_stays():
    model = lived_in(width=4, depth=2)
    norms = [name for name, part in model.named_modules() if isinstance(part, nn.BatchNorm2d)]
    model.get_submodule(norms[0]).weight[1] = -0.5
    found, stayed = folded(model)
    assert stayed == norms[:1]
    assert torch.allclose(said(found), said(model), atol=1e-4)


def test_the_smallest_weights_go_and_biases_stay():
    model = lived_in(width=4, depth=2)
    less = zeroed(model, 0.75)
    assert sparsity(less) == pytest.approx(0.75, abs=0.002)
    kept = torch.cat([one[one != 0].abs() for key, one in less.named_parameters() if key.endswith("weight")])
    gone = torch.cat([dict(model.named_parameters())[key][~mask].abs() for key, mask in masks(model, 0.75).items()])
    assert gone.max() <= kept.min()
    assert torch.equal(less.head.bias, model.head.bias)
    assert sparsity(model) == 0


def test_a_filter_that_says_nothing_can_go_without_a_trace():
    for pooled in (True, False):
        model = lived_in(width=4, depth=2, batch_norm=False, global_pooling=pooled)
        first, second = (part for part in model.modules() if isinstance(part, nn.Conv2d))
        first.weight[2], first.bias[2] = 0, 0
        second.weight[5], second.bias[5] = 0, 0
        found = narrowed(model, [3, 7])
        assert torch.allclose(said(found), said(model), atol=1e-5)
        same = build_model("small_cnn", (1, 8, 8), 10, depth=2, batch_norm=False, global_pooling=pooled, widths="3,7")
        same.load_state_dict(found.state_dict())


def test_half_the_filters_are_a_quarter_of_the_weights_between_them():
    model = lived_in("conv_stack", width=8, depth=3)
    rows = [anatomy(one, (1, 8, 8))["layers"][1]["multiply_adds"] for one in (model, narrowed(model, [4, 4, 4]))]
    assert rows[0] == 4 * rows[1]


@pytest.mark.parametrize("name", ["resnet_cifar", "lenet5"])
def test_what_is_no_chain_is_a_sentence(name):
    with pytest.raises(UserError, match="plain chain of convolutions"):
        narrowed(lived_in(name, (1, 32, 32)), [1])


def test_another_runtime_says_the_same_and_int8_nearly():
    model = lived_in(width=16, depth=2)
    onnx = exported(model, (1, 8, 8))
    assert torch.allclose(Session(onnx)(torch.ones(3, 1, 8, 8)), model(torch.ones(3, 1, 8, 8)), atol=1e-4)
    torch.manual_seed(1)
    images = torch.randn(64, 1, 8, 8)
    small = quantized(onnx, images)
    assert len(small) < 0.6 * len(onnx)
    apart = (Session(small)(images) - model(images)).abs().max()
    assert 0 < apart < 0.1 * model(images).abs().max()


def test_a_masked_weight_stays_0_while_the_others_learn():
    lessons = digits()
    model = lived_in(width=4, depth=2)
    kept = masks(model, 0.5)
    less = zeroed(model, 0.5)
    before = less.head.weight.clone()
    tune(less, lessons, steps=3, lr=1e-2, masks=kept)
    assert sparsity(less) == pytest.approx(0.5, abs=0.002)
    assert not torch.equal(before, less.head.weight)
    assert not less.training
    assert not any(one.requires_grad for one in less.parameters())


def digits(count=200):
    from cnn_core.experiment import Choice, load_data
    from cnn_core.preprocessing.pipeline import Preprocessing

    split = load_data(Choice(name="digits")).splits["train"]
    return Lessons.of(split, Preprocessing.fit([], split.pictures)).first(count)


def test_a_student_comes_nearer_to_its_teacher_than_by_chance():
    from dataclasses import replace

    lessons = digits()
    teacher, student = lived_in(width=4, depth=2), lived_in(width=2, depth=2)
    images = lessons.images(slice(None))
    with torch.inference_mode():
        answers = teacher(images)
        before = (student(images).argmax(1) == answers.argmax(1)).float().mean()
    tune(student, replace(lessons, soft=answers.numpy(), labelled=False), steps=60, lr=1e-2)
    with torch.inference_mode():
        assert (student(images).argmax(1) == answers.argmax(1)).float().mean() > before + 0.2


def test_the_bench_counts_what_was_computed_and_nothing_else():
    calls = []

    def slow(images):
        calls.append(len(images))
        for _ in range(200):
            images = images @ images
        return images

    found = measured({"once": lambda images: images, "often": slow}, torch.zeros(64, 64), rounds=5, warmup=1)
    assert len(calls) == 6
    assert found["often"].calls == 5
    assert found["often"].cpu_ms > 10 * found["once"].cpu_ms
    assert found["often"].low_ms <= found["often"].cpu_ms <= found["often"].high_ms
