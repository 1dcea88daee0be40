"""Verbs on what draws: a seed gives its pictures, a way has both ends, training pictures are found again, the judge."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
import torch
from PIL import Image

from cnn_core import actions
from cnn_core.actions.generating import on_the_way
from cnn_core.base.errors import UserError
from cnn_core.cli import main
from cnn_core.experiment import resolve
from cnn_core.training import judging

TINY = {
    "data": {"name": "digits", "options": {"train_pictures": 320, "val_pictures": 20}},
    "model": {"name": "dcgan", "options": {"width": 4, "latent": 8}},
    "train": {"epochs": 1},
}


@pytest.fixture(scope="module")
def drawing(tmp_path_factory):
    """A run that draws, and one that answers, in one folder."""
    folder = tmp_path_factory.mktemp("drawing")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVSCOPE_LOCKS", str(tmp_path_factory.mktemp("locks")))
        run = actions.train(resolve(TINY), folder)["run"]
        other = actions.train(resolve({"data": "digits", "model": "mlp", "train": {"epochs": 1}}), folder)["run"]
    return folder, run, other


@pytest.fixture
def run(drawing, monkeypatch):
    monkeypatch.setenv("CONVSCOPE_RUNS", str(drawing[0]))
    settings = judging.settings_of
    monkeypatch.setattr(judging, "settings_of", lambda experiment: settings(experiment, 500))
    return drawing[1]


def test_the_same_seed_draws_the_same_and_another_one_others(run):
    first, again, other = (actions.sample(run, 5, seed).pictures for seed in (3, 3, 4))
    assert (first.shape, first.dtype) == ((5, 8, 8, 1), np.uint8)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert np.array_equal(actions.sample(run, 2, 3).pictures, first[:2])
    assert Image.open(io.BytesIO(actions.samples_png(first))).mode == "RGB"


def test_a_way_begins_and_ends_where_it_says(run):
    way = actions.between(run, 1, 2, 5).pictures
    assert np.abs(way[0].astype(int) - actions.sample(run, 1, 1).pictures[0]).max() <= 1
    assert np.abs(way[-1].astype(int) - actions.sample(run, 1, 2).pictures[0]).max() <= 1


def test_noise_on_the_way_turns_evenly_and_keeps_its_length():
    way = on_the_way(torch.tensor([2.0, 0.0]), torch.tensor([0.0, 4.0]), 3)
    assert torch.allclose(way, torch.tensor([[2.0, 0.0], [3 / 2**0.5, 3 / 2**0.5], [0.0, 4.0]]), atol=1e-6)
    same = on_the_way(torch.ones(3), 3 * torch.ones(3), 3)
    assert torch.allclose(same[1], 2 * torch.ones(3))


def test_a_training_picture_is_found_again_and_is_nothing_away(run):
    train = actions.load_run(run).data().splits["train"].pictures
    found = actions.nearest(run, train[[7, 100]])
    assert found.indices == (7, 100)
    assert found.distances == pytest.approx((0, 0), abs=0.05)
    assert found.usual > 10
    shifted = actions.nearest(run, np.clip(train[7:8].astype(int) + 3, 0, 255).astype(np.uint8))
    assert shifted.indices == (7,)
    assert 1.5 < shifted.distances[0] <= 3.01
    with pytest.raises(UserError, match="what it was taught is"):
        actions.nearest(run, np.zeros((1, 9, 9, 1), np.uint8))


def test_it_is_measured_by_a_judge_that_is_trained_once(run, capsys):
    assert actions.judge_of(run) is None
    assert main(["evaluate", run, "--json"]) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (found["task"], found["run"], len(found["classes"])) == ("generation", run, 10)
    assert sum(row["share"] for row in found["classes"]) == pytest.approx(1)
    floor, *ceilings = found["references"]
    assert floor["name"] == "other real pictures"
    assert floor["fid"] < min(one["fid"] for one in ceilings)
    assert actions.judge_of(run) == found["judge"]["run"]
    again = actions.evaluate(run)
    assert (again["fid"], again["judge"]) == (found["fid"], found["judge"])
    assert sum("judge" in one["tags"] for one in actions.runs()) == 1
    assert main(["evaluate", run]) == 0
    assert "untrained generator" in capsys.readouterr().out


def test_the_shell_draws_a_file(run, tmp_path, capsys):
    file = tmp_path / "drawn.png"
    assert main(["sample", run, "--count", "9", "--seed", "1", "--out", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["count"] == 9
    assert Image.open(file).size[0] > 24
    assert main(["sample", run, "--count", "5", "--to", "2", "--out", str(file)]) == 0
    assert "5 pictures in" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--count", "0"], "count is 0, but must be a whole number from 1 to 10000"),
        (["--count", "many"], "must be a whole number"),
        (["--seed", "9999999999"], "seed is 9999999999, but must be"),
        (["--to", "-1"], "must be a whole number"),
        (["--count", "1", "--to", "2"], "steps is 1, but must be a whole number from 2"),
    ],
)
def test_wrong_input_is_a_sentence(run, words, says, tmp_path, capsys):
    assert main(["sample", run, "--out", str(tmp_path / "x.png"), *words]) == 2
    assert says in capsys.readouterr().err


def test_what_answers_draws_nothing_and_what_draws_answers_nothing(run, drawing, capsys):
    for ask in (actions.sample, actions.judge_of, actions.generation_report, actions.start_judge):
        with pytest.raises(UserError, match="draws nothing: it answers"):
            ask(drawing[2])
    for words in (["predict", run, "test-0"], ["explain", run, "test-0"]):
        assert main(words) == 2
        assert "draws pictures and has no classes" in capsys.readouterr().err


def test_a_judge_that_is_another_data_sets_or_another_recipe_is_none(run):
    experiment = actions.load_run(run).experiment
    assert (
        judging.find(judging.settings_of(resolve({**TINY, "data": "shapes"})), actions.load_run(run).folder.root)
        is None
    )
    wanted = judging.settings_of(experiment)
    assert wanted.data.options["train_pictures"] == 0  # the whole set, whatever the generator was taught
    assert [one.options for one in wanted.preprocessing[:2]] == [one.options for one in experiment.preprocessing[:2]]


def test_the_doctor_knows_its_samples_and_names_what_lies_among_them(run, drawing):
    assert actions.doctor()["findings"] == []
    stranger = drawing[0] / run / "samples" / "notes.txt"
    stranger.write_text("mine")
    assert [one["file"] for one in actions.doctor()["findings"]] == ["samples/notes.txt"]
    stranger.unlink()


def test_blurring_is_the_mean_of_five_by_five():
    picture = np.zeros((1, 7, 7, 1), np.uint8)
    picture[0, 3, 3, 0] = 250
    found = judging.blurred(picture)[0, ..., 0]
    assert (found[1:6, 1:6] == 10).all()
    assert found.sum() == 250
