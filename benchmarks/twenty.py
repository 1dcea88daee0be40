"""Twenty visitors at one server for ten minutes while a run trains: errors, wrong answers, memory, and what is left of
the training's speed. `python -m benchmarks.twenty [MINUTES]`.

Ten watch the run (its tick of 2 s runs as in a browser), five look at confusion matrices, five ask for heat maps; each
does something every ten seconds. What they are told is compared with what this process computes by itself.
"""

from __future__ import annotations

import io
import os
import random
import re
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.timing import say
from cnn_core import actions
from cnn_core.evaluation.basics import confusion_matrix
from cnn_core.experiment import resolve
from cnn_core.figures.matrix import cell_sentence
from tests.faults.harness import until
from tests.serving import Server
from tests.sessions import Visitor

MINUTES = 10.0
ALONE = 60.0  # seconds in which the training's speed without visitors is measured
PAUSE, TICK = 10.0, 2.0  # seconds between two acts of a visitor, and two ticks of Watch
PICTURES = 24  # test pictures that heat maps are asked of
PAGES = ("", "data", "train", "runs", "watch", "evaluate", "features", "explain")


def main(minutes: float = MINUTES) -> None:
    """Print the figures."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(CONVSCOPE_RUNS=f"{folder}/runs", CONVSCOPE_LOCKS=f"{folder}/locks")
        raw = {"data": {"name": "mnist"}, "model": {"name": "small_cnn"}}
        asked = str(actions.train(resolve({**raw, "train": {"epochs": 1}}))["run"])
        trained = actions.start(resolve({**raw, "train": {"epochs": 10_000}}))
        server = Server(Path(folder) / "log").started()
        try:
            full_house(server, asked, trained, minutes)
        finally:
            server.kill()
            actions.stop(trained)


def full_house(server: Server, asked: str, trained: str, minutes: float) -> None:
    """Every page once, the training alone, then everybody."""
    with Visitor(server.address) as first:
        for page in PAGES:
            first.open(page, run=asked, **({"picture": "test-0"} if page == "explain" else {}))
    until(lambda: actions.show(trained)["step"] > 0, 120)
    alone = speed(trained, lambda: time.sleep(ALONE))
    house = House(server.address, asked, trained)
    before = server.memory()
    beside = speed(trained, lambda: house.open(60 * minutes))
    grown = server.memory() - before
    waits = sorted(house.waits)
    say(f"20 visitors for {minutes:g} min, {len(waits):,} acts: errors", f"{len(house.errors)}", "0", not house.errors)
    say("  wrong answers", f"{len(house.wrong)} of {house.compared:,}", "0", not house.wrong)
    say("  growth of the server's memory, MB", f"{grown:.0f}", "<= 100", grown <= 100)
    say("  share of its speed that the training keeps", f"{beside / alone:.2f}", ">= 0.6", beside / alone >= 0.6)
    late = waits[int(0.95 * len(waits))]
    say("  an act, ms: middle, 95 of 100", f"{1000 * statistics.median(waits):.0f}, {1000 * late:.0f}", "said")
    for sentence in [*house.errors, *house.wrong][:8]:
        say(f"  {sentence[:200]}", "", "")


def speed(run: str, meanwhile: Callable[[], object]) -> float:
    """Steps a second that a run makes while something else goes on."""
    steps, began = actions.show(run)["step"], time.monotonic()
    meanwhile()
    return float(actions.show(run)["step"] - steps) / (time.monotonic() - began)


class House:
    """Twenty visitors, what they met, and what is right."""

    def __init__(self, address: str, asked: str, trained: str) -> None:
        self.address, self.asked, self.trained = address, asked, trained
        self.errors: list[str] = []
        self.wrong: list[str] = []
        self.waits: list[float] = []
        self.compared = 0
        self.over = threading.Event()
        run = actions.load_run(asked)
        found = run.predictions("test")
        self.classes = run.classes
        self.counts = confusion_matrix(found.targets, found.logits.argmax(1), len(run.classes))
        pictures, _ = actions.pictures(run.experiment, "test", range(PICTURES))
        self.maps = [actions.explain(run, picture).heat for picture in pictures]

    def open(self, seconds: float) -> None:
        """Let everybody in, for so long."""
        acts = [self.watches] * 10 + [self.evaluates] * 5 + [self.explains] * 5
        closing = threading.Timer(seconds, self.over.set)
        closing.start()
        with ThreadPoolExecutor(len(acts)) as pool:
            list(pool.map(self.visit, acts, range(len(acts))))
        closing.cancel()

    def visit(self, act: Callable[[Visitor, random.Random], None], number: int) -> None:
        """One visitor from beginning to end."""
        rng = random.Random(number)
        self.over.wait(PAUSE * number / 20)  # they do not come all at once
        try:
            with Visitor(self.address) as me:
                while not self.over.is_set():
                    began = time.monotonic()
                    act(me, rng)
                    self.waits.append(time.monotonic() - began)
                    self.pause(me, PAUSE)
                self.errors += me.troubles
        except Exception as error:  # noqa: BLE001 - whatever ends a visit is an error, and is counted
            self.errors.append(f"{act.__name__}: {type(error).__name__}: {error}")

    def pause(self, me: Visitor, seconds: float) -> None:
        """Wait as a browser does: what runs by itself goes on."""
        for _ in range(int(seconds / TICK)):
            if self.over.wait(TICK):
                return
            me.tick()

    # ------------------------------------------------------------ acts

    def watches(self, me: Visitor, rng: random.Random) -> None:
        """The page of the run that trains: what it says cannot be behind what was known before."""
        known = int(actions.show(self.trained)["epochs"])
        me.open("watch", run=self.trained)
        said = re.search(r"[Ee]poch (\d+) of", me.text())
        self.compare(said is not None and int(said[1]) >= known, f"watch: {said and said[0]} after {known} epochs")

    def evaluates(self, me: Visitor, rng: random.Random) -> None:
        """A cell of the matrix by its two boxes."""
        true, said = rng.randrange(10), rng.randrange(10)
        me.open("evaluate", run=self.asked, cell=f"{true}-{said}")
        sentence = cell_sentence(self.counts, self.classes, true, said)
        self.compare(sentence in me.text(), f"evaluate {true}-{said}: not “{sentence}”")

    def explains(self, me: Visitor, rng: random.Random) -> None:
        """The heat of a test picture, as numbers."""
        number = rng.randrange(PICTURES)
        me.open("explain", run=self.asked, picture=f"test-{number}")
        offered: list[Any] = [one.url for _, one in me.elements("download_button") if ".npy" in one.label]
        right = bool(offered) and np.array_equal(np.load(io.BytesIO(me.fetch(offered[0]))), self.maps[number])
        self.compare(right, f"explain: {'no' if not offered else 'a wrong'} map of test-{number}")

    def compare(self, right: bool, sentence: str) -> None:
        self.compared += 1
        if not right:
            self.wrong.append(sentence)


if __name__ == "__main__":
    main(*map(float, sys.argv[1:2]))
