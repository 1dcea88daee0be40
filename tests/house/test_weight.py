"""What must answer at once comes without the heavy libraries; each check has a twin that shows that it can fail."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from importlib import import_module

import pytest

import cnn_core
from tests.house.plan import ROOT, floors, sources

HEAVY = ("torch", "torchvision", "captum", "sklearn", "altair", "plotly")
TORCH = ("torch", "torchvision", "captum")
REPORT = "import json, sys; print(json.dumps([name for name in sys.argv[1:] if name in sys.modules]), file=sys.stderr)"
COMMAND = """
import runpy, sys
names, sys.argv = sys.argv, ["cnn_core", *{words}]
try:
    runpy.run_module("cnn_core", run_name="__main__", alter_sys=True)
    code = 0
except SystemExit as end:
    code = end.code
sys.argv = names
assert not code, code
"""


def loaded(code, packages):
    """Which of the packages a fresh Python has loaded after running the code."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{REPORT}", *packages], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stderr.splitlines()[-1])


def modules(rooms):
    """The dotted names of all modules in the rooms."""
    paths = [path.relative_to(ROOT).with_suffix("") for room, path in sources(ROOT) if room in rooms]
    return [".".join(path.parts).removesuffix(".__init__") for path in paths]


@pytest.mark.parametrize(
    "words", [["--help"], ["list"], ["list", "models", "--json"], ["train", "--help"]], ids=" ".join
)
def test_help_and_lists_come_without_heavy_libraries(words):
    assert loaded(COMMAND.format(words=words), HEAVY) == []


def test_the_two_lowest_floors_load_no_torch():
    rooms = floors((ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8"))
    low = modules({room for room, floor in rooms.items() if floor <= 1})
    assert len(low) > 10
    assert loaded("import " + ", ".join(low), TORCH) == []


def test_every_form_but_those_of_architectures_comes_without_torch():
    forms = """
from cnn_core.base.options import option_fields
from cnn_core.models import MODEL_SHELVES
from cnn_core.shelves import SHELVES
for shelf in SHELVES:
    for name in shelf.names():
        shelf.card(name)
        if shelf not in MODEL_SHELVES.values():
            option_fields(shelf.load(name).options)
"""
    assert loaded(forms, TORCH) == []


def test_the_python_front_door_is_light_until_it_is_used():
    assert loaded("import cnn_core; cnn_core.__version__; dir(cnn_core)", HEAVY) == []


def test_the_python_front_door_is_what_it_says():
    actions, models = import_module("cnn_core.actions"), import_module("cnn_core.models")
    assert set(cnn_core.__all__) == {"__version__", "build_model", "explain", "load_run"}
    assert (cnn_core.load_run, cnn_core.explain) == (actions.load_run, actions.explain)
    assert cnn_core.build_model is models.build_model


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("build_model", ["name", "input_shape", "num_classes", "options"]),
        ("load_run", ["id_or_path", "runs"]),
        ("explain", ["run", "picture", "method", "layer", "target"]),
    ],
)
def test_the_front_door_is_called_as_promised(name, first):
    assert list(inspect.signature(getattr(cnn_core, name)).parameters)[: len(first)] == first


def test_twin_a_name_that_the_front_door_has_not_is_an_error_that_says_so():
    with pytest.raises(AttributeError, match="'cnn_core' has no attribute 'train_model'"):
        cnn_core.train_model  # noqa: B018


def test_twin_a_heavy_import_is_noticed_wherever_it_happens():
    assert loaded("def f():\n    import wave\nf()", ("wave", "chunk")) == ["wave"]
    assert loaded(COMMAND.format(words=["list"]), ("cnn_core.shelves",)) == ["cnn_core.shelves"]


def test_twin_a_command_that_fails_is_no_light_command():
    with pytest.raises(AssertionError):
        loaded(COMMAND.format(words=["nonsense"]), HEAVY)
