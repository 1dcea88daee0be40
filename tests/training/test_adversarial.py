"""Two networks that teach each other: to the bit after a resume, with pictures on the way, both of them learning."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from PIL import Image

from cnn_core.actions.running import TRAINING
from cnn_core.base.errors import UserError
from cnn_core.base.settings import runs_folder
from cnn_core.experiment import resolve
from cnn_core.runs import checkpoints, samples
from cnn_core.runs.live import live
from cnn_core.runs.loaded import Run, build
from cnn_core.runs.run import new_run
from cnn_core.training import job
from cnn_core.training.timing import time_epoch
from tests.training.conftest import final

TINY = {
    "data": {"name": "digits", "options": {"train_pictures": 320, "val_pictures": 20}},
    "model": {"name": "dcgan", "options": {"width": 4, "latent": 8}},
    "train": {"epochs": 2, "validations": 2},
}


@pytest.fixture
def make():
    return lambda *sets: new_run(resolve(TINY, sets), runs_folder(), TRAINING)


@pytest.fixture
def undisturbed(make):
    run = make()
    assert job.run(run)["status"] == "done"
    return run


def test_it_draws_at_each_validation_and_says_both_losses(undisturbed):
    rows = live(undisturbed).rows
    assert list(samples.kept(undisturbed.folder)) == [row["step"] for row in rows] == [2, 5, 7, 10]
    assert all(0 < row["d_real"] < 1 and 0 < row["d_fake"] < 1 and 0 < row["d_val"] < 1 for row in rows)
    assert all(row["d_loss"] > 0 and row["g_loss"] > 0 for row in rows)
    assert {row["val_accuracy"] for row in rows} == {None}
    first = samples.kept(undisturbed.folder)[2].read_bytes()
    assert Image.open(io.BytesIO(first)).mode == "RGB"
    record = undisturbed.record()
    assert (record["task"], record["best_epoch"], record["test_accuracy"]) == ("generation", 2, None)


@pytest.mark.parametrize("step", [1, 4, 5, 6])
def test_a_stopped_and_resumed_one_has_the_bits_of_an_undisturbed_one(make, stop_at, undisturbed, step):
    run = make()
    stop_at(step)
    assert job.run(run)["status"] == "stopped"
    stop_at(None)
    assert job.run(run)["status"] == "done"
    assert final(run) == final(undisturbed)

    def curve(of):
        return [{key: value for key, value in row.items() if key not in ("time", "seconds")} for row in live(of).rows]

    assert curve(run) == curve(undisturbed)
    pictures = [[path.read_bytes() for path in samples.kept(of.folder).values()] for of in (run, undisturbed)]
    assert pictures[0] == pictures[1]


def test_twin_without_the_discriminators_optimizer_the_bits_differ(make, stop_at, undisturbed, monkeypatch):
    run = make()
    stop_at(6)
    job.run(run)
    stop_at(None)
    load = checkpoints._load

    def lossy(folder, name):
        whole = load(folder, name)
        state = {key: value for key, value in whole.state.items() if not key.startswith("critic.")}
        return checkpoints.Checkpoint(whole.model, state, whole.progress)

    monkeypatch.setattr(checkpoints, "_load", lossy)
    assert job.run(run)["status"] == "done"
    assert final(run) != final(undisturbed)


@pytest.mark.parametrize(
    "sets",
    [
        ("model.spectral_norm=true", "model.upsampling=resize"),
        ("train.loss=saturating", "preprocessing.scale.to=standard", "model.batch_norm=false"),
    ],
)
def test_every_weight_of_both_networks_learns_whatever_the_options(make, sets):
    run = make("train.epochs=1", "train.validations=1", *sets)
    assert job.run(run)["status"] == "done"
    torch.manual_seed(0)
    first = dict(build(run.experiment()).named_parameters())
    same = [name for name, value in Run(run).model().named_parameters() if torch.equal(value, first[name])]
    assert same == []


def test_what_draws_has_nothing_to_predict(undisturbed):
    with pytest.raises(UserError, match="draws pictures and gives none a class"):
        Run(undisturbed).predictions()


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("train.patience=2", "train.patience is 2, but what draws has no validation loss"),
        ("train.loss=cross_entropy", 'adversarial loss "cross_entropy" is not known'),
        ("task=classification", 'model "dcgan" is not known'),
        ("preprocessing.resize.size=27", "cannot be drawn by doubling"),
    ],
)
def test_wrong_settings_are_refused_in_a_sentence(setting, says):
    with pytest.raises(UserError, match=says):
        resolve(TINY, [setting])


def test_one_class_a_picture_has_no_adversarial_loss():
    with pytest.raises(UserError, match='loss "hinge" is not known'):
        resolve({"data": "digits", "model": "small_cnn"}, ["train.loss=hinge"])


def test_an_epoch_can_be_timed():
    assert time_epoch(resolve(TINY))["seconds"] > 0


def test_of_many_samples_every_second_goes_and_the_first_and_last_stay(tmp_path, monkeypatch):
    monkeypatch.setattr(samples, "MOST", 8)
    for step in range(1, 30):
        samples.keep(tmp_path, step, np.zeros((1, 2, 2, 1), np.uint8))
    there = list(samples.kept(tmp_path))
    assert len(there) <= samples.MOST
    assert (there[0], there[-1]) == (1, 29)
    assert samples.kept(tmp_path / "nothing") == {}
