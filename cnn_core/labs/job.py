"""The job of a lab: seed after seed, each kept as soon as it is done, with a Stop that is heard in between."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cnn_core.base.errors import Failed, UserError, shorten
from cnn_core.base.files import atomic_write, sealed, unseal
from cnn_core.base.locks import Lock
from cnn_core.base.options import parse_options
from cnn_core.figures.overlay import png
from cnn_core.figures.tiles import mosaic
from cnn_core.jobs import queue
from cnn_core.jobs.interrupts import Interrupted, stop_on_signals
from cnn_core.jobs.job import Job, now
from cnn_core.labs import SHELF, Reading
from cnn_core.labs.bench import Bench
from cnn_core.labs.results import found, reading_record
from cnn_core.runs.run import LABS

KIND = "cnn_core.labs.job"
LANE = "labs"
MOST_SEEDS = 100
ASKED, RESULT = "lab.json", "result.json"

Say = Callable[[str], None]


def create(name: str, options: Mapping[str, Any], seeds: int, first_seed: int, runs: Path) -> Job:
    """Make the job of a lab; its lock is kept for the caller.

    Raises:
        UserError: no such lab, an option or the number of seeds is out of bounds.
    """
    name = SHELF.known(name)
    chosen = parse_options(SHELF.load(name).options, options, "lab")
    if not 1 <= seeds <= MOST_SEEDS:
        raise UserError(f"seeds is {seeds}, but must be a whole number from 1 to {MOST_SEEDS}.")
    if not 0 <= first_seed <= 2**31 - 1 - MOST_SEEDS:
        raise UserError(f"first seed is {first_seed}, but must be a whole number from 0 to {2**31 - 1 - MOST_SEEDS}.")
    asked = {"lab": name, "options": chosen.model_dump(mode="json"), "seeds": seeds, "first_seed": first_seed}
    words = {"lab": name, "planned": seeds, "stage": ""}
    return queue.create(runs / LABS, name, KIND, {ASKED: sealed(asked)}, hold=True, lane=LANE, **words)


def work(job: Job, lock: Lock) -> int:
    """What a worker process calls; returns the exit code."""
    return 0 if run(job)["status"] in ("done", "stopped") else 1


def run(job: Job, say: Say = lambda words: None) -> dict[str, Any]:
    """Do a lab to its end; returns how it ended. The caller holds the job's lock. `say` is told what is done now."""
    asked, done = threading.Event(), 0
    try:
        with stop_on_signals(asked):
            job.update(status="running", reason="", message="", started=now(), ended=None)
            done = _seeds(job, say, lambda: asked.is_set() or job.stop_asked())
        says = {"status": "done", "reason": "", "message": ""}
    except (Interrupted, KeyboardInterrupt):
        says = {"status": "stopped", "reason": "asked", "message": _stopped(job)}
    except UserError as error:
        says = {"status": "failed", "reason": "error", "message": str(error)}
    except Exception as error:  # noqa: BLE001 - the last resort: a job never ends without a word
        job.log(traceback.format_exc().rstrip())
        says = {"status": "failed", "reason": "error", "message": f"{type(error).__name__}: {shorten(error, 300)}."}
    _end(job, says)
    return {**says, "done": done}


def _seeds(job: Job, say: Say, stopped: Callable[[], bool]) -> int:
    asked = unseal(job.folder / ASKED)
    name, options = asked["lab"], asked["options"]
    entry = SHELF.load(name)
    chosen = parse_options(entry.options, options, "lab")
    readings: list[dict[str, Any]] = []
    for seed in range(asked["first_seed"], asked["first_seed"] + asked["seeds"]):

        def told(words: str, seed: int = seed) -> None:
            job.update(stage=f"Seed {seed}: {words}")
            say(f"Seed {seed}: {words}")

        bench, began = Bench(job.root.parent, name, seed, told, stopped), time.perf_counter()
        bench.look()
        reading = entry.build.measure(chosen, seed, bench)
        seconds = time.perf_counter() - began
        shown = _show(job, seed, reading)
        readings.append({**reading_record(seed, reading, bench.trained, seconds), "pictures": shown})
        atomic_write(job.folder / RESULT, sealed(found(name, options, readings)))
    return len(readings)


def _show(job: Job, seed: int, reading: Reading) -> list[dict[str, str]]:
    """Write the pictures of a seed into the folder, one file a caption; returns `caption` and `file` of each."""
    found = []
    for place, (caption, pictures) in enumerate(reading.pictures.items()):
        file = f"pictures-{seed}-{place}.png"
        colored = pictures if pictures.shape[3] == 3 else pictures.repeat(3, axis=3)
        atomic_write(job.folder / file, png(mosaic(colored)))
        found.append({"caption": caption, "file": file})
    return found


def result_of(job: Job) -> dict[str, Any] | None:
    """What a lab has found so far; None before its first seed is done.

    Raises:
        Failed: the file is damaged.
    """
    if not (job.folder / RESULT).exists():
        return None
    record = unseal(job.folder / RESULT)
    record.pop("sha256", None)
    return record


def _stopped(job: Job) -> str:
    try:
        result = result_of(job)
    except Failed:
        result = None
    if result is None:
        return "Stopped before its first seed was done; nothing is kept of it."
    count, planned = len(result["seeds"]), job.stored().get("planned", 0)
    return f"Stopped after {count} of {planned} seeds; the result is of these."


def _end(job: Job, says: dict[str, Any]) -> None:
    try:
        job.update(**says, ended=now(), stage="")
        job.clear_stop()
        job.log(f"{says['status']} {says['message']}".rstrip())
    except (OSError, UserError) as error:  # the disk is full, or the folder is gone
        sys.stderr.write(f"{says['message']} The state could not be written: {error}.\n")
