"""Resume gives the bits of an undisturbed run; each part of the state that is left out is noticed."""

from __future__ import annotations

import dataclasses

import pytest

from cnn_core.runs import checkpoints
from cnn_core.runs.live import live
from cnn_core.training import engine, job
from tests.training.conftest import final

HARD = (  # everything that has a state: dropout, batch norm, momentum, a schedule, augmentation, part-epoch validations
    "model.dropout=0.3",
    "train.optimizer=adamw",
    "augmentation=shift",
    "augmentation.shift.pixels=1",
    "train.validations=2",
)


@pytest.fixture
def undisturbed(new):
    run = new(*HARD)
    assert job.run(run)["status"] == "done"
    return run


@pytest.mark.parametrize("step", [1, 7, 10, 19, 20, 21, 39])
def test_a_run_stopped_at_any_step_and_resumed_has_the_bits_of_an_undisturbed_one(new, stop_at, undisturbed, step):
    run = new(*HARD)
    stop_at(step)
    stopped = job.run(run)
    assert (stopped["status"], stopped["reason"]) == ("stopped", "asked")
    assert stopped["step"] in (step, step + 1)  # at the end of a stretch it is validated first
    stop_at(None)
    record = job.run(run)
    assert record["status"] == "done"
    assert final(run) == final(undisturbed)
    same = ("best_epoch", "val_accuracy", "val_loss", "test_accuracy", "images", "step", "epochs")
    assert {key: record[key] for key in same} == {key: undisturbed.record()[key] for key in same}


def test_the_curves_of_a_resumed_run_are_those_of_an_undisturbed_one(new, stop_at, undisturbed):
    run = new(*HARD)
    stop_at(13)
    job.run(run)
    stop_at(None)
    job.run(run)

    def curve(of):
        return [{key: value for key, value in row.items() if key not in ("time", "seconds")} for row in live(of).rows]

    assert curve(run) == curve(undisturbed)


def _without(part):
    """A checkpoint that lost one part of its state on the way."""
    load = checkpoints._load

    def lossy(folder, name):
        whole = load(folder, name)
        if part == "optimizer":
            return dataclasses.replace(whole, state={k: v for k, v in whole.state.items() if "optimizer" not in k})
        if part == "random numbers":
            state = {k: v.clone() for k, v in whole.state.items()}
            state["random.cpu"] = engine.torch.get_rng_state()
            return dataclasses.replace(whole, state=state)
        if part == "batch norm":
            model = {k: v * 0 if "running" in k else v for k, v in whole.model.items()}
            return dataclasses.replace(whole, model=model)
        if part == "place in the epoch":
            return dataclasses.replace(whole, progress={**whole.progress, "batch": 0})
        return dataclasses.replace(whole, progress={**whole.progress, "step": whole.progress["step"] - 1})

    return lossy


@pytest.mark.parametrize("part", ["optimizer", "random numbers", "batch norm", "place in the epoch", "step"])
def test_a_part_left_out_of_the_checkpoint_is_noticed(new, stop_at, undisturbed, monkeypatch, part):
    run = new(*HARD)
    stop_at(13)
    job.run(run)
    stop_at(None)
    monkeypatch.setattr(checkpoints, "_load", _without(part))
    job.run(run)
    assert final(run) != final(undisturbed)


def test_a_damaged_checkpoint_is_passed_over_for_the_one_before_and_said_so(new, stop_at, undisturbed):
    run = new(*HARD)
    stop_at(33)
    job.run(run)
    newest = run.checkpoints / "step-00000033-open.model.safetensors"
    data = bytearray(newest.read_bytes())
    data[-1] ^= 1
    newest.write_bytes(data)
    stop_at(None)
    assert job.run(run)["status"] == "done"
    lost = "damaged (step-00000033-open.model.safetensors: its SHA-256 does not match) and was left out"
    assert lost in run.log_path.read_text()
    assert final(run) == final(undisturbed)


def test_another_seed_gives_other_bits(new, undisturbed):
    run = new(*HARD, "train.seed=1")
    job.run(run)
    assert final(run) != final(undisturbed)


def test_a_stop_within_the_last_validation_and_a_kill_before_its_epoch_is_saved_lose_nothing(
    new, stop_at, undisturbed, monkeypatch
):
    run = new(*HARD)
    stop_at(20)  # the last step of the first epoch: the validation that ends it is interrupted
    assert job.run(run)["step"] == 20
    stop_at(None)

    class Killed(BaseException):
        pass

    def write(path, data, **how):
        if path.name == "step-00000020.json":
            raise Killed
        write_whole(path, data, **how)

    write_whole = checkpoints.atomic_write
    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "atomic_write", write)
        with pytest.raises(Killed):
            job.run(run)
    found, damaged = checkpoints.latest(run.checkpoints)
    assert (found.progress["step"], damaged) == (20, [])
    assert job.run(run)["status"] == "done"
    assert final(run) == final(undisturbed)
    rows = [row["step"] for row in live(run).rows]
    assert rows == sorted(set(rows))  # the validation that was said twice is there once
