"""`make labs`: targets that can be met and missed, what was done is not done again, one that fails is no end."""

from __future__ import annotations

import json
import re

import pytest

from benchmarks import labs as bench
from benchmarks.targets import TARGETS, Target
from cnn_core.labs import _CHAPTERS, SHELF
from tests.labs.rules import RULES

PLANNED = {name for _, names in _CHAPTERS.values() for name in names.split()}
FOUND = {
    "chapter": 9,
    "verdict": "confirmed",
    "why": "So it is.",
    "numbers": {"a": 1.0},
    "cpu_seconds": 1,
    "wall_seconds": 1,
    "seconds": 130.0,
}


def test_targets_are_of_labs_and_of_numbers_that_they_give():
    assert set(TARGETS) <= PLANNED
    for name in set(TARGETS) & set(RULES):
        given = {*SHELF.load(name).build.numbers, *RULES[name][0]}
        asked = {part for one in TARGETS[name] for part in (one.number, one.minus, one.over) if part}
        assert asked <= given, name


@pytest.mark.parametrize("name", [name for name in TARGETS if name in RULES])
def test_numbers_that_meet_all_targets_of_a_lab_do_not_refute_it(name):
    numbers = RULES[name][0]
    if all(part in numbers for one in TARGETS[name] for part in (one.number, one.minus, one.over) if part):
        met = all(one.met(numbers) for one in TARGETS[name])
        assert not met or SHELF.load(name).build.judge(numbers)[0] == "confirmed"


def test_a_target_compares_a_number_a_difference_or_a_ratio():
    numbers = {"a": 6.0, "b": 2.0}
    assert Target("a", "<=", 6).met(numbers)
    assert not Target("a", "<", 6).met(numbers)
    assert Target("a", ">=", 4, minus="b").met(numbers)
    assert Target("a", ">", 2.9, over="b").met(numbers)
    assert not Target("a", ">", 3, over="b").met(numbers)
    assert Target("a", ">", 3, over="b").words == "a / b"


@pytest.fixture
def told(monkeypatch):
    """Labs are not done: `fails` cannot be, others give the same. The names of those that were asked."""
    asked = []

    def measured(name, seeds, first, folder):
        asked.append(name)
        return (None, "MNIST is missing.") if name == "base_rate" else (FOUND, "")

    monkeypatch.setattr(bench, "measured", measured)
    return asked


def test_one_that_fails_is_said_and_the_rest_is_done_and_kept(told, tmp_path, capsys):
    out = tmp_path / "labs.json"
    assert bench.main(["interval_width,base_rate,constant_predictor", "--out", str(out)]) == 1
    said = capsys.readouterr().out
    assert "base_rate: FAILED. MNIST is missing." in said
    assert "2 of 3 labs: without base_rate" in said
    assert re.search("card says 1.* 130 .*target <= 120  FALLS SHORT", said)
    assert list(json.loads(out.read_text())) == ["constant_predictor", "interval_width"]  # in their order


def test_what_was_done_with_the_same_code_and_seeds_is_not_done_again_unless_asked(told, tmp_path, monkeypatch):
    words = ["interval_width", "--out", str(tmp_path / "labs.json")]
    bench.main(words)
    bench.main(words)
    assert told == ["interval_width"]
    bench.main([*words, "--first", "1000"])
    bench.main([*words, "--first", "1000", "--again"])
    assert len(told) == 3
    monkeypatch.setattr(bench, "code", lambda name: "other")
    bench.main([*words, "--first", "1000"])
    assert len(told) == 4


def test_the_code_of_a_lab_is_its_own_file_and_the_core_but_no_other_lab(tmp_path, monkeypatch):
    for name in ("labs/entries/one.py", "labs/entries/two.py", "training/engine.py", "show.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    monkeypatch.setattr(bench, "CORE", tmp_path)
    before = bench.code("one")
    for name, changes in (("labs/entries/two.py", False), ("show.py", False), ("training/engine.py", True)):
        (tmp_path / name).write_text("x = 2\n")
        assert (bench.code("one") != before) is changes
    before = bench.code("one")
    (tmp_path / "labs/entries/one.py").write_text("x = 2\n")
    assert bench.code("one") != before


def test_a_real_one_gives_verdict_numbers_and_seconds(tmp_path):
    found, why = bench.measured("constant_predictor", 1, 5, str(tmp_path))
    assert why == ""
    assert (found["verdict"], found["seeds"]) == ("confirmed", [5])
    assert found["cpu_seconds"] > 0
    assert bench.rounded({"a": [0.123456789]}) == {"a": [0.123457]}
