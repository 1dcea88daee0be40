"""Comparing by Python, and all of keeping by the command line."""

from __future__ import annotations

import json
import shutil

import pytest

from cnn_core import actions
from cnn_core.base.errors import UserError
from cnn_core.base.settings import runs_folder
from cnn_core.cli import main
from cnn_core.experiment import resolve
from cnn_core.runs.smoothing import smoothed


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Two small runs of digits: the folder, and their ids."""
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVSCOPE_LOCKS", str(tmp_path_factory.mktemp("locks")))
        found = []
        for width, epochs in ((4, 3), (8, 2)):
            model = {"name": "small_cnn", "options": {"width": width, "depth": 1}}
            raw = {"data": {"name": "digits"}, "model": model, "train": {"epochs": epochs}}
            found.append(actions.train(resolve(raw), folder)["run"])
    return folder, *found


@pytest.fixture
def runs(trained):
    """A copy of them; their ids."""
    shutil.copytree(trained[0], runs_folder(), dirs_exist_ok=True)
    return trained[1:]


def said(capsys, *words):
    """The exit code of a command line, what it printed, and what it noted."""
    code = main(words)
    out, err = capsys.readouterr()
    return code, out, err


def answer(capsys, *words):
    code, out, err = said(capsys, *words, "--json")
    assert code == 0, err
    return json.loads(out.splitlines()[-1])


def test_a_comparison_says_what_came_out_what_differs_and_all_curves(runs):
    found = actions.compare(runs, smooth=0.6)
    assert [one["run"] for one in found["runs"]] == list(runs)
    assert {one["key"]: list(one["values"]) for one in found["settings"]} == {
        "model.width": [4, 8],
        "train.epochs": [3, 2],
    }
    for run, curve in zip(runs, found["curves"], strict=True):
        rows = actions.live(run).rows
        assert curve["val_loss"] == [row["val_loss"] for row in rows]
        assert curve["smooth_val_loss"] == smoothed(curve["val_loss"], 0.6)
    assert json.loads(json.dumps(found, allow_nan=False))["runs"] == found["runs"]


def test_two_to_ten_runs_are_compared_each_once(runs):
    one = runs[0]
    for several in ([], [one], [one, one], [one, one[:-1]]):
        with pytest.raises(UserError, match="2 to 10 can be compared"):
            actions.compare(several)
    for number in range(10):
        shutil.copytree(runs_folder() / one, runs_folder() / f"{one[:-4]}{number:04x}")
    ids = [record["run"] for record in actions.runs()]
    assert len(actions.compare(ids[:10])["runs"]) == 10
    with pytest.raises(UserError, match="11 runs are named"):
        actions.compare(ids[:11])


@pytest.mark.parametrize("weight", [-0.1, 0.991, 1.0, float("nan")])
def test_a_weight_out_of_bounds_is_refused(runs, weight):
    with pytest.raises(UserError, match=r"must be 0 to 0\.99"):
        actions.compare(runs, smooth=weight)


def test_a_journal_that_cannot_be_read_is_a_sentence(runs):
    path = runs_folder() / runs[0] / "journal.jsonl"
    path.unlink()
    path.mkdir()
    with pytest.raises(UserError, match="cannot be read"):
        actions.compare(runs)


def test_a_run_that_is_named_tagged_and_noted_all_the_time_trains_as_ever():
    """At every event of a real training; what it says of itself and what it computes stay as they are."""
    raw = {"data": {"name": "digits"}, "model": {"name": "small_cnn", "options": {"width": 4, "depth": 1}}}
    settings = resolve({**raw, "train": {"epochs": 3}})
    quiet = actions.train(settings)
    seen = []

    def disturb(event):
        run = max(record["run"] for record in actions.runs() if record["run"] != quiet["run"])
        actions.rename(run, f"name {len(seen)}")
        actions.note(run, event["kind"])
        actions.tag(run, [f"{len(seen) % 5}"])
        seen.append(event["kind"])

    record = actions.train(settings, None, disturb)
    assert len(seen) > 4
    assert (record["status"], record["label"]) == ("done", f"name {len(seen) - 1}")
    assert record["tags"] == [str(number) for number in range(5)]
    assert [record[key] for key in ("val_loss", "test_accuracy")] == [
        quiet[key] for key in ("val_loss", "test_accuracy")
    ]
    assert actions.doctor()["findings"] == []


# ------------------------------------------------------------ the command line


def test_a_run_is_named_noted_and_tagged_in_a_shell(runs, capsys):
    run = runs[0]
    assert answer(capsys, "rename", run, "my run")["label"] == "my run"
    assert answer(capsys, "note", run, "why")["note"] == "why"
    assert answer(capsys, "tag", run, "b", "a")["tags"] == ["a", "b"]
    assert answer(capsys, "tag", run, "b", "--remove")["tags"] == ["a"]
    assert said(capsys, "rename", run, "other")[1] == f"{run}  other  [a]  why\n"
    assert "other" in said(capsys, "runs")[1]
    shown = said(capsys, "show", run)[1]
    assert "other" in shown
    assert answer(capsys, "rename", run, "")["label"] == "digits · small_cnn"


def test_the_list_has_a_column_of_names_only_where_there_are_any(runs, capsys):
    assert "name" not in said(capsys, "runs")[1].splitlines()[0]
    actions.rename(runs[0], "x")
    assert "name" in said(capsys, "runs")[1].splitlines()[0]


def test_runs_are_compared_in_a_shell(runs, capsys):
    found = answer(capsys, "compare", *runs, "--smooth", "0.5")
    assert found == json.loads(json.dumps(actions.compare(runs, 0.5)))
    code, out, _ = said(capsys, "compare", *runs)
    assert code == 0
    assert [line.split() for line in out.splitlines() if "model.width" in line] == [["model.width", "4", "8"]]
    assert "train.lr" not in out


def test_runs_without_a_difference_are_said_to_have_none(runs, capsys):
    other = f"{runs[0][:-4]}0000"
    shutil.copytree(runs_folder() / runs[0], runs_folder() / other)
    assert "the same" in said(capsys, "compare", runs[0], other)[1]


@pytest.mark.parametrize("weight", ["x", "1", "-1", "0.5.5", "nan", ""])
def test_a_weight_that_is_none_is_a_sentence(runs, capsys, weight):
    code, _, err = said(capsys, "compare", *runs, f"--smooth={weight}")
    assert code == 2
    assert len(err.splitlines()) == 1


def test_the_trash_is_listed_restored_from_and_purged_in_a_shell(runs, capsys):
    first, second = runs
    assert said(capsys, "trash")[2].endswith("is empty.\n")
    for run in runs:
        assert said(capsys, "delete", run)[0] == 0
    listed = answer(capsys, "trash")
    assert {one["run"] for one in listed["runs"]} == set(runs)
    assert listed["bytes"] == sum(one["bytes"] for one in listed["runs"])
    assert first in said(capsys, "trash")[1]
    assert answer(capsys, "restore", first)["run"] == first
    assert said(capsys, "restore", first)[0] == 2
    found = answer(capsys, "purge", second)
    assert (found["runs"], found["kept"]) == ([second], [])
    assert found["bytes"] > 0
    code, _, err = said(capsys, "purge", second)
    assert (code, "not in the trash" in err) == (2, True)
    assert [one["run"] for one in actions.runs()] == [first]


def test_a_run_that_comes_back_under_another_id_is_said_to(runs, capsys):
    run = runs[0]
    actions.delete(run)
    shutil.copytree(runs_folder() / ".trash" / run, runs_folder() / run)
    _, out, err = said(capsys, "restore", run)
    assert err == f"It came back as {run}-2.\n"
    assert out.startswith(f"{run}-2")


def test_purge_wants_one_run_or_all_of_them(runs, capsys):
    for words in (("purge",), ("purge", runs[0], "--all")):
        code, _, err = said(capsys, *words)
        assert (code, "give --all" in err) == (2, True)
    for run in runs:
        actions.delete(run)
    code, out, _ = said(capsys, "purge", "--all")
    assert code == 0
    assert out.startswith("2 runs purged, ")
    assert said(capsys, "purge", "--all")[1] == "0 runs purged, 0.0 MB freed\n"


def test_what_a_job_uses_stays_and_the_exit_code_says_so(runs, capsys):
    from cnn_core.runs import trash
    from cnn_core.runs.run import RunFolder

    actions.delete(runs[1])
    run = RunFolder(runs_folder() / runs[0])
    with run.lock():
        trash.throw_away(run)
        code, out, err = said(capsys, "purge", "--all", "--json")
    assert code == 1
    assert json.loads(out)["runs"] == [runs[1]]
    assert "stop it first" in err
    assert [one["run"] for one in actions.trash()] == [runs[0]]
