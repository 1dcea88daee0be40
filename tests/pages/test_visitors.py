"""Several visitors of one server: none sees anything of another, and what is remembered for all is bounded."""

from __future__ import annotations

import ast
import gc
import io
import tomllib
import weakref
from typing import Any

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.runtime.caching.cache_data_api import clear_session_cache
from streamlit.testing.v1 import AppTest

from cnn_core import actions
from cnn_core.experiment import resolve
from pages.parts import cached
from tests.pages.test_explain import upload
from tests.pages.test_hostile import shown
from tests.pages.test_rules import ALL, ROOT


def photo(seed: int, side: int = 90) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def predicted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runs that were asked about a picture."""
    found: list[str] = []
    real = actions.predict
    monkeypatch.setattr(actions, "predict", lambda run, *rest: found.append(run.id) or real(run, *rest))
    return found


def test_two_visitors_with_photos_see_nothing_of_each_other(visit, runs):
    ann, ben = visit("explain", run=runs.small), visit("explain", run=runs.small)
    upload(ann, "ann at the beach.png", photo(1))
    assert not ben.run().header  # still nothing chosen
    upload(ben, "ben.txt", b"no picture")
    assert ben.error
    upload(ben, "ben in the hills.png", photo(2))
    ann.run()
    assert ann.header
    assert ben.header
    assert "beach" not in str(shown(ben))
    assert "ben" not in str(shown(ann))
    originals = [next(url for where, url in shown(at) if where == "Image.url") for at in (ann, ben)]
    assert originals[0] != originals[1]


def test_what_comes_of_a_photo_is_remembered_for_its_visitor_alone(visit, runs, predicted, monkeypatch):
    who = ["ann"]  # all visitors of AppTest have one id
    monkeypatch.setattr("streamlit.runtime.caching.cache_data_api.get_session_id_or_throw", lambda: who[0])
    ann, ben = visit("explain", run=runs.small), visit("explain", run=runs.small)
    upload(ann, "same.png", photo(1))
    ann.run()
    assert len(predicted) == 1
    who[0] = "ben"
    upload(ben, "same.png", photo(1))
    assert len(predicted) == 2  # nobody can learn that another has asked about it
    clear_session_cache("ann")  # what Streamlit does when she goes
    who[0] = "ann"
    ann.run()
    assert len(predicted) == 3


def test_what_comes_of_a_test_picture_is_shared(visit, runs, predicted):
    visit("explain", run=runs.small, picture="test-7")
    visit("explain", run=runs.small, picture="test-7")
    assert len(predicted) == 1


def bytes_in(value: Any) -> int:
    if isinstance(value, bytes | str):
        return len(value)
    if isinstance(value, np.ndarray):
        return int(value.nbytes)
    if isinstance(value, dict):
        return sum(map(bytes_in, value.values()))
    if isinstance(value, list | tuple | set):
        return sum(map(bytes_in, value))
    return bytes_in(vars(value)) if hasattr(value, "__dict__") else 0


def test_a_session_holds_one_photo_once_however_many_were_tried(visit, runs):
    at: AppTest = visit("explain", run=runs.small)
    for seed in range(3):
        data = photo(seed, 300)
        at.session_state["explain.change"] = True
        upload(at.run(), f"{seed}.png", data)
    at.run()
    assert len(data) < bytes_in(at.session_state._state.filtered_state) < len(data) + 20_000


def test_at_most_two_networks_are_held(runs):
    alive = []
    for seed in range(4):
        settings = {"data": {"name": "digits"}, "model": {"name": "mlp"}, "train": {"epochs": 1, "seed": seed}}
        run = actions.train(resolve(settings))["run"]
        alive.append(weakref.ref(cached.loaded(run).network()))
    gc.collect()
    assert [one() is not None for one in alive] == [False, False, True, True]


def test_evaluating_takes_no_place_from_the_networks_that_are_asked(visit, runs):
    network = weakref.ref(cached.loaded(runs.small).network())
    for _ in range(2):
        visit("evaluate", run=runs.mlp)
        visit("evaluate", run=runs.small)
    visit("home", run=runs.small)
    gc.collect()
    assert network() is not None


# --- everything that is remembered has a bound ------------------------------------------------------------------------


def unbounded(source: str) -> list[str]:
    """Calls of `st.cache_…` that name neither `max_entries` nor `max_size`; of a function without arguments none is
    needed."""
    found = []
    tree = ast.parse(source)
    single = {
        id(decorator)
        for one in ast.walk(tree)
        if isinstance(one, ast.FunctionDef) and not (one.args.args or one.args.kwonlyargs)
        for decorator in one.decorator_list
    }
    for one in ast.walk(tree):
        named = ast.unparse(one.func) if isinstance(one, ast.Call) else ""
        if named not in ("st.cache_data", "st.cache_resource") or id(one) in single:
            continue
        if not {keyword.arg for keyword in one.keywords} & {"max_entries", "max_size"}:
            found.append(ast.unparse(one))
    return found


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_everything_that_is_remembered_has_a_bound(path):
    assert unbounded(path.read_text()) == []


def test_what_has_no_bound_is_found():
    assert unbounded("@st.cache_data(show_spinner=False)\ndef f(x): ...")
    assert unbounded("g = st.cache_resource(ttl=3)(f)")
    assert not unbounded("@st.cache_data(max_size='1MB')\ndef f(x): ...")
    assert not unbounded("@st.cache_resource(show_spinner=False)\ndef f(): ...")


def test_all_pictures_together_have_a_bound():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert config["server"]["maxCacheDataSize"] == "192MB"
    assert config["server"]["maxUploadSize"] == 20
