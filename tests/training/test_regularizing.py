"""mixup and the L1 penalty by arithmetic; a run with all of them goes on to the same bits; weights get the counts."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from cnn_core.experiment import load_data
from cnn_core.preprocessing.pipeline import Preprocessing
from cnn_core.training import job, making
from cnn_core.training.regularizing import mixup, shrink
from tests.training.conftest import final

HARD = (
    "train.mixup=0.4",
    "train.l1=1e-4",
    "train.sampler=oversample",
    "train.loss=focal",
    "train.loss.class_weights=balanced",
    "data.imbalance=long_tail",
    "data.label_noise=0.1",
    "data.val_pictures=60",
)


def test_a_pair_is_laid_over_each_other_and_its_loss_asks_for_both_in_their_shares():
    torch.manual_seed(3)
    images = torch.eye(4).reshape(4, 1, 2, 2)
    mixed = mixup(images, torch.arange(4), alpha=1.0)
    assert 0.5 <= mixed.share <= 1
    for row in range(4):
        shares = torch.zeros(4)
        shares[row] += mixed.share
        shares[mixed.others[row]] += 1 - mixed.share
        assert torch.allclose(mixed.images[row].flatten(), shares)
    logits = torch.randn(4, 4)
    soft = mixed.share * functional.one_hot(mixed.targets, 4) + (1 - mixed.share) * functional.one_hot(mixed.others, 4)
    assert torch.allclose(mixed.loss(functional.cross_entropy, logits), functional.cross_entropy(logits, soft))


def test_a_large_alpha_mixes_evenly_and_a_small_one_hardly():
    torch.manual_seed(0)
    images, targets = torch.zeros(2, 1), torch.zeros(2, dtype=torch.int64)
    even, hardly = ([mixup(images, targets, alpha).share for _ in range(200)] for alpha in (10, 0.05))
    assert sum(even) / 200 < 0.65
    assert sum(hardly) / 200 > 0.95


def test_the_penalty_adds_the_sign_of_each_weight_and_leaves_biases_alone():
    layer = nn.Linear(2, 1)
    layer.weight.data = torch.tensor([[2.0, -3.0]])
    (0 * layer(torch.ones(1, 2))).sum().backward()
    shrink(layer, 0.1)
    assert torch.allclose(layer.weight.grad, torch.tensor([[0.1, -0.1]]))
    assert layer.bias.grad.item() == 0


def test_a_run_with_all_of_them_that_was_stopped_goes_on_to_the_same_bits(new, stop_at):
    undisturbed, run = new(*HARD), new(*HARD)
    assert job.run(undisturbed)["status"] == "done"
    stop_at(5)
    assert job.run(run)["status"] == "stopped"
    stop_at(None)
    assert job.run(run)["status"] == "done"
    assert final(run) == final(undisturbed)


@pytest.mark.parametrize("setting", ["train.mixup=0.4", "train.l1=0.01", "train.sampler=undersample"])
def test_each_of_them_changes_what_is_learned(new, setting):
    usual, changed = new("train.epochs=1"), new("train.epochs=1", setting)
    job.run(usual)
    job.run(changed)
    assert final(usual) != final(changed)


def test_a_loss_with_weights_gets_the_pictures_of_each_class(new):
    experiment = new("data.imbalance=minority", "data.ratio=9", "train.loss.class_weights=balanced").experiment()
    data = load_data(experiment.data)
    fitted = Preprocessing.fit([], data.splits["train"].pictures)
    trainer = making.make_trainer(experiment, data, fitted, {"device": "cpu", "precision": "float32"}, None)
    logits = torch.zeros(2, 10)
    logits[0, 0] = 2.0
    loss = trainer.loss(logits, torch.tensor([0, 9]))
    each = functional.cross_entropy(logits, torch.tensor([0, 9]), reduction="none")
    counts = torch.bincount(torch.tensor(data.splits["train"].targets))
    ratio = counts[0] / counts[9]  # 113 to 13
    assert loss.item() == pytest.approx(((each[0] + ratio * each[1]) / (1 + ratio)).item(), rel=1e-5)
