"""Every lab keeps the contract with tiny options; each rule is fed numbers that confirm and numbers that refute."""

from __future__ import annotations

import math

import pytest

from cnn_core.base.options import parse_options
from cnn_core.base.settings import runs_folder
from cnn_core.jobs.interrupts import Interrupted
from cnn_core.labs import CHAPTERS, SHELF, VERDICTS, chapter_of
from cnn_core.labs.bench import Bench
from cnn_core.labs.results import found, reading_record
from cnn_core.runs.run import find_run
from tests.labs.rules import RULES

labs = pytest.mark.parametrize("name", SHELF.names())


def measured(name, seed=0):
    entry = SHELF.load(name)
    bench = Bench(runs_folder(), name, seed)
    return entry.build.measure(parse_options(entry.options, entry.tiny, "lab"), seed, bench), bench


def test_every_lab_belongs_to_one_chapter():
    names = [name for _, names in CHAPTERS.values() for name in names]
    assert sorted(names) == sorted(SHELF.names())
    assert len(names) == len(set(names))
    assert all(1 <= chapter_of(name) <= 16 for name in names)


@labs
def test_with_tiny_options_it_gives_finite_numbers_that_are_explained(name):
    lab = SHELF.load(name).build
    reading, bench = measured(name)
    assert set(lab.numbers) <= set(reading.numbers)
    assert all(math.isfinite(value) for value in reading.numbers.values())
    assert all(math.isfinite(one) for points in reading.curves.values() for point in points for one in point)
    assert bool(reading.curves) >= bool(lab.chart)
    if lab.chart and lab.chart.kind == "bars":
        assert {x for points in reading.curves.values() for x, _ in points} == set(range(len(lab.chart.ticks)))
    record = found(name, {}, [reading_record(0, reading, bench.trained, 0.1)])
    assert record["verdict"] in VERDICTS
    assert record["why"].endswith(".")


@pytest.mark.parametrize("name", [name for name in SHELF.names() if not SHELF.load(name).build.timed])
def test_the_same_seed_gives_the_same_numbers(name):
    assert measured(name)[0].numbers == measured(name)[0].numbers


@labs
def test_its_rule_confirms_refutes_and_knows_what_is_neither(name):
    confirm, refute, neither = RULES[name]
    judge = SHELF.load(name).build.judge
    assert judge(confirm)[0] == "confirmed"
    assert judge(refute)[0] == "refuted"
    if neither is not None:
        assert judge(neither)[0] == "not at this scale"


@labs
def test_a_stop_is_heard_within_it(name):
    entry, asked = SHELF.load(name), []

    def stopped():
        asked.append(1)
        return len(asked) > 1

    with pytest.raises(Interrupted):
        entry.build.measure(
            parse_options(entry.options, entry.tiny, "lab"), 0, Bench(runs_folder(), name, 0, stopped=stopped)
        )


def test_the_receptive_fields_and_holes_are_the_published_ones():
    numbers = measured("measured_receptive_field")[0].numbers
    fields = {"111": 7, "222": 13, "124": 15, "248": 29, "125": 17, "123": 13, "333": 19, "1248": 31}
    assert {key: numbers[f"field_{key}"] for key in fields} == fields
    assert numbers["share_222"] == pytest.approx(49 / 169)
    assert numbers["share_333"] == pytest.approx(0.136, abs=5e-4)
    assert numbers["share_248"] == pytest.approx(0.268, abs=5e-4)
    assert numbers["share_124"] == numbers["share_1248"] == numbers["share_123"] == numbers["share_125"] == 1


def test_a_constant_answer_is_worth_what_arithmetic_says():
    numbers = measured("constant_predictor")[0].numbers
    assert numbers["accuracy_90"] == pytest.approx(0.9)
    assert numbers["balanced_accuracy_90"] == pytest.approx(0.5)
    assert numbers["macro_f1_90"] == pytest.approx((2 * 0.9 / 1.9) / 2)


def test_the_targets_of_the_quick_labs_hold_for_seeds_that_nobody_chose():
    for name in ("activation_vanishing", "gradient_by_depth"):
        entry = SHELF.load(name)
        reading = entry.build.measure(entry.options(), 4711, Bench(runs_folder(), name, 4711))
        assert entry.build.judge(reading.numbers)[0] == "confirmed", reading.numbers


def test_a_training_stays_as_a_run_with_the_name_and_the_tag_of_its_lab():
    _, bench = measured("pool_is_nonlinear", seed=3)
    records = [find_run(one, runs_folder()).record() for one in bench.trained]
    assert [one["name"] for one in records] == [
        "no activation, average pool, seed 3",
        "no activation, max pool, seed 3",
        "ReLU, max pool, seed 3",
    ]
    assert {tuple(one["tags"]) for one in records} == {("pool_is_nonlinear",)}
    assert {one["status"] for one in records} == {"done"}
    assert {find_run(one, runs_folder()).experiment().train.seed for one in bench.trained} == {3}
