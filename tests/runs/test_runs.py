"""A run on disk: what is checked when it is read, and what is said when it is damaged."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from cnn_core.actions import evaluate, load_run, runs
from cnn_core.actions.running import TRAINING
from cnn_core.base.errors import Failed, UserError
from cnn_core.base.settings import runs_folder
from cnn_core.experiment import resolve
from cnn_core.runs import checkpoints, predictions
from cnn_core.runs.checkpoints import Checkpoint
from cnn_core.runs.live import live
from cnn_core.runs.run import find_run, new_run, steps_per_epoch
from tests.runs.conftest import flip


@pytest.mark.parametrize("name", ["experiment.json", "preprocessing.json"])
def test_a_flipped_bit_in_a_sealed_file_is_found(run, name):
    path = run.folder / name
    text = path.read_text()
    path.write_text(text.replace("crop", "pad "))
    with pytest.raises(Failed, match="SHA-256"):
        load_run(run.id).network()
    path.write_text(text)
    assert load_run(run.id).network()


def test_damaged_predictions_are_made_again(run):
    first = evaluate(run.id)
    flip(run.predictions / "test.safetensors")
    assert evaluate(run.id) == first
    assert predictions.load(run.predictions, "test", load_run(run.id).checkpoint_sha256) is not None


def test_predictions_of_other_weights_are_not_used(run):
    assert predictions.load(run.predictions, "test", "0" * 64) is None


def test_weights_survive_a_round_trip_to_the_bit(tmp_path):
    odd = {"a": torch.randn(3, 4, 5, 6).contiguous(memory_format=torch.channels_last), "n": torch.tensor(7)}
    checkpoints.save(tmp_path / "c", Checkpoint(odd, odd, {"step": 3, "best": None}))
    found, _ = checkpoints.latest(tmp_path / "c")
    assert all(torch.equal(found.model[name], odd[name]) for name in odd)


@pytest.mark.parametrize(
    ("pictures", "batch", "steps"), [(1257, 32, 40), (64, 64, 1), (65, 64, 1), (66, 64, 2), (1, 1, 1), (5, 1, 5)]
)
def test_steps_of_an_epoch_leave_out_a_last_batch_of_one(pictures, batch, steps):
    assert steps_per_epoch(pictures, batch) == steps


def test_the_view_of_a_run_reads_only_what_is_new_and_drops_what_is_trained_again(run):
    from cnn_core.jobs import journal

    before = live(run)
    assert [row["epoch"] for row in before.rows] == [1, 2, 3]
    assert before.progress == 1
    assert before.wall["total"] == 180
    assert len(before.wall["wrong"]) == round(180 * (1 - before.rows[-1]["val_accuracy"]))
    assert "done" in before.log
    journal.write(run.journal_path, "resumed", step=before.rows[0]["step"])
    assert [row["epoch"] for row in live(run).rows] == [1]
    run.journal_path.unlink()
    assert live(run).rows == []
    assert live(run).epoch_seconds is None


def test_an_epoch_took_its_steps_and_its_validations(run):
    from cnn_core.jobs import journal

    record, rows = run.record(), live(run).rows
    took = record["seconds"] / 3 + sum(row["seconds"] for row in rows) / 3
    assert live(run).epoch_seconds == pytest.approx(took)
    journal.write(run.journal_path, "restarted")
    journal.write(run.journal_path, "validation", step=20, epoch=0.5, whole=False, seconds=1.0)
    assert live(run).epoch_seconds is None  # no epoch has ended
    journal.write(run.journal_path, "validation", step=40, epoch=1.0, whole=True, seconds=3.0)
    assert live(run).epoch_seconds == pytest.approx(record["seconds"] / 3 + 2 * 2.0)


def test_a_run_that_did_not_time_its_validations_does_not_pass_its_steps_off_as_an_epoch(run):
    from cnn_core.jobs import journal

    journal.write(run.journal_path, "restarted")
    journal.write(run.journal_path, "validation", step=40, epoch=1.0, whole=True)
    assert live(run).epoch_seconds is None


def test_a_run_of_a_later_version_is_listed_and_shown_but_not_run(run):
    path = run.folder / "experiment.json"
    from cnn_core.base.files import sealed

    path.write_bytes(sealed({**json.loads(path.read_text()), "schema_version": 2}))
    assert [one["run"] for one in runs()] == [run.id]
    with pytest.raises(UserError, match="another version"):
        load_run(run.id)


def test_a_missing_state_file_makes_no_run(run):
    (run.folder / "state.json").unlink()
    with pytest.raises(UserError, match="does not exist"):
        find_run(run.id, runs_folder())


def test_the_network_answers_as_the_trainer_did(run):
    loaded = load_run(run.id)
    stored = loaded.predictions("val")
    pictures = loaded.data().splits["val"].pictures
    one = loaded.network().logits(loaded.preprocess(pictures[3])).numpy()
    assert loaded.preprocess(pictures[3]).shape == (1, 1, 8, 8)
    assert not loaded.model().training
    assert np.allclose(one[0], stored.logits[3], atol=1e-5)


def test_runs_of_one_second_are_listed_in_the_order_of_their_coming():
    experiment = resolve({"data": {"name": "digits"}, "model": {"name": "mlp"}})
    made = [new_run(experiment, runs_folder(), TRAINING).id for _ in range(6)]
    assert [one["run"] for one in runs()] == made[::-1]
