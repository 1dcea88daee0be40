"""Imports go down: the floors of docs/ARCHITECTURE.md against the code, with twins that show that the test can fail."""

from __future__ import annotations

import pytest

from tests.house.plan import ROOT, floors, sources, steps_up, users

ROOMS = floors((ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8"))
CORE = set(ROOMS) - {"pages", "app"}
LOWEST = {room for room, floor in ROOMS.items() if floor <= 1}
TORCH = {"torch", "torchvision", "captum"}


def house(folder, **files):
    """A small house with the given sources, keys like `base__x`."""
    for key, source in files.items():
        path = folder.joinpath("cnn_core", *key.split("__")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    return folder


def test_no_import_goes_up_or_to_a_neighbour():
    assert steps_up(ROOT, ROOMS) == []


def test_the_plan_names_the_rooms_that_are_there_and_no_other():
    assert set(ROOMS) == {room for room, _ in sources(ROOT)}


def test_the_floors_are_those_that_were_meant():
    assert {"base", "jobs", "pictures", "figures"} == LOWEST
    assert ROOMS["base"] < ROOMS["data"] < ROOMS["experiment"] < ROOMS["network"] < ROOMS["training"] < ROOMS["cli"]


def test_the_core_knows_no_streamlit():
    assert users(ROOT, {"streamlit"}, CORE) == []


def test_the_two_lowest_floors_know_no_torch():
    assert users(ROOT, TORCH, LOWEST) == []


UP = [
    "from cnn_core.jobs.job import Job",
    "from cnn_core.jobs import job",
    "from cnn_core import jobs",
    "import cnn_core.jobs",
    "import os, cnn_core.jobs.job as j",
    "from ..jobs import job",
    "from .. import jobs",
    "def later():\n    from cnn_core.jobs import job",
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from cnn_core.jobs import job",
    "try:\n    import cnn_core.jobs\nexcept ImportError:\n    pass",
    "kind = 'cnn_core.training.job'",
    "kind = 'cnn_core.training.job:work'",
    "from importlib import import_module\ndef f():\n    return import_module('cnn_core.actions')",
    "from cnn_core import explain",
    "import cnn_core",
    "import pages.parts.form",
]


@pytest.mark.parametrize("source", UP)
def test_twin_a_step_up_is_found(tmp_path, source):
    (wrong,) = steps_up(house(tmp_path, base__x=source), ROOMS)
    assert wrong.startswith("cnn_core/base/x.py:")


@pytest.mark.parametrize(
    "source", ["from cnn_core.pictures import open_picture", "from ..figures import charts", "x = 'cnn_core.pictures'"]
)
def test_twin_a_neighbour_is_found(tmp_path, source):
    assert len(steps_up(house(tmp_path, jobs__x=source), ROOMS)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "from cnn_core.base.errors import UserError",
        "from cnn_core.jobs.job import Job",
        "from . import job",
        "from cnn_core import __version__",
        "import torch, os",
        "words = 'cnn_core.training.job does it'",
    ],
)
def test_twin_what_goes_down_or_out_is_left_alone(tmp_path, source):
    assert steps_up(house(tmp_path, jobs__x=source), ROOMS) == []


def test_twin_a_room_that_the_plan_does_not_name_is_found(tmp_path):
    rooms = {room for room, _ in sources(house(tmp_path, cellar__x="", attic=""))}
    assert rooms == {"cellar", "attic"}
    assert steps_up(house(tmp_path, base__x="import cnn_core.attic"), ROOMS)


@pytest.mark.parametrize("source", ["import streamlit as st", "def f():\n    from streamlit import cache_data"])
def test_twin_streamlit_in_the_core_is_found(tmp_path, source):
    assert len(users(house(tmp_path, figures__x=source), {"streamlit"}, CORE)) == 1


@pytest.mark.parametrize("source", ["def f():\n    import torch", "from torchvision import datasets"])
def test_twin_torch_on_a_low_floor_is_found(tmp_path, source):
    assert len(users(house(tmp_path, pictures__x=source), TORCH, LOWEST)) == 1
    assert users(house(tmp_path, models__x=source), TORCH, LOWEST - {"pictures"}) == []
