"""How a training ends, whatever happens."""

from __future__ import annotations

import errno
import json
import math
import os
import signal

import pytest

from cnn_core.actions import live, resume_in_background, start, stop
from cnn_core.base.errors import UserError
from cnn_core.base.files import sealed
from cnn_core.base.locks import Lock
from cnn_core.base.settings import locks_folder, runs_folder
from cnn_core.experiment import resolve
from cnn_core.jobs import journal
from cnn_core.runs import checkpoints
from cnn_core.runs.loaded import Run
from cnn_core.runs.run import find_run
from cnn_core.training import engine, job
from tests.training.conftest import final, weights


def test_a_training_leaves_a_folder_that_explains_itself(new):
    run = new()
    seen = []
    record = job.run(run, seen.append)
    assert record["status"] == "done"
    assert record["test_accuracy"] > 0.5
    for name in ("experiment.json", "environment.json", "preprocessing.json", "state.json", "journal.jsonl", "log.txt"):
        assert (run.folder / name).is_file()
    for name in ("experiment.json", "preprocessing.json", "predictions/test.json", "environment.json"):
        assert len(json.loads((run.folder / name).read_text())["sha256"]) == 64
    assert [event["kind"] for event in seen if event["kind"] != "steps"] == [
        "started",
        "validation",
        "validation",
        "ended",
    ]
    assert list(run.folder.rglob("*.tmp")) == []


def test_the_stored_accuracy_is_that_of_the_stored_logits_of_the_best_epoch(new):
    run = new()
    record = job.run(run)
    for split, stated in (("val", record["val_accuracy"]), ("test", record["test_accuracy"])):
        found = Run(run).predictions(split)
        assert float((found.logits.argmax(1) == found.targets).mean()) == pytest.approx(stated, abs=1e-12)


def test_a_finished_run_is_left_as_it_is(new):
    run = new()
    first = job.run(run)
    before = weights(run)
    assert job.run(run) == first
    assert weights(run) == before


def test_a_rate_far_too_high_stops_at_the_first_infinite_loss_and_says_so(new):
    run = new("train.lr=1e9")
    record = job.run(run)
    assert (record["status"], record["reason"]) == ("failed", "diverged")
    assert "learning rate 1e+09" in record["message"]
    assert record["test_accuracy"] is None
    rows = [row for row in journal.read(run.journal_path)[0] if row["kind"] == "steps"]
    assert rows[-1]["loss"] is None  # infinite has no place in JSON
    step = int(record["message"].split("step ")[1].split(":")[0])
    assert 1 <= step <= 40


def test_the_best_weights_are_kept_when_a_later_epoch_diverges(new, monkeypatch):
    run = new("train.epochs=3")
    per_epoch = run.record()["steps_per_epoch"]
    rate = engine.Trainer._lr
    monkeypatch.setattr(engine.Trainer, "_lr", lambda self: math.inf if self.progress.step > per_epoch else rate(self))
    record = job.run(run)
    assert (record["reason"], record["epochs"], record["best_epoch"]) == ("diverged", 1, 1)
    assert "the weights of epoch 1 are kept" in record["message"]
    assert len(Run(run).predictions("test").targets) == 360


@pytest.mark.parametrize(
    ("losses", "patience", "ends", "best"),
    [
        ([5, 4, 3, 3.5, 3.6, 2], 1, 5, 3),  # the fifth and the one before it failed to improve
        ([5, 4, 4, 4, 4], 2, 5, 5),  # a tie is no improvement, but the later epoch is the best
        ([5, 6, 4, 5, 6, 7], 2, 6, 3),
        ([5, 6, 7, 8], 0, 4, 1),
    ],
)
def test_early_stopping_and_the_best_epoch_on_a_written_series_of_losses(losses, patience, ends, best):
    progress = engine.Progress()
    for epoch, loss in enumerate(losses, 1):
        row = {"step": epoch, "val_loss": loss, "val_accuracy": 0, "train_loss": 0, "train_accuracy": 0}
        progress.end_epoch(row)
        if progress.out_of_patience(patience):
            break
    assert progress.epoch == ends
    assert progress.best["epoch"] == best


def test_a_job_waits_for_the_device_and_says_for_whom(new):
    run = new("train.epochs=1")
    other = Lock(locks_folder() / "cpu.lock", shared=True)
    assert other.acquire("20260101-000000-somebody-else")
    seen = []

    def show(event):
        seen.append(event)
        if event["kind"] == "waiting":
            assert run.record()["waiting_for"] == "20260101-000000-somebody-else"
            assert run.record()["status"] == "queued"
            other.release()

    assert job.run(run, show)["status"] == "done"
    assert seen[0] == {"kind": "waiting", "device": "cpu", "holder": "20260101-000000-somebody-else"}
    assert run.record()["waiting_for"] == ""


def test_a_waiting_job_can_be_stopped(new):
    run = new()
    with Lock(locks_folder() / "cpu.lock", shared=True) as other:
        assert other.acquire("somebody")
        record = job.run(run, lambda event: run.ask_stop() if event["kind"] == "waiting" else None)
    assert (record["status"], record["reason"]) == ("stopped", "asked")


def test_a_full_disk_ends_the_run_with_its_reason_and_keeps_what_was_saved(new, monkeypatch):
    run = new("train.epochs=3")
    save, calls = checkpoints.save, []

    def full(folder, checkpoint):
        calls.append(1)
        if len(calls) > 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        save(folder, checkpoint)

    monkeypatch.setattr(checkpoints, "save", full)
    record = job.run(run)
    assert (record["status"], record["reason"]) == ("stopped", "disk")
    assert "make room" in record["message"]
    monkeypatch.setattr(checkpoints, "save", save)
    assert job.run(run)["status"] == "done"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."), "memory"),
        (MemoryError(), "memory"),
        (ZeroDivisionError("division by zero"), "error"),
        (UserError("model.width is 0."), "error"),
    ],
)
def test_any_other_failure_is_a_sentence_in_the_state(new, monkeypatch, error, reason):
    run = new()

    def fail(*_):
        raise error

    monkeypatch.setattr(engine.Trainer, "_step", fail)
    record = job.run(run)
    assert (record["status"], record["reason"]) == ("failed", reason)
    assert record["message"].endswith(".")
    if reason == "error" and isinstance(error, ZeroDivisionError):
        assert "Traceback" in run.log_path.read_text()


def test_checkpoints_kept_are_the_last_two_and_the_best(new, monkeypatch):
    run = new("train.epochs=5")
    fake = iter([3.0, 1.0, 2.0, 2.0, 2.0])
    end = engine.Progress.end_epoch
    monkeypatch.setattr(engine.Progress, "end_epoch", lambda self, row: end(self, {**row, "val_loss": next(fake)}))
    record = job.run(run)
    per_epoch = record["steps_per_epoch"]
    names = sorted(path.stem for path in run.checkpoints.glob("*.json"))
    assert names == [f"step-{per_epoch * epoch:08d}" for epoch in (2, 4, 5)]
    assert record["best_epoch"] == 2


def wait_for(run, condition):
    """Follow the journal until something has happened; the run's own end ends the wait too."""
    while not condition(now := live(run)) and now.record["status"] in ("queued", "running"):
        os.sched_yield()
    return live(run)


def test_a_worker_that_is_killed_loses_nothing_that_was_saved_and_resumes_to_the_same_bits(new):
    raw = {"data": {"name": "digits"}, "model": {"name": "small_cnn"}, "train": {"epochs": 15, "batch_size": 16}}
    experiment = resolve(raw, ["model.width=8", "model.depth=2"])
    run_id = start(experiment)
    run = find_run(run_id, runs_folder())
    wait_for(run_id, lambda now: now.record["epochs"] >= 2)
    os.kill(int(run.lock_path.read_text().split()[0]), signal.SIGKILL)
    seen = wait_for(run_id, lambda now: False)
    assert (seen.record["status"], seen.record["reason"]) == ("stopped", "killed")
    assert seen.record["epochs"] < 15
    resume_in_background(run_id)
    wait_for(run_id, lambda now: now.record["epochs"] >= 4)
    assert stop(run_id)["reason"] in ("asked", "")
    ended = job.run(run)
    assert ended["status"] == "done"
    whole = find_run(start(experiment), runs_folder())
    assert wait_for(whole.id, lambda now: False).record["status"] == "done"
    assert final(run) == final(whole)


def test_a_resume_that_cannot_even_begin_forgets_nothing(new, stop_at, monkeypatch):
    run = new("train.epochs=3")
    stop_at(30)
    before = job.run(run)
    assert before["epochs"] == 1
    stop_at(None)

    def gone(_):
        raise UserError("The data is gone.")

    monkeypatch.setattr(job, "load_data", gone)
    after = job.run(run)
    assert (after["status"], after["message"]) == ("failed", "The data is gone.")
    kept = ("epochs", "step", "best_epoch", "val_accuracy", "seconds", "images")
    assert {key: after[key] for key in kept} == {key: before[key] for key in kept}


def test_a_run_resumed_under_other_versions_says_that_bits_may_differ(new, stop_at, monkeypatch):
    run = new()
    stop_at(5)
    job.run(run)
    stop_at(None)
    monkeypatch.setattr("cnn_core.training.environment.version", lambda name: "0.0")
    job.run(run)
    assert "bits may differ" in run.log_path.read_text()


def test_a_run_of_a_gpu_is_not_resumed_where_there_is_none(new, stop_at):
    run = new()
    stop_at(5)
    job.run(run)
    path = run.folder / "environment.json"
    path.write_bytes(sealed({**json.loads(path.read_text()), "device": "mps"}))
    record = job.run(run)
    assert record["status"] == "failed"
    assert '"mps", but this machine has none' in record["message"]
