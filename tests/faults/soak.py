"""A long time with everything at once: runs in a queue, five visitors, and a SIGKILL every half minute.

`python -m tests.faults soak [--minutes 30] [--every 30] [--seed 0]` holds that no run is lost, no page shows a
traceback, no answer is wrong, the server neither grows nor keeps files open, and nobody is left at the end.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from cnn_core import actions
from cnn_core.base.errors import UserError
from cnn_core.base.locks import held, note
from cnn_core.experiment import resolve
from cnn_core.jobs.job import LIVE, SUPERVISOR, started
from cnn_core.runs.leftovers import leftovers
from tests.faults.harness import alive, home, until
from tests.serving import Server, zombies
from tests.sessions import Gone, Late, Visitor

DIGITS = {"data": {"name": "digits"}, "model": {"name": "small_cnn"}}
EPOCHS = 400  # of a run that is trained meanwhile
SERVER_DIES = (0.1, 0.2)  # at these parts of the time; the rest is one life, whose memory is looked at
WARM, ANSWERS = 180.0, 80  # seconds and answers of that life that do not count: caches fill
AWAY = "10"  # seconds for which the server keeps a session that was closed; 120 as it is delivered
LOOK = 5.0  # seconds between two looks at memory and files
GROWTH = 1.0  # MB a minute
FILES = 5  # more open files at the end than at the beginning; a visitor is one or two
PATIENCE = 300.0  # seconds for one page: more is a page that hangs
UPLOADER = "Drop a photo here, or choose a file"
PHOTOS, PICTURES = 4, 8  # few, so that the caches of the server are soon as full as they get


class Soak:
    """What all its threads share."""

    def __init__(self, folder: Path, minutes: float, every: float, seed: int) -> None:
        self.folder, self.root = folder, folder / "runs"
        self.seconds, self.every, self.rng = minutes * 60, every, random.Random(seed)
        self.over = threading.Event()
        self.server: Server | None = None
        self.wrong: list[str] = []
        self.counts: Counter[str] = Counter()
        self.said: Counter[str] = Counter()  # coloured boxes, for whoever reads the report
        self.runs: list[str] = []
        self.waits: list[float] = []  # seconds of each act
        self.samples: list[tuple[float, float, int, int]] = []  # of the last server: seconds, MB, files, answers
        self.began = time.monotonic()
        self._known_answers()

    def _known_answers(self) -> None:
        """A finished run, and what one thread alone gets from it."""
        import torch

        torch.set_num_threads(1)
        self.still = str(actions.train(resolve({**DIGITS, "train": {"epochs": 2}}), self.root)["run"])
        run = actions.load_run(self.still, self.root)
        self.layers = [name for name, grid in run.network().convolutions() if grid[0] * grid[1] > 1]
        pictures, _ = actions.pictures(run, "test", range(PICTURES))
        self.photos = [_photo(seed) for seed in range(PHOTOS)]
        self.heats = {
            (name, number, layer): actions.explain(run, one, layer=layer).heat
            for name, all_of in (("test", pictures), ("photo", self.photos))
            for number, one in enumerate(all_of)
            for layer in self.layers
        }

    # ------------------------------------------------------------ the server

    def serve(self) -> None:
        """Start a server (again)."""
        self.samples = []
        environment = {**os.environ, "STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": AWAY}
        self.server = Server(self.folder / "server.log", environment).started(120)

    def watch(self) -> None:
        """Note what it takes; print a line a minute."""
        minute = 0
        while not self.over.wait(LOOK):
            server = self.server
            try:
                self.samples.append((time.monotonic(), server.memory(), server.files(), self.counts["answers"]))
            except (OSError, IndexError):
                continue  # it is dead at the moment
            if time.monotonic() - self.began > 60 * (minute + 1):
                minute += 1
                acts = ", ".join(f"{number} {what}" for what, number in sorted(self.counts.items()))
                memory = f"{self.samples[-1][1]:.0f} MB, {self.samples[-1][2]} files"
                _say(f"  minute {minute}: server {memory}; {len(self.waits)} acts, {acts}; wrong {len(self.wrong)}")

    def growth(self) -> tuple[float, int]:
        """MB a minute of the last server after its warm-up; how many more files it has open in the last third of it."""
        began, _, _, before = self.samples[0]
        warm = [one for one in self.samples if one[0] - began > WARM and one[3] - before > ANSWERS]
        if len(warm) < 6:
            self.blame("it was too short to see whether the server grows")
            return 0.0, 0
        minutes, memory, files, _ = (np.array(column) for column in zip(*warm, strict=True))
        third = len(files) // 3
        more = int(np.median(files[-third:]) - np.median(files[:third]))
        return float(np.polyfit((minutes - minutes[0]) / 60, memory, 1)[0]), more

    # ------------------------------------------------------------ death

    def kill(self) -> None:
        """Every so often one of those at work."""
        deaths = [self.seconds * share for share in SERVER_DIES]
        while not self.over.wait(self.every * (0.8 + 0.4 * self.rng.random())):
            if deaths and time.monotonic() - self.began > deaths[0]:
                deaths.pop(0)
                self.counts["servers killed"] += 1
                self.server.kill()
                self.serve()
            elif self.rng.random() < 0.3:
                self._end("supervisors killed", self.root / SUPERVISOR)
            else:
                live = [one for one in self.runs if held(self.root / one / "alive.lock")]
                if live:
                    self._end("workers killed", self.root / self.rng.choice(live) / "alive.lock")

    def _end(self, what: str, lock: Path) -> None:
        words = note(lock).split() if held(lock) else []
        if len(words) == 2 and started(int(words[0])) == words[1]:
            self.counts[what] += 1
            os.kill(int(words[0]), signal.SIGKILL)

    # ------------------------------------------------------------ runs

    def train(self) -> None:
        """Two runs are always on their way; what was killed or stopped is resumed."""
        while not self.over.wait(2):
            self.go_on()
            if sum(self._status(one) in LIVE for one in self.runs) < 2:
                settings = {**DIGITS, "train": {"epochs": EPOCHS, "seed": len(self.runs)}}
                self.runs.append(actions.start(resolve(settings), self.root))
                self.counts["runs started"] += 1

    def go_on(self) -> None:
        """Resume what stands still."""
        for one in self.runs:
            status = self._status(one)
            if status == "stopped":
                try:
                    actions.resume_in_background(one, self.root)
                    self.counts["resumed"] += 1
                except UserError:  # a visitor was quicker
                    continue
            elif status == "queued":
                actions.wake(self.root)
            elif status == "failed":
                self.blame(f"{one} failed: {actions.show(one, self.root)['message']}")

    def _status(self, run: str) -> str:
        return str(actions.show(run, self.root)["status"])

    # ------------------------------------------------------------ visitors

    def visit(self, act: Callable[[Visitor, random.Random], object]) -> None:
        """One visitor after another does an act again and again; a new one comes when the server was killed."""
        rng = random.Random(self.rng.random())
        while not self.over.is_set():
            me, server = None, self.server
            try:
                with Visitor(server.address, PATIENCE) as me:
                    self.counts["sessions"] += 1
                    for _ in range(rng.randint(3, 12)):
                        began = time.monotonic()
                        act(me, rng)
                        self.waits.append(time.monotonic() - began)
                        for one in me.alerts():
                            self.said[one.split("\n")[0][:100]] += 1
                        if self.over.wait(rng.random()):
                            break
            except Gone as error:
                self.over.wait(2)
                if server.process.poll() is None:  # it lives, and has let go of a visitor all the same
                    self.blame(f"a connection was lost: {error}")
            except Late as error:
                self.blame(str(error))
            except LookupError:  # the button has gone since somebody else pressed it
                self.counts["came too late"] += 1
            if me is not None:
                for trouble in me.troubles:
                    self.blame(trouble)

    def blame(self, sentence: str) -> None:
        if sentence not in self.wrong:
            self.wrong.append(sentence)
            _say(f"  WRONG: {sentence}")

    def watches(self, me: Visitor, rng: random.Random) -> None:
        """Follow a run; sometimes stop it, or go on with one that was stopped."""
        me.open("watch", run=rng.choice(self.runs))
        for _ in range(4):
            me.tick()
            self.over.wait(0.3)
        if rng.random() < 0.15:
            me.press("Stop" if "Stop" in me.labels() else "Resume")

    def lists(self, me: Visitor, rng: random.Random) -> None:
        """The list of runs, and its ticks."""
        me.open("runs", run=self.still)
        me.tick()
        if self.still[-4:] not in me.text():
            self.blame(f"the list of runs without a run: {me.text()[:200]}")

    def evaluates(self, me: Visitor, rng: random.Random) -> None:
        """How good a run is, also one that is trained meanwhile; and the first page."""
        me.open(rng.choice(("evaluate", "evaluate", "", "train")), run=rng.choice([self.still, *self.runs]))

    def explains(self, me: Visitor, rng: random.Random) -> None:
        """A picture of the test set at a layer."""
        number, layer = rng.randrange(PICTURES), rng.choice(self.layers)
        me.open("explain", run=self.still, picture=f"test-{number}", layer=layer)
        self._compare(me, ("test", number, layer))

    def uploads(self, me: Visitor, rng: random.Random) -> None:
        """A photo of one's own."""
        number, layer = rng.randrange(PHOTOS), self.layers[-1]
        me.open("explain", run=self.still)
        if not me.labels("file_uploader"):
            if "Which picture" not in me.labels("button_group"):
                me.unfold("Change picture")
            me.choose("Which picture", "Photo")
        me.upload(UPLOADER, f"{number}.png", self.photos[number])
        self._compare(me, ("photo", number, layer))

    def _compare(self, me: Visitor, key: tuple[str, int, str]) -> None:
        offered = [one.url for _, one in me.elements("download_button") if ".npy" in one.label]
        if not offered:
            self.blame(f"no map for {key}: {me.text()[:300]}")
            return
        self.counts["answers"] += 1
        if not np.array_equal(np.load(io.BytesIO(me.fetch(offered[0]))), self.heats[key]):
            self.blame(f"a wrong map for {key}")

    # ------------------------------------------------------------ from beginning to end

    def run(self) -> None:
        self.runs += [actions.start(resolve({**DIGITS, "train": {"epochs": EPOCHS}}), self.root) for _ in range(2)]
        self.serve()
        acts: list[Callable[..., Any]] = [self.watches, self.lists, self.evaluates, self.explains, self.uploads]
        works = [self.watch, self.kill, self.train, *(lambda act=act: self.visit(act) for act in acts)]
        threads = [threading.Thread(target=self._until_over, args=(work,), daemon=True) for work in works]
        for one in threads:
            one.start()
        time.sleep(self.seconds)
        self.over.set()
        for one in threads:
            one.join(120)
        self._look_back()

    def _until_over(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - a thread that dies silently would let the soak pass
            self.blame(f"{work}: {type(error).__name__}: {error}")

    def _look_back(self) -> None:
        """When all is quiet: every run is there, ended or stopped well; nobody and nothing is left."""
        for one in self.runs:
            if self._status(one) in LIVE:
                actions.stop(one, self.root)
        ends = Counter(self._status(one) for one in [self.still, *self.runs])
        if set(ends) - {"done", "stopped"}:
            self.blame(f"runs ended as {dict(ends)}")
        self.counts["runs done"], self.counts["runs stopped"] = ends["done"], ends["stopped"]
        if missing := {self.still, *self.runs} - {one["run"] for one in actions.runs(self.root)}:
            self.blame(f"lost runs: {missing}")
        if code := self.server.end():
            self.blame(f"the server ended with code {code}")
        if not until(lambda: not alive(self.root), 30):
            self.blame(f"left at the end: processes {alive(self.root)}")
        if found := zombies(os.getpid()):
            self.blame(f"zombies: {found}")
        if left := [path for one in self.runs for path in leftovers(self.root / one)]:
            self.blame(f"left behind: {left}")
        if "Traceback" in (self.folder / "server.log").read_text():
            self.blame(f"the server printed a traceback: {(self.folder / 'server.log').read_text()[-3000:]}")

    def report(self) -> None:
        """Print the figures."""
        slope, files = self.growth()
        if slope > GROWTH:
            self.blame(f"the server grows by {slope:.2f} MB a minute")
        if files > FILES:
            self.blame(f"the server has {files} more files open")
        late = sorted(self.waits)[int(0.95 * len(self.waits))]
        counts = ", ".join(f"{number} {what}" for what, number in sorted(self.counts.items()))
        _say(f"soak of {self.seconds / 60:g} minutes: {counts}")
        _say(f"  {len(self.waits)} acts of {np.median(self.waits):.1f} s, 95 of 100 within {late:.1f} s")
        _say(f"  server {slope:+.2f} MB a minute after its warm-up, {files:+d} open files")
        for sentence, number in self.said.most_common(8):
            _say(f"  said {number} times: {sentence}")
        _say(f"  wrong: {len(self.wrong)}")


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def _photo(seed: int) -> bytes:
    """Noise of another size each time, so that it is decoded, turned and shrunk."""
    rng = np.random.default_rng(seed)
    file = io.BytesIO()
    Image.fromarray(rng.integers(0, 256, (300 + 50 * seed, 500, 3), np.uint8)).save(file, "JPEG")
    return file.getvalue()


def main(arguments: list[str]) -> int:
    """Soak, and print the figures; 1 when anything was wrong."""
    parser = argparse.ArgumentParser("python -m tests.faults soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--every", type=float, default=30, help="seconds between two kills")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    with home("soak") as folder:
        soak = Soak(folder, given.minutes, given.every, given.seed)
        soak.run()
        soak.report()
    return bool(soak.wrong)
