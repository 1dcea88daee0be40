"""Losses against published figures, hand arithmetic and PyTorch's own."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from cnn_core.base.options import parse_options
from cnn_core.optimization.losses import SHELF
from cnn_core.optimization.losses._weights import weights_of


def loss(name, logits, targets, counts=None, **options):
    entry = SHELF.load(name)
    counts = None if counts is None else torch.tensor(counts)
    return entry.build(parse_options(entry.options, options, name), logits, torch.tensor(targets), counts)


def at(probability):
    """Logits of two classes that give the first this probability."""
    return torch.tensor([[math.log(probability / (1 - probability)), 0.0]], dtype=torch.float64)


def test_balanced_weights_of_9000_and_1000_pictures():
    assert weights_of("balanced", [9000, 1000]) == pytest.approx([0.5556, 5.0], abs=5e-5)  # 9d


def test_balanced_weights_are_those_of_scikit_learn():
    from sklearn.utils.class_weight import compute_class_weight

    labels = torch.tensor([0] * 7 + [1] * 2 + [2] * 11).numpy()
    theirs = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    assert weights_of("balanced", [7, 2, 11]) == pytest.approx(theirs.tolist())


def test_effective_weights_go_from_equal_to_inverse_frequency():
    assert weights_of("effective", [900, 100], beta=0.0) == pytest.approx([1, 1])
    nearly = weights_of("effective", [900, 100], beta=1 - 1e-9)
    assert nearly[1] / nearly[0] == pytest.approx(9, rel=1e-4)
    by_hand = [(1 - 0.99) / (1 - 0.99**count) for count in (2, 1)]
    assert weights_of("effective", [2, 1], beta=0.99)[1] == pytest.approx(2 * by_hand[1] / sum(by_hand))


def test_a_class_without_pictures_has_a_finite_weight():
    assert all(math.isfinite(one) for kind in ("balanced", "effective") for one in weights_of(kind, [5, 0]))


def test_the_weighted_mean_is_divided_by_the_weights_in_the_batch():
    logits = torch.tensor([[2.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    found = loss("cross_entropy", logits, [0, 1, 1], [9000, 1000], class_weights="balanced")
    assert found.item() == pytest.approx(0.77714, abs=5e-6)  # 9h; sum / N would be 2.73438
    each = functional.cross_entropy(logits, torch.tensor([0, 1, 1]), torch.tensor([5 / 9, 5]), reduction="none")
    assert each.sum().item() / 3 == pytest.approx(2.73438, abs=5e-6)


@pytest.mark.parametrize(
    ("probability", "plain", "focal"), [(0.1, 2.30259, 1.86509), (0.5, 0.69315, 0.17329), (0.9, 0.10536, 0.0010536)]
)
def test_focal_loss_has_the_published_values(probability, plain, focal):  # 9f
    assert loss("cross_entropy", at(probability), [0]).item() == pytest.approx(plain, rel=1e-4)
    assert loss("focal", at(probability), [0]).item() == pytest.approx(focal, rel=1e-4)


def test_focal_loss_makes_an_easy_picture_count_ten_thousand_times_less_at_99_percent():
    ratio = loss("cross_entropy", at(0.99), [0]) / loss("focal", at(0.99), [0])
    assert ratio.item() == pytest.approx(1e4, rel=1e-3)
    assert loss("focal", at(0.99), [0], gamma=0).item() == pytest.approx(loss("cross_entropy", at(0.99), [0]).item())


@pytest.mark.parametrize("gamma", [0.5, 2.0])
def test_focal_loss_is_that_of_torchvision_for_two_classes(gamma):
    from torchvision.ops import sigmoid_focal_loss

    logits = torch.linspace(-4, 4, 9, dtype=torch.float64)
    targets = [int(place % 2) for place in range(9)]
    theirs = sigmoid_focal_loss(logits, torch.tensor(targets, dtype=torch.float64), alpha=-1, gamma=gamma)
    pairs = torch.stack([torch.zeros_like(logits), logits], 1)  # softmax of (0, x) is sigmoid of x
    assert loss("focal", pairs, targets, gamma=gamma).item() == pytest.approx(theirs.mean().item(), rel=1e-6)


def test_alpha_by_class_multiplies_the_pictures_of_that_class():
    logits, counts = torch.tensor([[0.3, 0.0], [0.2, 0.0]]), [300, 100]
    each = [loss("focal", logits[[row]], [row]).item() for row in (0, 1)]
    weights = weights_of("balanced", counts)
    mean = (weights[0] * each[0] + weights[1] * each[1]) / sum(weights)
    assert loss("focal", logits, [0, 1], counts, class_weights="balanced").item() == pytest.approx(mean, rel=1e-6)


def test_focal_loss_has_a_finite_slope_where_nothing_is_left_to_learn():
    logits = torch.tensor([[200.0, 0.0]], requires_grad=True)
    loss("focal", logits, [0], gamma=0.5).backward()
    assert logits.grad.isfinite().all()


def test_binary_cross_entropy_is_summed_over_the_classes():
    logits = torch.tensor([[1.0, -2.0, 0.5], [0.0, 0.0, 3.0]])
    present = functional.one_hot(torch.tensor([0, 2]), 3).float()
    theirs = functional.binary_cross_entropy_with_logits(logits, present)
    assert loss("bce", logits, [0, 2]).item() == pytest.approx(3 * theirs.item(), rel=1e-6)


@pytest.mark.parametrize("name", SHELF.names())
def test_a_loss_takes_a_class_for_each_pixel_as_well(name):
    logits = torch.randn(2, 3, 4, 5, generator=torch.Generator().manual_seed(0))
    targets = torch.arange(2 * 4 * 5).reshape(2, 4, 5) % 3
    flat = logits.permute(0, 2, 3, 1).reshape(-1, 3)
    for weighted in ("none", "balanced"):
        pixels = loss(name, logits, targets.tolist(), [20, 10, 5], class_weights=weighted)
        rows = loss(name, flat, targets.reshape(-1).tolist(), [20, 10, 5], class_weights=weighted)
        assert pixels.item() == pytest.approx(rows.item(), rel=1e-5)
