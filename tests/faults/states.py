"""A state machine of jobs: start, stop, resume, delete, rename, kill the worker, kill the supervisor, in any order.

Real folders, real supervisors and real (light) workers, held against a model that is a list. After each step: the
states are those of the model, who is said to live lives, one is at work at a time, and the order is that of the line.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from cnn_core import actions
from cnn_core.base.errors import UserError
from cnn_core.base.locks import held, note
from cnn_core.jobs import launch, queue, supervisor
from cnn_core.jobs.index import states
from cnn_core.jobs.job import SUPERVISOR, Job
from tests import light
from tests.faults.harness import alive, home, spread, tell, until
from tests.serving import zombies

SEQUENCES, STEPS = 100, 14
BAD_IDS = ("", ".", "..", "../runs", "/", "a/../../b", "%2e%2e", "a\0b", "x" * 10_000, "../.supervisor.lock", "A", "é")


@dataclass
class Known:
    """A job as the model has it."""

    id: str
    status: str = "queued"
    reason: str = ""
    go: bool = False  # it ends as soon as it is at work


class Jobs(RuleBasedStateMachine):
    """The rules, each followed by a look at everything."""

    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.folder = self.stack.enter_context(home("states"))
        self.root = self.folder / "runs"
        self.jobs: list[Known] = []
        self.line: list[Known] = []
        self.boss = False  # whether a supervisor serves the line

    # ------------------------------------------------------------ rules

    @initialize()
    def first(self) -> None:
        self.start()

    @rule()
    def start(self) -> None:
        job = Known(light.add(self.root, "wait").id)
        self.jobs.append(job)
        self.line.append(job)
        self._wake()
        self._look()

    @precondition(lambda self: self.jobs)
    @rule(data=st.data())
    def let_it_end(self, data: Any) -> None:
        job = self._any(data, "queued", "running")
        if job:
            (self.root / job.id / "go").touch()
            job.go = True
            self._look()

    @precondition(lambda self: self.jobs)
    @rule(data=st.data())
    def stop(self, data: Any) -> None:
        job = self._any(data)
        record = actions.stop(job.id, self.root)
        if job.status == "running":
            self.boss = True  # a request wakes one, that sees that it is heard
        if job.status in ("queued", "running"):
            self._ended(job, "stopped", "asked")
        assert record["status"] == job.status, record
        self._look()

    @precondition(lambda self: self.jobs)
    @rule(data=st.data())
    def resume(self, data: Any) -> None:
        job = self._any(data)
        if job.status == "running":
            self._refused(actions.resume_in_background, job)
            return
        actions.resume_in_background(job.id, self.root)
        if job.status == "stopped":
            job.status, job.reason = "queued", ""
            self.line.append(job)
        self.boss = self.boss or job.status == "queued"
        self._look()

    @precondition(lambda self: self.jobs)
    @rule(data=st.data())
    def delete(self, data: Any) -> None:
        job = self._any(data)
        if job.status == "running":
            self._refused(actions.delete, job)
            return
        actions.delete(job.id, self.root)
        assert not (self.root / job.id).exists()
        self.jobs.remove(job)
        self.line = [one for one in self.line if one is not job]
        self._look()

    @precondition(lambda self: self.jobs)
    @rule(data=st.data())
    def rename(self, data: Any) -> None:
        job = self._any(data, "queued", "stopped", "done")
        if job:
            new = f"{job.id[:60]}-r{len(job.id) % 10}{self.steps % 97}"
            (self.root / job.id).rename(self.folder / "away")
            (self.folder / "away").rename(self.root / new)
            job.id = new
            self._look()

    @precondition(lambda self: any(job.status == "running" for job in self.jobs))
    @rule()
    def kill_the_worker(self) -> None:
        (job,) = (job for job in self.jobs if job.status == "running")
        os.kill(_pid(self.root / job.id / "alive.lock"), signal.SIGKILL)
        self._ended(job, "stopped", "killed")
        self._look()

    @precondition(lambda self: held(self.root / SUPERVISOR))
    @rule()
    def kill_the_supervisor(self) -> None:
        os.kill(_pid(self.root / SUPERVISOR), signal.SIGKILL)
        assert until(lambda: not held(self.root / SUPERVISOR))
        self.boss = False
        self._look()

    @rule()
    def wake(self) -> None:
        self._wake()
        self._look()

    @rule(text=st.one_of(st.sampled_from(BAD_IDS), st.text(max_size=40).filter(lambda text: not text[:1].isalnum())))
    def ask_for_what_is_not_there(self, text: str) -> None:
        for verb in (actions.show, actions.stop, actions.delete, actions.resume_in_background):
            try:
                verb(text, self.root)
            except UserError:
                continue
            raise AssertionError(f"{verb.__name__} took {text!r}")

    # ------------------------------------------------------------ the model

    def _any(self, data: Any, *statuses: str) -> Any:
        found = [job for job in self.jobs if not statuses or job.status in statuses]
        return data.draw(st.sampled_from(found)) if found else None

    def _wake(self) -> None:
        supervisor.wake(self.root)
        self.boss = True

    def _ended(self, job: Known, status: str, reason: str) -> None:
        job.status, job.reason = status, reason
        self.line = [one for one in self.line if one is not job]

    def _refused(self, verb: Callable[..., object], job: Known) -> None:
        try:
            verb(job.id, self.root)
        except UserError:
            return
        raise AssertionError(f"{verb.__name__} of a running job was not refused")

    def _serve(self) -> None:
        """What a supervisor does: the first in the line is at work, until it ends."""
        for job in list(self.jobs):
            if job.status == "running" and job.go:
                self._ended(job, "done", "")
        while self.boss and self.line and not any(job.status == "running" for job in self.jobs):
            job = self.line.pop(0)
            job.status = "running"
            if job.go:
                job.status = "done"

    # ------------------------------------------------------------ what must hold

    def _look(self) -> None:
        type(self).steps += 1
        self._serve()
        wanted = {job.id: (job.status, job.reason, job.status == "running") for job in self.jobs}
        assert until(lambda: self._seen() == wanted, 20), f"the states are {self._seen()}, not {wanted}"
        running = [job.id for job in self.jobs if job.status == "running"]
        assert len(running) <= 1
        for name in running:
            assert _lives(_pid(self.root / name / "alive.lock")), "who is said to live does not"
        places = sorted(queue.line(states(self.root)).items(), key=lambda item: item[1][0])
        assert [name for name, _ in places] == [job.id for job in self.line], "the line has another order"
        assert {path.name for path in self.folder.iterdir()} <= {"runs", "locks"}, "something got out of the folder"

    def _seen(self) -> dict[str, tuple[str, str, bool]]:
        found = states(self.root)
        at_work = {name for name, state in found.items() if state["alive"] and note(Job(self.root / name).lock_path)}
        return {name: (state["status"], state["reason"], name in at_work) for name, state in found.items()}

    def teardown(self) -> None:
        self.stack.close()
        assert until(lambda: not alive(self.folder)), "a process is still there"
        assert until(lambda: not zombies(os.getpid())), "a zombie is still there"


def _pid(lock: Path) -> int:
    words = until(lambda: held(lock) and note(lock).split())
    assert words, f"nobody holds {lock.name}"
    return int(words[0])


def _stat(pid: int | str) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["gone", "0"]


def _lives(pid: int) -> bool:
    return _stat(pid)[0] not in ("gone", "Z", "X")


# ---------------------------------------------------------------- the part


def machine(count: int, number: int) -> list[str]:
    """So many sequences drawn with this seed; an empty list when all held."""
    launch.command = light.command
    os.environ["LIGHT_IDLE"] = "2"
    limits = settings(
        max_examples=count,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(number)(type("Jobs", (Jobs,), {})), settings=limits)
    return []


def main(count: int = 0, seed: int = 0, lanes: int = 2) -> bool:
    """40 sequences, or `count`; a row is one drawing of a tenth of them."""
    drawings = 10 if not count else min(count, 10)
    each = -(-(count or SEQUENCES) // drawings)
    results = spread(partial(machine, each), range(seed, seed + drawings), lanes)
    return tell("state machines true to the model", results, f"each of {each} sequences of up to {STEPS} steps")
