"""A real run trains, stops, goes on, is deleted and is torn away, while every page is looked at and clicked."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnn_core import actions
from cnn_core.experiment import resolve
from cnn_core.jobs import supervisor
from tests.pages.states import buttons
from tests.pages.test_hostile import PAGES

REAL_WAKE = supervisor.wake
LONG = {"data": {"name": "digits"}, "model": {"name": "small_cnn"}, "train": {"epochs": 5000, "validations": 2}}


@pytest.fixture
def training(runs, woken, monkeypatch) -> Iterator[str]:
    """A run of a real worker under a real supervisor."""
    monkeypatch.setattr(supervisor, "wake", REAL_WAKE)
    run = actions.start(resolve(LONG))
    yield run
    for one in actions.runs():
        if one["status"] in ("queued", "running"):
            actions.stop(one["run"])


def until(pages: dict[str, AppTest], done: Callable[[], bool], seconds: float = 60) -> None:
    """Look at every page again and again until something has happened; no page may raise, whatever it meets."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not happen"
        for name, at in pages.items():
            assert not at.run().exception, name


def record(run: str) -> dict[str, Any]:
    return actions.show(run)


def test_every_page_stands_while_a_run_begins_trains_stops_and_goes_on(visit, training):
    pages = {page: visit(page, run=training) for page in PAGES}
    until(pages, lambda: record(training)["epochs"] > 1)
    buttons(pages["watch"].run())["Stop"].click().run()
    until(pages, lambda: record(training)["status"] == "stopped")
    watch = pages["watch"].run()
    assert buttons(watch)["Resume"].proto.type == "primary"
    before = record(training)["epochs"]
    buttons(watch)["Resume"].click().run()
    until(pages, lambda: record(training)["epochs"] > before)


@pytest.mark.slow
def test_any_click_while_it_trains_leads_to_no_trace(visit, training):
    until({"watch": visit("watch", run=training)}, lambda: record(training)["epochs"] > 1)
    clicked = []
    for page in PAGES:
        for key in [one.key for one in visit(page, run=training).button if not one.disabled]:
            goes_on(training)
            at = visit(page, run=training)
            again = [one for one in at.button if one.key == key]
            if again:
                assert not again[0].click().run().exception, (page, key)
                assert not at.run().exception, (page, key)
                clicked.append(key)
    assert {"home.stop", "watch.stop", "train.start", "runs.watch", "runs.evaluate"} <= set(clicked)


def goes_on(run: str) -> None:
    """See that a run trains, whatever was clicked before; others that were started go out of its way."""
    for one in actions.runs():
        if one["status"] in ("queued", "running") and one["run"] != run:
            actions.stop(one["run"])
    if record(run)["status"] == "stopped":
        actions.resume_in_background(run)
    end = time.monotonic() + 60
    while record(run)["status"] != "running":
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_folder_torn_away_while_it_trains_leaves_every_page_standing(visit, runs, training):
    pages = {page: visit(page, run=training) for page in PAGES}
    until(pages, lambda: record(training)["epochs"] > 1)
    for _ in range(20):  # it writes meanwhile
        shutil.rmtree(runs.folder / training, ignore_errors=True)
    for _ in range(3):
        for name, at in pages.items():
            assert not at.run().exception, name
    assert all(at.query_params.get("run") != [training] for at in pages.values())


@pytest.mark.slow
def test_a_run_deleted_by_another_is_let_go_on_every_page(visit, training):
    pages = {page: visit(page, run=training) for page in PAGES}
    until(pages, lambda: record(training)["epochs"] > 1)
    actions.stop(training)
    actions.delete(training)
    for _ in range(2):
        for name, at in pages.items():
            assert not at.run().exception, name
    assert all(at.query_params.get("run") != [training] for at in pages.values())
