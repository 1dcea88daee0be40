"""The time of an epoch, tried out before it begins."""

from __future__ import annotations

import time

import pytest

from cnn_core.base.errors import Failed
from cnn_core.experiment import preset, resolve
from cnn_core.training import timing
from cnn_core.training.engine import Trainer
from cnn_core.training.timing import time_epoch


def digits(**train):
    return resolve({"data": {"name": "digits"}, "model": {"name": "mlp"}, "train": {"device": "cpu", **train}})


@pytest.fixture
def brief(monkeypatch):
    monkeypatch.setattr(timing, "LEAST", 0.05)
    monkeypatch.setattr(timing, "ENOUGH", 0.01)


def test_an_epoch_is_its_steps_and_its_validations(brief):
    found = time_epoch(digits(batch_size=32, validations=3))
    assert (found["steps"], found["validations"]) == (40, 3)
    assert found["seconds"] == pytest.approx(40 * found["step"] + 3 * found["validation"])


def test_more_validations_than_steps_are_not_counted(brief):
    assert time_epoch(digits(batch_size=1257, validations=4))["validations"] == 1


@pytest.mark.parametrize("slow", ["_step", "_validation"])
def test_what_takes_longer_makes_the_estimate_longer(slow, brief, monkeypatch):
    before = time_epoch(digits(batch_size=128))["seconds"]
    if slow == "_step":
        step = Trainer._step
        monkeypatch.setattr(Trainer, "_step", lambda self, *of: (time.sleep(0.02), step(self, *of)))
    else:
        look = timing.evaluate
        monkeypatch.setattr(timing, "evaluate", lambda *of: (time.sleep(0.05), look(*of))[1])
    assert time_epoch(digits(batch_size=128))["seconds"] > before + 0.1


def test_on_a_gpu_steps_are_waited_for_together_and_each_counts_as_its_share(brief, monkeypatch):
    asked = []
    rehearse = Trainer.rehearse

    def seen(self, batches):
        some = list(batches)
        asked.append(len(some))
        self.device = "cpu"
        rehearse(self, some)
        self.device = "cuda"

    made = timing.make_trainer

    def on_a_gpu(*of):
        trainer = made(*of)
        trainer.device = "cuda"
        return trainer

    monkeypatch.setattr(Trainer, "rehearse", seen)
    monkeypatch.setattr(timing, "make_trainer", on_a_gpu)
    assert time_epoch(digits(batch_size=32))["timed"] % timing.AT_ONCE == 0
    assert set(asked) == {timing.AT_ONCE}


def test_a_rate_that_would_make_the_loss_infinite_is_timed_all_the_same(brief):
    assert time_epoch(digits(lr=1e3))["seconds"] > 0


def test_nothing_is_kept(brief, tmp_path, monkeypatch):
    monkeypatch.setenv("CONVSCOPE_RUNS", str(tmp_path))
    time_epoch(digits())
    assert not list(tmp_path.iterdir())


def test_a_set_that_is_missing_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("CONVSCOPE_DATA", str(tmp_path))
    with pytest.raises(Failed, match="is missing"):
        time_epoch(preset("cifar10_resnet20"))
