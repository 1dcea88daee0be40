"""Random SIGKILLs of real workers, and of their supervisor: the run is resumed until it ends, with the same bits."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from functools import partial
from pathlib import Path

from cnn_core import actions
from cnn_core.base.locks import held, note
from cnn_core.jobs import journal, memory
from cnn_core.jobs.job import LIVE, SUPERVISOR, started
from cnn_core.runs.run import RunFolder, find_run
from tests.faults.harness import alive, bits, differences, experiment, forked, home, prepared, spread, tell, until

KILLS = 200
EPOCHS = 30
RUN = (f"train.epochs={EPOCHS}", "train.batch_size=64", "train.validations=10")  # 20 steps an epoch
VICTIMS = ("worker",) * 8 + ("supervisor", "both")
START, TRAINING = 2.0, 1.5  # seconds at most until a kill: from the start of a worker, and from its first step
SOON = 5.0  # seconds within which a run says that it was killed
GONE_WITHIN = 30.0  # seconds: a supervisor ends after 10 without work


def trained(root: Path) -> dict[str, str]:
    """The bits of a run that nobody disturbs, by a real worker."""
    run = find_run(actions.start(experiment(*RUN), root), root)
    until(lambda: run.state()["status"] not in LIVE, 120)
    return bits(run)


class Lane:
    """One killer in its own runs folder: a run after another, until it has killed often enough."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.root, self.rng = folder / "runs", random.Random(seed)
        self.results: list[tuple[str, list[str]]] = []  # where each kill came, and what went wrong
        self.pids: set[tuple[int, str]] = set()
        self.sittings = 0  # of the run, when its worker was killed last

    def one_run(self, most: int, wanted: dict[str, str]) -> None:
        """Kill a new run again and again, `most` times at most, then let it end and compare."""
        run, first = find_run(actions.start(experiment(*RUN), self.root), self.root), len(self.results)
        self.sittings = 0
        until(lambda: self._go_on(run))
        while len(self.results) - first < most and run.state()["status"] != "done":
            self._kill(run)
            until(lambda: self._go_on(run))
        ended = until(lambda: run.state()["status"] not in LIVE, 120) and run.state()["status"] == "done"
        wrong = differences(bits(run), wanted) if ended else ["all: it did not end well"]
        for _, said in self.results[first:]:
            said += [f"not the same bits: {name}" for name in wrong]

    def _kill(self, run: RunFolder) -> None:
        victim = self.rng.choice(VICTIMS)
        self._wait(run)
        place = self._place(run)
        killed = self._end(self.root / SUPERVISOR) if victim != "worker" else False
        killed = self._end(run.lock_path) or killed if victim != "supervisor" else killed
        if killed:  # else it was faster than we
            self.results.append((f"{victim} at {place}", self._judged(run, victim)))
        if victim != "supervisor":
            self.sittings = _sittings(run)

    def _wait(self, run: RunFolder) -> None:
        """Some time after the start, or after the first step of this sitting."""
        if self.rng.random() < 0.3:
            time.sleep(self.rng.random() * START)
            return
        until(lambda: _sittings(run) > self.sittings or run.state()["status"] not in LIVE)
        time.sleep(self.rng.random() * TRAINING)

    def _end(self, lock: Path) -> bool:
        """Kill whoever holds a lock; whether there was somebody."""
        words = note(lock).split() if held(lock) else []
        if len(words) != 2 or started(int(words[0])) != words[1]:
            return False
        self.pids.add((int(words[0]), words[1]))
        os.kill(int(words[0]), signal.SIGKILL)
        return bool(until(lambda: not held(lock) or note(lock).split() != words))

    def _place(self, run: RunFolder) -> str:
        """What the worker is about, as its files tell."""
        if list(run.checkpoints.glob("*.tmp")):
            return "checkpoint"
        state = run.state()
        if state["status"] == "done":
            return "end"
        if state["status"] == "queued" or not held(run.lock_path):
            return "start"
        rows = journal.read(run.journal_path)[0]
        if rows and rows[-1]["kind"] == "validation" and state.get("epochs") == EPOCHS:
            return "test"
        return "training" if rows and rows[-1]["kind"] in ("steps", "validation") else "start"

    def _judged(self, run: RunFolder, victim: str) -> list[str]:
        """What the run says soon after; the supervisor holds its lock for an instant to write how it ended."""
        if victim == "supervisor":
            right = {("queued", ""), ("running", ""), ("done", "")}
        else:
            right = {("stopped", "killed"), ("done", "")}
            if not held(self.root / SUPERVISOR):  # killed now or before, and nobody has woken it since
                right.add(("queued", ""))  # a worker that had not begun is still in the line
            if memory.rose(run.state().get("memory_mark", "")):  # another process was ended for that on this machine
                right.add(("stopped", "memory"))
        said = until(lambda: (found := _verdict(run)) in right and found, SOON)
        return [] if said else [f"after the kill the state is {_verdict(run)}, {run.state()['message']}"]

    def _go_on(self, run: RunFolder) -> bool:
        """See that it is worked on again, or done."""
        state = run.state()
        if state["status"] == "stopped":
            actions.resume_in_background(run.id, self.root)
        elif state["status"] == "queued" and not state["alive"]:
            actions.wake(self.root)
        return state["status"] == "done" or (state["alive"] and bool(note(run.lock_path)))


def _verdict(run: RunFolder) -> tuple[str, str]:
    state = run.state()
    return state["status"], state["reason"]


def _sittings(run: RunFolder) -> int:
    """How often training began, or went on."""
    rows, _ = journal.read(run.journal_path)
    return sum(row["kind"] in ("started", "resumed", "restarted") for row in rows)


def lane(count: int, wanted: dict[str, str], seed: int) -> list[tuple[str, list[str]]]:
    """So many kills; afterwards nobody is left."""
    with home("kills") as folder:
        one = Lane(folder, seed)
        while (left := count - len(one.results)) > 0:
            one.one_run(min(left, 8), wanted)
        until(lambda: not alive(folder), GONE_WITHIN)
        stay = alive(folder) + [pid for pid, start in one.pids if started(pid) == start]
        return [(place, [*said, *([f"processes {stay} stayed"] if stay else [])]) for place, said in one.results]


def main(count: int = 0, seed: int = 0, lanes: int = 2) -> bool:
    """200 kills, or `count`."""
    prepared()
    with home("whole") as folder:
        wanted = forked(partial(trained, folder / "runs"))
        assert wanted.code == 0, wanted.said
    each = -(-(count or KILLS) // lanes)
    rows = spread(partial(lane, each, wanted.said), range(seed, seed + lanes), lanes)
    results = [
        pair for _, pairs in rows for pair in (pairs if pairs and isinstance(pairs[0], tuple) else [("lane", pairs)])
    ]
    places = Counter(place.split(" at ")[-1] for place, _ in results)
    return tell("random kills survived", results, ", ".join(f"{n} at {place}" for place, n in places.most_common()))
