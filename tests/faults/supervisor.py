"""A kill at every file operation of a supervisor with three jobs: one crashes, one is quick, one was asked to stop.

The next one that is woken must bring all three to their end, in order, each begun once; and nobody stays.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

from cnn_core.base.locks import held
from cnn_core.jobs import launch, supervisor
from cnn_core.jobs.index import states
from cnn_core.jobs.job import LIVE, SUPERVISOR, Job
from tests import light
from tests.faults.harness import Ended, alive, drawn, forked, home, spread, tell, until
from tests.faults.spy import Point, killing, points, watching, writing_down


def jobs(root: Path) -> list[Job]:
    """Three in the line, in this order."""
    found = [light.add(root, "crash"), light.add(root, "quick"), light.add(root, "quick")]
    found[2].ask_stop()
    return found


def supervised(root: Path, trace: Path, point: Point | None) -> Ended:
    """Supervise in a forked child until there is nothing to do; dead at the point."""

    def work() -> int:
        os.setsid()
        supervisor.IDLE = 0.2
        with writing_down(trace, killing(point)) as fault, watching(fault, root):
            return supervisor.supervise(root)

    return forked(work)


def attempt(point: Point) -> list[str]:
    """Kill the supervisor there, wake another: what is wrong once all is quiet."""
    with home("supervisor") as folder:
        root = folder / "runs"
        made = jobs(root)
        ended = supervised(root, folder / "trace", point)
        if ended.signal != signal.SIGKILL:
            return [f"it was not killed: {ended}"]
        supervisor.wake(root)
        quiet = until(lambda: not held(root / SUPERVISOR) and not alive(folder))
        return judged(root, made) + ([] if quiet else [f"processes {alive(folder)} are still there"])


def judged(root: Path, made: list[Job]) -> list[str]:
    """What is wrong with the ends of the three jobs."""
    found = states(root)
    crashed, quick, asked = (found[job.id] for job in made)
    wrong = [f"a job is still {state['status']}" for state in found.values() if state["status"] in LIVE]
    began = [job_id for what, job_id in light.worked(root) if what == "began"]
    if began != [made[0].id, made[1].id]:
        wrong.append(f"begun were jobs {[[job.id for job in made].index(job_id) + 1 for job_id in began]}, not 1 and 2")
    for state, wanted in ((crashed, ("crashed", "killed")), (quick, ("",)), (asked, ("asked",))):
        if state["reason"] not in wanted:
            wrong.append(f"the reason {state['reason']!r} is none of {wanted}")
    return wrong


def main(count: int = 0, seed: int = 0, lanes: int = 2) -> bool:
    """All points, or `count` of them drawn with `seed`."""
    launch.command = light.command
    os.environ["LIGHT_IDLE"] = "0.2"
    with home("whole") as folder:
        made = jobs(folder / "runs")
        ended = supervised(folder / "runs", folder / "trace", None)
        assert ended.said == 0, ended.said
        wrong = judged(folder / "runs", made)
        assert not wrong, wrong
        every = points(folder / "trace", "")
    results = spread(attempt, drawn(every, count, seed), lanes)
    return tell("kills at a file operation of a supervisor survived", results)
