"""Labs as jobs: seeds are kept as they come, a Stop is heard, wrong input is a sentence, two at once do not disturb."""

from __future__ import annotations

import json

import pytest

from cnn_core import actions
from cnn_core.actions import serving
from cnn_core.base.errors import UserError
from cnn_core.base.settings import runs_folder
from cnn_core.cli import main
from cnn_core.jobs import queue
from cnn_core.jobs.job import Job
from cnn_core.labs import SHELF
from cnn_core.labs import job as lab_job
from cnn_core.runs.run import LABS
from tests.faults.harness import until

TINY = {"pictures": 100}


def test_a_lab_gives_means_and_spread_over_its_seeds():
    record = actions.lab("interval_width", {"draws": 100}, seeds=3, first_seed=5)
    found = record["found"]
    assert record["status"] == "done"
    assert found["seeds"] == [5, 6, 7]
    values = [one["numbers"]["coverage_mean"] for one in found["readings"]]
    assert found["numbers"]["coverage_mean"] == pytest.approx(sum(values) / 3)
    assert found["spread"]["coverage_mean"] == [min(values), max(values)]
    assert len(set(values)) > 1  # other seeds, other draws


def test_the_shell_prints_one_object(capsys):
    assert main(["lab", "constant_predictor", "--seeds", "1", "--set", "pictures=100", "--json"]) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {"lab", "chapter", "claim", "verdict", "why", "numbers", "seeds", "seconds"} <= set(found)
    assert (found["lab"], found["chapter"], found["seeds"]) == ("constant_predictor", 9, [0])
    assert main(["list", "labs", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out.splitlines()[-1])["labs"]
    assert [one["name"] for one in listed] == SHELF.names()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["lab", "constant_predicter"], "did you mean"),
        (["lab", "constant_predictor", "--seeds", "0"], "seeds is 0, but must be a whole number from 1 to 100"),
        (["lab", "constant_predictor", "--seeds", "-1"], "must be a whole number"),
        (["lab", "constant_predictor", "--first-seed", "x"], "must be a whole number"),
        (["lab", "constant_predictor", "--set", "pictures=3"], "lab.pictures is"),
        (["lab", "constant_predictor", "--set", "pictures"], "write K=V"),
        (["lab", "constant_predictor", "--set", "nothing=1"], "is not an option"),
    ],
)
def test_wrong_input_is_a_sentence_and_nothing_is_left(words, says, capsys):
    assert main(words) == 2
    assert says in capsys.readouterr().err
    assert actions.lab_results() == []


def test_a_lab_whose_data_set_is_not_here_says_what_to_do(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("CONVSCOPE_DATA", str(tmp_path / "nothing"))
    assert main(["lab", "pool_is_nonlinear"]) == 1
    assert "download mnist" in capsys.readouterr().err
    assert actions.runs() == []
    assert actions.lab_results()[0]["status"] == "failed"


def test_one_that_is_stopped_half_way_keeps_the_seeds_that_are_done():
    job = lab_job.create("constant_predictor", TINY, 5, 0, runs_folder())

    def say(words):
        if words.startswith("Seed 2"):
            job.ask_stop()

    with job.lock():
        lab_job.run(job, say)
    record = actions.lab_result(job.id)
    assert (record["status"], record["found"]["seeds"]) == ("stopped", [0, 1])
    assert record["message"] == "Stopped after 2 of 5 seeds; the result is of these."


def test_a_stop_within_a_training_stops_the_lab_and_the_run_can_go_on():
    job = lab_job.create("pool_is_nonlinear", {"data": "digits", "width": 1, "epochs": 20}, 1, 0, runs_folder())

    def say(words):
        if "max pool" in words:
            job.ask_stop()

    with job.lock():
        lab_job.run(job, say)
    assert actions.lab_result(job.id)["message"] == "Stopped before its first seed was done; nothing is kept of it."
    assert {one["status"] for one in actions.runs()} <= {"done", "stopped"}


def test_a_fault_in_a_lab_is_said_and_logged(monkeypatch):
    def breaks(*_):
        raise RuntimeError("the kernel is gone")

    lab = SHELF.load("constant_predictor").build
    monkeypatch.setattr(type(lab), "measure", property(lambda self: breaks), raising=False)
    record = actions.lab("constant_predictor", TINY)
    assert record["status"] == "failed"
    assert "the kernel is gone" in record["message"]


def test_two_of_one_lab_at_once_have_a_result_each():
    ids = [actions.start_lab("constant_predictor", TINY, seeds=1, first_seed=seed) for seed in (0, 1)]
    assert until(lambda: all(actions.lab_result(one)["status"] == "done" for one in ids), 60)
    assert [actions.lab_result(one)["found"]["seeds"] for one in ids] == [[0], [1]]
    assert [one["id"] for one in actions.lab_results(name="constant_predictor")] == ids[::-1]


def waiting():
    """A lab in the line, for which no supervisor was woken."""
    job = lab_job.create("constant_predictor", TINY, 1, 0, runs_folder())
    with job.lock() as lock:
        queue.enqueue(job, lock)
    assert actions.lab_result(job.id)["status"] == "queued"
    return job


def test_one_that_waits_can_be_stopped():
    job = waiting()
    actions.stop_lab(job.id)
    assert actions.lab_result(job.id)["status"] == "stopped"


def test_a_server_that_is_ended_stops_labs_as_well():
    job = waiting()
    said = []
    serving._stop(said.append)
    assert actions.lab_result(job.id)["status"] == "stopped"
    assert any(job.id in one for one in said)


def test_a_damaged_result_is_a_sentence():
    record = actions.lab("constant_predictor", TINY, seeds=1)
    path = runs_folder() / LABS / record["id"] / lab_job.RESULT
    path.write_bytes(path.read_bytes().replace(b"confirmed", b"refuted"))
    spoiled = actions.lab_result(record["id"])
    assert spoiled["found"] is None
    assert "damaged" in spoiled["message"] or "does not match" in spoiled["message"]


@pytest.mark.parametrize("asked", ["", "../x", "%2e", "nothing", "a" * 5_000, "20261125-000000-x-0000"])
def test_a_result_that_is_not_there_is_a_sentence(asked):
    with pytest.raises(UserError):
        actions.lab_result(asked)


def test_labs_are_no_runs_and_the_doctor_leaves_them_alone():
    record = actions.lab("constant_predictor", TINY, seeds=1)
    assert actions.runs() == []
    assert actions.doctor(mend=True)["findings"] == []
    assert actions.lab_result(record["id"])["found"]
    assert isinstance(Job(runs_folder() / LABS / record["id"]).stored()["number"], int)
