"""`doctor` on the command line: exit codes, one object for scripts, sentences for people, and no torch."""

from __future__ import annotations

import json

import pytest

from cnn_core import actions
from cnn_core.base.settings import runs_folder
from cnn_core.cli import main
from tests.house.test_weight import COMMAND, TORCH, loaded
from tests.runs.conftest import copied, flip, run, trained  # noqa: F401 - fixtures


@pytest.fixture
def shell(capsys):
    """Run `doctor` with some words: (exit code, stdout, stderr)."""

    def call(*words):
        capsys.readouterr()
        code = main(["doctor", *map(str, words)])
        return code, *capsys.readouterr()

    return call


def test_it_says_what_is_wrong_mends_when_asked_and_ends_with_0_when_all_is_well(shell, run):  # noqa: F811
    files = [path for path in run.folder.rglob("*") if path.is_file()]
    size = f"{sum(path.stat().st_size for path in files) / 1e6:.1f} MB"
    assert shell() == (0, f"1 run, {len(files)} files, {size} looked at; nothing wrong.\n", "")
    flip(run.folder / "wall.json", 0)
    code, out, err = shell()
    assert (code, err) == (1, "")
    assert out.splitlines()[:3] == [
        f"{run.id}  wall.json",
        "  The wall of wrong pictures cannot be read.",
        "  With --mend: It is moved into damaged/; the next validation writes it anew.",
    ]
    assert out.endswith("; 1 wrong.\n")
    code, out, _ = shell("--mend")
    assert code == 0
    assert "  Mended: It is moved into damaged/" in out
    assert out.endswith("; 1 wrong, 1 mended.\n")
    assert shell("--mend")[0] == 0


def test_for_scripts_it_is_one_object_with_fixed_keys(shell, run):  # noqa: F811
    flip(run.folder / "experiment.json")
    (run.folder / "notes.txt").touch()
    code, out, _ = shell("--json")
    assert code == 1
    found = json.loads(out)
    assert set(found) == {"runs", "checked", "findings", "sound"}
    assert set(found["checked"]) == {"runs", "files", "bytes"}
    for one in found["findings"]:
        assert set(one) == {"run", "file", "what", "mend", "wrong", "mended", "hindrance"}
    assert [(one["file"], one["wrong"]) for one in found["findings"]] == [
        ("experiment.json", True),
        ("notes.txt", False),
    ]


def test_what_stays_wrong_ends_with_1_and_what_is_only_named_with_0(shell, run):  # noqa: F811
    (run.folder / "notes.txt").touch()
    code, out, _ = shell("--mend")
    assert code == 0
    assert out.endswith("; nothing wrong, 1 only named.\n")
    flip(run.folder / "experiment.json")
    assert shell("--mend")[0] == 1


def test_a_folder_that_is_not_there_ends_with_2_in_one_sentence(shell, tmp_path):
    code, out, err = shell("--runs", tmp_path / "nowhere")
    assert (code, out) == (2, "")
    assert err.startswith("There is no folder ")
    (tmp_path / "file").touch()
    assert shell("--runs", tmp_path / "file")[0] == 2


@pytest.mark.parametrize("name", ["[bold]x[bold]", "a\nb", "\x1b[31mred", "<b>", "\udcff\udcfe", "x" * 250, "🦊"])
def test_names_from_outside_are_shown_in_one_line_and_break_nothing(shell, run, name):  # noqa: F811
    for folder in (run.folder, run.root):
        (folder / name).touch()
    code, out, err = shell()
    assert (code, err) == (0, "")
    assert len(out.splitlines()) == 5
    assert "\x1b" not in out
    assert ("[bold]x[bold]" in out) == ("bold" in name)
    code, out, err = shell("--json")
    assert (code, err) == (0, "")
    out.encode()
    assert len(json.loads(out)["findings"]) == 2


def test_a_whole_runs_folder_is_looked_through(shell, trained):  # noqa: F811
    made = [copied(trained, runs_folder(), f"2026010{day}-000000-digits-0000") for day in (1, 2, 3)]
    flip(made[1].state_path)
    code, out, _ = shell("--json")
    found = json.loads(out)
    assert code == 1
    assert found["checked"]["runs"] == 3
    assert [one["run"] for one in found["findings"]] == [made[1].id]


def test_an_empty_folder_is_sound(shell):
    runs_folder().mkdir(parents=True)
    code, out, _ = shell()
    assert (code, out) == (0, "0 runs, 0 files, 0.0 MB looked at; nothing wrong.\n")


def test_it_looks_and_mends_without_torch(run):  # noqa: F811
    flip(run.state_path)
    flip(run.folder / "preprocessing.json")
    assert loaded(COMMAND.format(words=["doctor", "--mend", "--json"]), TORCH) == []
    assert actions.show(run.id)["reason"] == "mended"
