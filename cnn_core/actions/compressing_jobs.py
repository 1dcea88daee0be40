"""Compressing and timing as jobs, one at a time: put in the queue, stop, see what came of it.

They take the processor's lock as trainings on it do: neither disturbs the other's times.
"""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cnn_core.actions.compressing import BATCHES, bench, check_bench, classifier, compress, variants
from cnn_core.actions.running import Folder
from cnn_core.base.errors import Failed, UserError, shorten
from cnn_core.base.files import atomic_write, sealed, unseal
from cnn_core.base.kinds import is_number
from cnn_core.base.locks import Lock
from cnn_core.base.options import parse_options
from cnn_core.base.settings import runs_folder
from cnn_core.compression.methods import SHELF
from cnn_core.compression.tuning import BATCH
from cnn_core.experiment import data_facts
from cnn_core.jobs import devices, queue, supervisor
from cnn_core.jobs.index import states
from cnn_core.jobs.interrupts import Interrupted, stop_on_signals
from cnn_core.jobs.job import LIVE, Job, by_id, now
from cnn_core.runs.run import COMPRESSING, find_run

KIND = "cnn_core.actions.compressing_jobs"
LANE = "compress"
ASKED, RESULT = "asked.json", "result.json"
DEVICE = "cpu"
SAY_EVERY = 0.5  # seconds between two words on how far it is
ROUNDS = 30


def start_compress(
    run: str, method: str, options: Mapping[str, Any] | None = None, seed: int = 0, runs: Folder = None
) -> str:
    """Put a compression in the queue, see `compress`; returns the id of its job at once.

    Raises:
        UserError: no such run, method or option, or it is not for such a run. Failed: it cannot be written.
    """
    method = SHELF.known(method)
    chosen = parse_options(SHELF.load(method).options, options or {}, "compress").model_dump(mode="json")
    return _start("compress", run, {"method": method, "options": chosen, "seed": seed}, runs)


def start_bench(
    run: str, batches: Sequence[int] = BATCHES, threads_used: int = 1, rounds: int = ROUNDS, runs: Folder = None
) -> str:
    """Put the measurement of a run and all that was made of it in the queue, see `bench`; returns the id of its job.

    Raises:
        UserError: no such run, a number is out of bounds, or it is not for such a run. Failed: it cannot be written.
    """
    check_bench(batches, threads_used, rounds)
    return _start("bench", run, {"batches": list(batches), "threads_used": threads_used, "rounds": rounds}, runs)


def _start(verb: str, run: str, given: dict[str, Any], runs: Folder) -> str:
    folder = find_run(run, runs_folder(runs))
    root = folder.root / COMPRESSING
    classifier(folder.id, folder.experiment())
    asked = {"verb": verb, "run": folder.id, "given": given}
    words = {"verb": verb, "run": folder.id, "method": given.get("method", ""), "stage": "", "share": 0.0}
    files = {ASKED: sealed(asked)}
    job = queue.create(root, f"{verb}-{folder.id[-4:]}", KIND, files, hold=True, lane=LANE, **words)
    try:
        with job.lock() as lock:
            queue.enqueue(job, lock)
    except OSError as error:
        raise Failed(f"{job.id} cannot be put in the queue: {error.strerror or error}.") from error
    supervisor.wake(job.root)
    return job.id


def stop_compressing(job_id: str, runs: Folder = None) -> None:
    """Ask a job of compressing or timing to stop; nothing is kept of it. Returns at once."""
    job = by_id(job_id, runs_folder(runs) / COMPRESSING)
    if job.state()["status"] not in LIVE or queue.leave(job):
        return
    try:
        job.ask_stop()
    except OSError as error:
        raise Failed(f"{job.id} cannot be asked to stop: {error.strerror or error}.") from error
    supervisor.wake(job.root)


def compressings(run: str, runs: Folder = None) -> list[dict[str, Any]]:
    """What was asked of the network of a run, the newest first.

    Of each `id`, `verb` (compress or bench), `method`, `status`, `created`, `message`, `stage` (what is done now),
    `share` (how far it is, 0 to 1) and `found`: what `compress` or `bench` returned; None before the end.
    """
    root = runs_folder(runs) / COMPRESSING
    if not root.is_dir():
        return []
    mine = [(state["number"], one) for one, state in states(root, patience=0).items() if state.get("run") == run]
    return [_record(Job(root / one)) for _, one in sorted(mine, reverse=True)]


def _record(job: Job) -> dict[str, Any]:
    state = job.state()
    message, found = state["message"].replace(queue.UNBEGUN, "Stopped before it began."), None
    try:
        if state["status"] == "done":
            found = unseal(job.folder / RESULT)
    except Failed as error:
        message = str(error)
    share: Any = state.get("share")
    return {
        "id": job.id,
        **{key: str(state.get(key, "")) for key in ("verb", "method", "stage")},
        **{key: state[key] for key in ("status", "created")},
        "share": min(1.0, max(0.0, share)) if is_number(share) else 0.0,
        "message": message,
        "found": found,
    }


# ---------------------------------------------------------------- the worker


def work(job: Job, lock: Lock) -> int:
    """What a worker process calls, holding the job's lock; returns the exit code."""
    asked = threading.Event()
    try:
        with stop_on_signals(asked):
            job.update(status="running", reason="", message="", started=now(), ended=None)
            _do(job, lambda: asked.is_set() or job.stop_asked())
        says = {"status": "done", "reason": "", "message": ""}
    except (Interrupted, KeyboardInterrupt):
        says = {"status": "stopped", "reason": "asked", "message": "Stopped; nothing of it is kept."}
    except UserError as error:
        says = {"status": "failed", "reason": "error", "message": str(error)}
    except Exception as error:  # noqa: BLE001 - the last resort: a job never ends without a word
        job.log(traceback.format_exc().rstrip())
        says = {"status": "failed", "reason": "error", "message": f"{type(error).__name__}: {shorten(error, 300)}."}
    try:
        job.update(**says, ended=now(), stage="")
        job.clear_stop()
    except (OSError, UserError) as error:  # the disk is full, or the folder is gone
        sys.stderr.write(f"{says['message']} The state could not be written: {error}.\n")
    return 0 if says["status"] in ("done", "stopped") else 1


def _do(job: Job, stopped: Callable[[], bool]) -> None:
    asked = unseal(job.folder / ASKED)
    verb, run, given = asked["verb"], job.root.parent / asked["run"], asked["given"]
    words = given["method"].replace("_", " ") if verb == "compress" else "Timing"
    looks, said = 0, 0.0

    def look() -> None:
        nonlocal looks, said
        if stopped():
            raise Interrupted
        looks += 1
        if time.monotonic() - said > SAY_EVERY:
            said = time.monotonic()
            job.update(stage=f"{words[:1].upper()}{words[1:]} …", share=min(0.97, looks / planned))

    def waiting(holder: str) -> None:
        job.update(stage=f"Waiting for the processor, which {holder or 'another job'} uses …")

    planned = _looks(verb, run, given)
    with devices.take(DEVICE, job.id, waiting, lambda: _heard(stopped)):
        found = compress(run, look=look, **given) if verb == "compress" else bench(run, look=look, **given)
    if found.get("file"):
        found["file"] = Path(found["file"]).name  # the folder may be moved
    atomic_write(job.folder / RESULT, sealed(found))


def _heard(stopped: Callable[[], bool]) -> None:
    if stopped():
        raise Interrupted


def _looks(verb: str, run: Path, given: dict[str, Any]) -> int:
    """About how often a verb looks whether it is to stop, which says how far it is."""
    folder = find_run(str(run), run.parent)
    splits = data_facts(classifier(folder.id, folder.experiment()).data).splits
    test, train = (-(-splits[name] // BATCH) for name in ("test", "train"))
    if verb == "bench":
        return (len(variants(run)) + 1) * test + len(given["batches"]) * (given["rounds"] + 3)
    taught = train if given["method"] == "distill" else 0  # the teacher answers first
    return int(given["options"].get("steps", 0)) + 2 * test + taught
