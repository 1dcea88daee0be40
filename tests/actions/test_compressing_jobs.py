"""Compressing and timing in the queue: what comes of it, a Stop, failures that are sentences, one at a time."""

from __future__ import annotations

import pytest

from cnn_core import actions
from cnn_core.actions import compressing_jobs, serving
from cnn_core.base.errors import UserError
from cnn_core.base.files import sealed, unseal
from cnn_core.base.settings import runs_folder
from cnn_core.cli import main
from cnn_core.jobs import devices, queue, supervisor
from cnn_core.jobs.job import Job
from cnn_core.runs.run import COMPRESSING
from tests.actions.test_compressing import run  # noqa: F401 - a fixture


@pytest.fixture(autouse=True)
def _asleep(monkeypatch):
    monkeypatch.setattr(supervisor, "wake", lambda root: None)


def work(job_id):
    """What a worker does with a job; returns how it stands then."""
    job = Job(runs_folder() / COMPRESSING / job_id)
    with job.lock() as lock:
        compressing_jobs.work(job, lock)
    return next(one for one in actions.compressings(job.stored()["run"]) if one["id"] == job_id)


def test_what_a_worker_makes_is_what_the_verbs_make(run, monkeypatch):  # noqa: F811
    made = work(actions.start_compress(run, "prune_channels", {"steps": 2, "share": 0.75}))
    assert (made["status"], made["verb"], made["method"]) == ("done", "compress", "prune_channels")
    assert made["found"]["accuracy"] == actions.evaluate(made["found"]["run"])["accuracy"]
    file = work(actions.start_compress(run, "int8", {"pictures": 4}))["found"]["file"]
    assert file == "int8.onnx"  # no path: the folder may be moved
    assert len(actions.compressed_file(run, "int8")) > 1000
    with pytest.raises(UserError, match="no file"):
        actions.compressed_file(run, "../int8")
    names = ["as trained", "ONNX Runtime, int8, pictures 4", "prune channels, share 0.75, steps 2"]
    known = actions.variants(run)
    assert [one["name"] for one in known] == names
    timed = work(actions.start_bench(run, [1], rounds=2))["found"]["rows"]
    assert [one["name"] for one in timed] == [names[0], "ONNX Runtime, float32", *names[1:]]
    assert {one["weights"] for one in timed} == {one["weights"] for one in known}
    assert [one["accuracy"] for one in timed if one["name"] in names] == [one["accuracy"] for one in known]
    assert [one["verb"] for one in actions.compressings(run)] == ["bench", "compress", "compress"]
    assert actions.compressings("another") == []
    assert actions.doctor()["findings"] == []


def test_a_stop_is_heard_while_it_waits_and_while_it_works(run, monkeypatch):  # noqa: F811
    waits = actions.start_bench(run)
    actions.stop_compressing(waits)
    (one,) = actions.compressings(run)
    assert (one["status"], one["message"]) == ("stopped", "Stopped before it began.")
    for held in (True, False):  # the processor is another's, or ours
        job = Job(runs_folder() / COMPRESSING / actions.start_compress(run, "prune_weights"))
        device = devices.take("cpu", "another", lambda holder: None, lambda: None) if held else None
        job.ask_stop()
        assert work(job.id)["message"] == "Stopped; nothing of it is kept."
        if device:
            device.release()
    assert len(actions.runs()) == 1


def test_a_failure_is_a_sentence_and_a_damaged_result_too(run, monkeypatch):  # noqa: F811
    def broken(*args, **kwargs):
        raise ValueError("a bad day")

    with monkeypatch.context() as patch:
        patch.setattr(compressing_jobs, "compress", broken)
        failed = work(actions.start_compress(run, "fold_batch_norm"))
        assert (failed["status"], failed["message"]) == ("failed", "ValueError: a bad day.")
    done = work(actions.start_compress(run, "fold_batch_norm"))["id"]
    path = runs_folder() / COMPRESSING / done / compressing_jobs.RESULT
    path.write_bytes(sealed({**unseal(path), "said": "x"})[:-9])
    assert actions.compressings(run)[0]["found"] is None
    assert "result.json" in actions.compressings(run)[0]["message"]


def test_wrong_input_is_a_sentence_before_anything_is_queued(run, capsys):  # noqa: F811
    for words, says in (
        (["compress", run, "--method", "int7", "--background"], "did you mean"),
        (["compress", run, "--method", "int8", "--set", "pictures=0", "--background"], "compress.pictures is"),
        (["bench", run, "--batch", "0", "--background"], "batch is 0"),
        (["bench", "nothing", "--background"], "nothing"),
    ):
        assert main(words) == 2
        assert says in capsys.readouterr().err
    assert actions.compressings(run) == []
    assert main(["bench", run, "--background"]) == 0
    (one,) = actions.compressings(run)
    assert capsys.readouterr().out.strip() == one["id"]
    assert queue.in_order({one["id"]: Job(runs_folder() / COMPRESSING / one["id"]).state()}) == [one["id"]]
    serving._stop(lambda sentence: None)
    assert actions.compressings(run)[0]["status"] == "stopped"
