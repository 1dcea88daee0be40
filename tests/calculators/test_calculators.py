"""What every calculator keeps, whatever it calculates; its formulas, worked out again, give its values."""

from __future__ import annotations

import json
import math
import re

import numpy as np
import pytest

from cnn_core import actions
from cnn_core.base.errors import UserError
from cnn_core.calculators import SHELF
from cnn_core.cli import main

NAMES = SHELF.names()
OTHERS = {  # inputs far from the defaults
    "convolution": {"channels": 7, "filters": 5, "kernel": 4, "height": 31, "width": 50, "stride": 3, "dilation": 2},
    "stack": {"kernels": "3,2,5", "strides": "1,2", "dilations": "1,1,3"},
    "bottleneck": {"channels": 12, "filters": 40, "narrow": 64, "kernel": 2},
    "small_kernels": {"channels": 3, "kernel": 7},
    "separable": {"channels": 9, "filters": 2, "kernel": 5},
    "transposed": {"kernel": 5, "stride": 3, "padding": 2, "extra": 2, "bias": False},
    "recurrent": {"kind": "gru", "hidden": 7},
    "activation": {"function": "elu", "alpha": 0.5, "x": -3},
    "resizing": {"width": 100, "height": 333, "size": 50},
    "normalizing": {"way": "caffe"},
    "class_weights": {"pictures": "5, 50, 500"},
    "focal_loss": {"p": 0.2, "gamma": 0.5},
    "metrics": {"labels": "1,0,1", "scores": "0.2,0.2,0.9", "threshold": 0.2},
}
CASES = [*((name, {}) for name in NAMES), *OTHERS.items()]


def worked_out(formula: str) -> float:
    """A formula with its signs in Python's."""
    code = formula.replace("×", "*").replace("−", "-").replace("^", "**").replace("⌊", "floor(").replace("⌋", ")")
    code = re.sub(r"(?<!\w)ln\(", "log(", code.replace("√", "sqrt"))
    assert re.fullmatch(r"[\d.e+\-*/() ]|(?:[\d.e+\-*/() ]|floor|log|sqrt)+", code), code
    return eval(code, {"__builtins__": {}}, {"floor": math.floor, "log": math.log, "sqrt": math.sqrt})


@pytest.mark.parametrize(("name", "inputs"), CASES)
def test_a_formula_worked_out_by_hand_gives_the_value_beside_it(name, inputs):
    steps = [one for one in actions.calculate(name, inputs).steps if one.formula and one.value is not None]
    # whole numbers exactly, others as far as their formula is written out
    near = {one.key: 0 if isinstance(one.value, int) else 1e-4 for one in steps}
    wrong = [
        (one, worked_out(one.formula))
        for one in steps
        if worked_out(one.formula) != pytest.approx(one.value, near[one.key])
    ]
    assert wrong == []


def test_the_formulas_are_many():
    formulas = [one.formula for name, inputs in CASES for one in actions.calculate(name, inputs).steps]
    assert sum(map(bool, formulas)) > 120


@pytest.mark.parametrize(("name", "inputs"), CASES)
def test_an_answer_is_plain_json_with_a_title_for_every_number_and_even_tables(name, inputs):
    found = actions.calculate(name, inputs)
    json.dumps(found.record(), allow_nan=False)
    assert len(found.numbers) == len(found.steps) > 0
    assert all(one.title and re.fullmatch(r"[a-z][a-z0-9_]*", one.key) for one in found.steps)
    assert all(len(row) == len(table.columns) for table in found.tables for row in table.rows)
    assert all(text.endswith(".") for text in (*found.notes, *found.warnings))


def test_the_other_inputs_are_other_inputs():
    assert set(OTHERS) == set(NAMES)
    for name, inputs in OTHERS.items():
        assert actions.calculate(name, inputs).numbers != actions.calculate(name).numbers


def test_every_calculator_says_which_chapters_it_belongs_to():
    built = [SHELF.load(name).build for name in NAMES]
    assert all(one.title and set(one.chapters) <= set(range(1, 17)) and one.chapters for one in built)


@pytest.mark.parametrize(
    ("name", "inputs", "says"),
    [
        ("convolution", {"kernel": 9, "height": 4}, "The filter reaches over 9 pixels"),
        ("stack", {"kernels": "31", "dilations": "512"}, "at most 4,096"),
        ("stack", {"kernels": "1,"}, 'kernels is "1,": give 1 to 16 numbers'),
        ("stack", {"strides": "1.5"}, "give whole numbers"),
        ("transposed", {"padding": 60}, "nothing is left"),
        ("transposed", {"extra": 2}, "must be below the stride"),
        ("metrics", {"labels": "1,0", "scores": "0.5"}, "2 labels, but 1 scores"),
        ("metrics", {"scores": "2"}, "from 0 to 1"),
        ("class_weights", {"pictures": "0, 5"}, "from 1 to"),
        ("nothing", {}, "nothing"),
        ("focal_loss", {"p": 1}, 'p is "1", but must be a number above 0 and below 1'),
    ],
)
def test_what_makes_no_sense_is_a_sentence_about_it(name, inputs, says):
    with pytest.raises(UserError, match=re.escape(says)):
        actions.calculate(name, inputs)


def test_those_that_look_at_a_picture_take_yours_and_the_others_say_that_they_do_not():
    flat = np.full((40, 80, 3), 90, np.uint8)
    assert actions.calculate("resizing", picture=flat).numbers["width"] == 80
    found = actions.calculate("normalizing", {"way": "own mean"}, flat)
    assert found.numbers["std"] == 0
    assert "flat" in found.warnings[0]
    with pytest.raises(UserError, match="looks at no picture"):
        actions.calculate("convolution", picture=flat)


def test_the_shell_gives_the_same_numbers(capsys):
    assert main(["calculate", "bottleneck", "--set", "kernel=3", "--json"]) == 0
    record = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert record["numbers"] == actions.calculate("bottleneck", {"kernel": 3}).numbers
    assert main(["calculate", "bottleneck", "--set", "kernel=3"]) == 0
    assert "294,912" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nothing"], "nothing"),
        (["stack", "--set", "kernels"], "write K=V"),
        (["stack", "--set", "speed=1"], "speed is not an option"),
        (["stack", "--picture", "x.png"], "looks at no picture"),
        (["resizing", "--picture", "not-there.png"], "there is no such file"),
    ],
)
def test_the_shell_says_in_one_sentence_what_is_wrong(capsys, words, says):
    assert main(["calculate", *words]) == 2
    said = capsys.readouterr().err
    assert says in said
    assert len(said.strip().splitlines()) == 1


def test_twin_a_formula_that_is_wrong_would_be_found():
    assert worked_out("⌊(7 + 2 × 1 − 1 × (3 − 1) − 1) / 2⌋ + 1") == 4
    assert worked_out("−ln(1 / 0.01 − 1)") == pytest.approx(-4.595, abs=1e-3)
    with pytest.raises(AssertionError):
        worked_out("__import__('os')")
