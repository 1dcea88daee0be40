"""A kill at every file operation of a short training and of its resume: before each, half-way through each write."""

from __future__ import annotations

import re
import shutil
import signal
from functools import partial
from pathlib import Path

from cnn_core import actions
from cnn_core.jobs.job import ids
from cnn_core.runs import checkpoints
from cnn_core.runs.run import RunFolder
from cnn_core.training import job
from tests.faults.harness import (
    Ended,
    drawn,
    experiment,
    finish,
    forked,
    home,
    look,
    prepared,
    resumed,
    spread,
    tell,
)
from tests.faults.spy import Point, killing, points, traced, watching, writing_down

EPOCH = 4  # steps
SAVING = "step-00000004.state"
MANIFEST = re.compile(r"checkpoints/step-(\d{8})(?:-open)?\.json\Z")


def killed(root: Path, trace: Path, point: Point | None) -> Ended:
    """Train the folder's run to its end in a forked child, every operation written down; dead at the point."""

    def work() -> dict[str, str]:
        with writing_down(trace, killing(point)) as fault, watching(fault, root, root.parent / "locks"):
            return finish(root, experiment())

    return forked(work)


def kept(root: Path) -> int:
    """The step of the newest whole checkpoint of the only run; -1 where there is none."""
    for name in ids(root):
        newest, _ = checkpoints.latest(RunFolder(root / name).checkpoints)
        return -1 if newest is None else newest.progress["step"]
    return -1


def attempt(wanted: dict[str, str], whole: Path, point: Point) -> list[str]:
    """Kill there, look, resume: the sentences of what went wrong."""
    with home() as folder:
        root, trace = folder / "runs", folder / "trace"
        if point.before:
            shutil.copytree(whole / point.before, root, dirs_exist_ok=True)
        newest = kept(root)
        ended = killed(root, trace, point)
        if ended.signal != signal.SIGKILL:
            return [f"it was not killed: {ended}"]
        _, wrong = look(root)
        named = [MANIFEST.search(other) for name, _, other, _ in traced(trace) if name == "replace"]
        saved = max([newest, *(int(found.group(1)) for found in named if found)])
        if kept(root) < saved:
            wrong.append(f"the checkpoint of step {saved} is lost")
        return wrong + resumed(root, experiment(), wanted)


def undone(folder: Path, points: list[Point]) -> None:
    """Two runs that were not finished: killed while it saved, and stopped during the last validation of an epoch."""
    with home("killed") as other:
        killed(other / "runs", other / "trace", next(one for one in points if one.half and SAVING in one.what))
        shutil.copytree(other / "runs", folder / "killed")
    with home("stopped") as other:
        ended = forked(partial(stopped, other / "runs", EPOCH))
        assert ended.said == "stopped", ended.said
        shutil.copytree(other / "runs", folder / "stopped")


def stopped(root: Path, step: int) -> str:
    """Train until this step and be asked to stop; the status of the run."""
    job._Training.interrupted = lambda self: bool(self.progress) and self.progress.step >= step
    return str(actions.train(experiment(), root)["status"])


def main(count: int = 0, seed: int = 0, lanes: int = 2) -> bool:
    """All points, or `count` of them drawn with `seed`."""
    prepared()
    with home("whole") as folder:
        root, trace = folder / "runs", folder / "trace"
        ended = killed(root, trace, None)
        assert ended.code == 0, ended.said
        every = points(trace, "")
        undone(folder, every)
        for before in ("killed", "stopped"):
            with home("undone") as other:
                shutil.copytree(folder / before, other / "runs", dirs_exist_ok=True)
                assert killed(other / "runs", trace, None).said == ended.said
                every += points(trace, before)
        results = spread(partial(attempt, ended.said, folder), drawn(every, count, seed), lanes)
    operations = sum(not point.half for point in every)
    return tell("kills at a file operation survived", results, f"{operations} operations, and half of each write")
