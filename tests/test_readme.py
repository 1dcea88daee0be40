"""The README cannot lie: its commands exist, its example of an architecture is one, its Python runs."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import torch

from cnn_core import actions
from cnn_core.base.options import Entry, parse_options
from cnn_core.cli import app, main
from cnn_core.experiment import resolve

README = Path(__file__).parents[1] / "README.md"
TEXT = README.read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, flags=re.S)


def test_every_command_and_flag_in_the_readme_is_there(capsys):
    usage = TEXT.split("## The command line")[1].split("With `--json`")[0].replace("\\\n", " ")
    lines = re.sub(r"\n {6,}", " ", usage)
    found = re.findall(r"python -m cnn_core (.*)", lines)
    assert len(found) >= 7
    for line in found:
        for command in re.findall(r"(?:^|\| )([a-z]+)", line) if "|" in line and "[" not in line else [line.split()[0]]:
            assert main([command, "--help"]) == 0
            helped = capsys.readouterr().out
            for flag in re.findall(r"--[a-z-]+", line):
                assert flag in helped, (command, flag)


def test_every_command_that_is_there_is_in_the_readme():
    names = [one.name or one.callback.__name__.rstrip("_") for one in app.registered_commands if not one.hidden]
    assert [name for name in names if not re.search(rf"\b{name}\b", TEXT)] == []


def test_the_architecture_of_the_readme_is_an_entry_that_trains():
    (code,) = [block for block in blocks("python") if "ENTRY" in block]
    space: dict = {"__name__": "tiny"}
    exec(compile(code, "README.md", "exec"), space)
    entry: Entry = space["ENTRY"]
    model = entry.build(parse_options(entry.options, entry.tiny, "model"), (1, 8, 8), 10)
    assert model(torch.rand(3, 1, 8, 8)).shape == (3, 10)


@pytest.fixture
def trained():
    raw = {"data": {"name": "digits"}, "model": {"name": "small_cnn", "options": {"width": 4}}}
    return actions.train(resolve({**raw, "train": {"epochs": 1}}))["run"]


def test_the_python_of_the_readme_runs(trained, tmp_path, monkeypatch):
    from PIL import Image

    (code,) = [block for block in blocks("python") if "load_run" in block]
    Image.new("L", (20, 20), 90).save(tmp_path / "digit.png")
    runs = Path(os.environ["CONVSCOPE_RUNS"])
    monkeypatch.setenv("CONVSCOPE_RUNS", str(runs))
    monkeypatch.chdir(tmp_path)
    code = code.replace('"20261125"', f'"{trained[:8]}"')
    exec(compile(code, "README.md", "exec"), {})


def test_pictures_and_links_of_the_readme_are_there():
    for target in re.findall(r"\]\(([^)]+)\)", TEXT):
        assert target.startswith("http") or (README.parent / target).exists(), target
