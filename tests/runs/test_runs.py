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
from cnn_core.training import job


@pytest.fixture
def run():
    raw = {"data": {"name": "digits"}, "model": {"name": "small_cnn", "options": {"width": 8, "depth": 2}}}
    made = new_run(resolve({**raw, "train": {"epochs": 2, "batch_size": 64}}), runs_folder(), TRAINING)
    job.run(made)
    return made


def flip(path, place=-1):
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("name", ["experiment.json", "preprocessing.json"])
def test_a_flipped_bit_in_a_sealed_file_is_found(run, name):
    path = run.folder / name
    text = path.read_text()
    path.write_text(text.replace("crop", "pad "))
    with pytest.raises(Failed, match="SHA-256"):
        load_run(run.id).network()
    path.write_text(text)
    assert load_run(run.id).network()


@pytest.mark.parametrize(
    "harm", [flip, lambda p: p.write_bytes(p.read_bytes()[:-1]), lambda p: p.write_bytes(b""), lambda p: p.unlink()]
)
def test_damaged_weights_are_found_before_they_are_used(run, harm):
    best = checkpoints.best_step(run.checkpoints)
    harm(run.checkpoints / f"step-{best:08d}.model.safetensors")
    with pytest.raises(Failed, match=r"model\.safetensors"):
        load_run(run.id).network()


def test_damaged_predictions_are_made_again(run):
    first = evaluate(run.id)
    flip(run.predictions / "test.safetensors")
    assert evaluate(run.id) == first
    assert predictions.load(run.predictions, "test", load_run(run.id).checkpoint_sha256) is not None


def test_predictions_of_other_weights_are_not_used(run):
    assert predictions.load(run.predictions, "test", "0" * 64) is None


def test_a_pickle_in_place_of_weights_is_refused_and_nothing_runs(tmp_path):
    class Bomb:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    import pickle

    tensors = {"x": torch.zeros(2)}
    checkpoints.save(tmp_path / "c", Checkpoint(tensors, tensors, {"step": 1, "best": None}))
    data = pickle.dumps(Bomb())
    (tmp_path / "c" / "step-00000001.model.safetensors").write_bytes(data)
    manifest = json.loads((tmp_path / "c" / "step-00000001.json").read_text())
    from cnn_core.base.files import sealed, sha256

    manifest["files"]["model"] = {"bytes": len(data), "sha256": sha256(data)}
    (tmp_path / "c" / "step-00000001.json").write_bytes(sealed(manifest))
    found, damaged = checkpoints.latest(tmp_path / "c")
    assert found is None
    assert "not a safetensors file" in damaged[0]
    assert not (tmp_path / "ran").exists()


def test_a_half_written_checkpoint_is_none(run):
    newest = sorted(run.checkpoints.glob("*.json"))[-1]
    newest.rename(newest.with_suffix(".json.77.tmp"))
    found, damaged = checkpoints.latest(run.checkpoints)
    assert damaged == []
    assert found.progress["epoch"] == 1


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
    assert [row["epoch"] for row in before.rows] == [1, 2]
    assert before.progress == 1
    assert before.wall["total"] == 180
    assert len(before.wall["wrong"]) == round(180 * (1 - before.rows[-1]["val_accuracy"]))
    assert "done" in before.log
    journal.write(run.journal_path, "resumed", step=before.rows[0]["step"])
    assert [row["epoch"] for row in live(run).rows] == [1]
    run.journal_path.unlink()
    assert live(run).rows == []


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
