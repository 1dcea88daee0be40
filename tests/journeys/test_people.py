"""Several people at once, and a server that dies: scripted visitors of a real server, without a browser."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnn_core import actions
from cnn_core.experiment import resolve
from tests.faults.harness import until
from tests.serving import Server, zombies
from tests.sessions import Visitor

DIGITS = {"data": {"name": "digits"}, "model": {"name": "small_cnn"}}
LONG = {**DIGITS, "train": {"epochs": 10_000}}
UPLOADER = "Drop a photo here, or choose a file"


def photo(seed: int, side: int = 64) -> bytes:
    """Noise as a PNG; at 2,500 pixels a side as large as a file may be."""
    pixels = np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=0)
    return file.getvalue()


def numbers(visitor: Visitor) -> np.ndarray:
    """The map that the page of an explanation offers as numbers."""
    url = next(one.url for _, one in visitor.elements("download_button") if ".npy" in one.label)
    return np.load(io.BytesIO(visitor.fetch(url)))


@pytest.fixture
def trained() -> str:
    """A small finished run in this test's folder."""
    return str(actions.train(resolve({**DIGITS, "train": {"epochs": 2}}))["run"])


@pytest.fixture
def training() -> Iterator[str]:
    """A run that trains for as long as the test lasts."""
    run = actions.start(resolve(LONG))
    yield run
    actions.stop(run)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """What servers print; never a traceback."""
    path = tmp_path / "server.log"
    yield path
    assert "Traceback" not in path.read_text()


@pytest.mark.timeout(170)
def test_five_people_at_once_see_right_answers_and_nothing_of_each_other(trained, training, log):
    run = actions.load_run(trained)
    test_pictures, _ = actions.pictures(run, "test", range(6))
    alone = [actions.explain(run, one).heat for one in test_pictures]
    photos = [photo(seed) for seed in (1, 2)]
    of_photos = [actions.explain(run, one).heat for one in photos]

    def watches(me: Visitor) -> None:
        me.open("watch", run=training)
        assert me.tick() >= 1

    def lists(me: Visitor) -> None:
        me.open("runs", run=trained)
        assert trained[-4:] in me.text()

    def explains(me: Visitor) -> None:
        for number in range(6):
            me.open("explain", run=trained, picture=f"test-{number}")
            assert np.array_equal(numbers(me), alone[number])

    def uploads(me: Visitor, mine: int) -> None:
        if not me.page:
            me.open("explain", run=trained)
        else:
            me.unfold("Change picture")
        me.choose("Which picture", "Photo")
        me.upload(UPLOADER, f"secret-{mine}.png", photos[mine])
        assert np.array_equal(numbers(me), of_photos[mine])

    acts = [watches, lists, explains, lambda me: uploads(me, 0), lambda me: uploads(me, 1)]

    def comes(number: int) -> tuple[str, list[str]]:
        with Visitor(server.address) as me:
            for _ in range(2):
                acts[number](me)
            seen = me.text()
            me.open("evaluate", run=trained)
            assert "of the time" in me.text()
            return seen + me.text(), me.troubles

    server = Server(log).started()
    try:
        with ThreadPoolExecutor(5) as crowd:
            found = list(crowd.map(comes, range(5)))
    finally:
        server.kill()
    assert [troubles for _, troubles in found] == [[]] * 5
    assert ["Your photo" in text for text, _ in found] == [False, False, False, True, True]
    assert not any("secret" in text for text, _ in found)  # nor is a photo called by its name


@pytest.mark.timeout(120)
def test_a_killed_server_comes_back_with_all_runs_while_training_goes_on(trained, training, log):
    server = Server(log).started()
    with Visitor(server.address) as visitor:
        visitor.open("watch", run=training)
        assert until(lambda: actions.show(training)["status"] == "running")
        server.kill()
    step = until(lambda: step_of(training))
    server = Server(log).started()
    with Visitor(server.address) as visitor:  # a deep link is its first request
        visitor.open("watch", run=training)
        assert "Stop" in visitor.labels(), visitor.text()
        visitor.open("runs", run=trained)
        assert {training[-4:], trained[-4:]} <= set(rows(visitor))
        assert visitor.troubles == []
        assert server.end(30) == 0  # as systemd and containers do
    assert until(lambda: step_of(training) > step)
    assert actions.show(training)["status"] == "running"
    assert zombies(os.getpid()) == []


def step_of(run: str) -> int:
    """The last step of which the journal tells."""
    rows = actions.live(run).rows
    return int(rows[-1]["step"]) if rows else 0


def rows(visitor: Visitor) -> list[str]:
    """The ends of the ids in the list of runs."""
    import pyarrow

    (table,) = (one for _, one in visitor.elements("dataframe"))
    frame = pyarrow.ipc.open_stream(table.arrow_data.data).read_pandas()
    return [str(text)[-4:] for text in frame["run"]]
