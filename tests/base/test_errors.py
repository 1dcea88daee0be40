"""Sentences for users, and where things are."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_core.base import settings
from cnn_core.base.errors import BadPicture, Failed, UnknownName, UserError, nearest, shorten


def test_the_nearest_spelling_is_offered_only_when_it_is_near():
    assert nearest("resnt", ["mlp", "resnet"]) == '; did you mean "resnet"?'
    assert nearest("zebra", ["mlp", "resnet"]) == ""


def test_a_long_or_odd_value_becomes_one_short_line():
    assert shorten("a\nb\tc\x1b[31m") == "a b c [31m"
    assert shorten("x" * 100) == "x" * 59 + "…"
    assert shorten("\u202eabc") == " abc"  # would turn the line around
    assert shorten(None) == "None"


def test_an_unknown_name_lists_twenty_at_most():
    sentence = str(UnknownName("q", "thing", [f"n{i}" for i in range(30)]))
    assert "n19, …" in sentence
    assert "n20" not in sentence
    assert str(UnknownName("q", "thing", [])) == 'thing "q" is not known. There is: nothing.'


def test_the_exit_codes_tell_wrong_input_from_work_that_failed():
    assert [error.exit_code for error in (UserError, BadPicture, UnknownName, Failed)] == [2, 2, 2, 1]
    assert issubclass(Failed, UserError)


@pytest.mark.parametrize(
    ("variable", "folder", "default"),
    [("CONVSCOPE_RUNS", settings.runs_folder, "runs"), ("CONVSCOPE_DATA", settings.data_folder, "data")],
)
def test_a_folder_is_the_variable_else_one_here_and_always_absolute(monkeypatch, tmp_path, variable, folder, default):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(variable, "elsewhere")
    assert folder() == tmp_path / "elsewhere"
    monkeypatch.setenv(variable, "")
    assert folder() == tmp_path / default
    monkeypatch.delenv(variable)
    assert folder() == tmp_path / default


def test_a_given_runs_folder_wins(monkeypatch, tmp_path):
    monkeypatch.setenv("CONVSCOPE_RUNS", "elsewhere")
    assert settings.runs_folder(tmp_path) == tmp_path


def test_device_locks_are_of_the_machine_not_of_a_runs_folder(monkeypatch):
    monkeypatch.delenv("CONVSCOPE_LOCKS")
    assert settings.locks_folder().name == "convscope-locks"
    monkeypatch.setenv("CONVSCOPE_LOCKS", "x")
    assert settings.locks_folder() == Path("x")
