"""compress and bench: what comes out is a run like others or a file beside the run, each with its accuracy."""

from __future__ import annotations

import json

import pytest

from cnn_core import actions
from cnn_core.base.errors import UserError
from cnn_core.cli import main
from cnn_core.compression.methods import SHELF
from cnn_core.experiment import resolve

DIGITS = {
    "data": {"name": "digits", "options": {"train_pictures": 200}},
    "model": {"name": "small_cnn", "options": {"width": 4, "depth": 2}},
    "train": {"epochs": 1},
}


@pytest.fixture
def run():
    return actions.train(resolve(DIGITS))["run"]


def test_every_method_makes_a_finished_run_or_a_file_and_the_bench_shows_all(run, capsys):
    for name in SHELF.names():
        found = actions.compress(run, name, SHELF.load(name).tiny)
        assert (found["run"] is None) != (found["file"] is None)
        assert 0 <= found["accuracy"] <= 1
        if found["run"]:
            record = actions.show(found["run"])
            assert (record["status"], record["made_from"]) == ("done", run)
            assert actions.evaluate(found["run"])["accuracy"] == found["accuracy"]
            assert actions.resume(found["run"])["status"] == "done"
    assert actions.doctor()["findings"] == []
    assert main(["bench", run, "--batch", "1,3", "--rounds", "2", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out.splitlines()[-1])["rows"]
    assert [row["name"] for row in rows[:3]] == [
        "as trained",
        "ONNX Runtime, float32",
        "ONNX Runtime, int8, pictures 4",
    ]
    assert {row["name"] for row in rows[3:]} == {
        "prune weights, steps 2, stages 1",
        "prune channels, steps 2",
        "fold batch norm",
        "distill, width 2, depth 2, steps 2",
    }
    assert all(set(row["times"]) == {"1", "3"} and row["bytes"] > 0 for row in rows)
    by = {row["name"]: row for row in rows}
    assert by["prune channels, steps 2"]["multiply_adds"] < by["as trained"]["multiply_adds"]
    assert by["fold batch norm"]["accuracy"] == by["as trained"]["accuracy"] == rows[1]["accuracy"]


def test_wrong_input_is_a_sentence_and_nothing_is_made(run, capsys):
    for words, says in (
        (["compress", run, "--method", "int7"], "did you mean"),
        (["compress", run, "--method", "int8", "--set", "pictures=0"], "compress.pictures is"),
        (["compress", run, "--method", "int8", "--set", "pictures"], "write K=V"),
        (["bench", run, "--batch", "0"], "batch is 0"),
        (["bench", run, "--threads", "x"], "must be a whole number"),
        (["bench", "nothing"], "nothing"),
    ):
        assert main(words) == 2
        assert says in capsys.readouterr().err
    assert len(actions.runs()) == 1


def test_a_network_that_has_no_such_form_is_a_sentence():
    raw = {**DIGITS, "model": {"name": "resnet_cifar", "options": {"depth": 8, "width": 2}}}
    run = actions.train(resolve(raw))["run"]
    for name in ("prune_channels", "fold_batch_norm"):
        with pytest.raises(UserError, match="resnet_cifar"):
            actions.compress(run, name)
    assert len(actions.runs()) == 1
