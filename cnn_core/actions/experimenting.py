"""Verbs on labs: what there is, do one here or in the queue, look at what was found. No torch until a lab is opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cnn_core.actions.running import Folder
from cnn_core.base.errors import Failed, UserError
from cnn_core.base.settings import runs_folder
from cnn_core.jobs import queue, supervisor
from cnn_core.jobs.index import states
from cnn_core.jobs.job import LIVE, Job, by_id
from cnn_core.labs import CHAPTERS, SEEDS, SHELF
from cnn_core.labs import job as lab_job
from cnn_core.runs.run import LABS

Options = Mapping[str, Any]


def labs() -> list[dict[str, Any]]:
    """Every lab by chapter: `name`, `chapter`, `about` (the chapter), `claim`."""
    return [
        {"name": name, "chapter": number, "about": about, "claim": SHELF.card(name)[0]}
        for number, (about, names) in CHAPTERS.items()
        for name in names
    ]


def lab(
    name: str,
    options: Options | None = None,
    seeds: int = SEEDS,
    first_seed: int = 0,
    runs: Folder = None,
    say: Callable[[str], None] = lambda words: None,
) -> dict[str, Any]:
    """Do a lab in this process; returns its record, see `lab_result`.

    Raises:
        UserError: no such lab, or an option is out of bounds. Failed: it could not be done, and why.
    """
    job = lab_job.create(name, options or {}, seeds, first_seed, runs_folder(runs))
    with job.lock():
        lab_job.run(job, say)
    return _record(job)


def start_lab(
    name: str, options: Options | None = None, seeds: int = SEEDS, first_seed: int = 0, runs: Folder = None
) -> str:
    """Put a lab in the queue of labs and see that a supervisor is there; returns the id of its result at once."""
    job = lab_job.create(name, options or {}, seeds, first_seed, runs_folder(runs))
    try:
        with job.lock() as lock:
            queue.enqueue(job, lock)
    except OSError as error:
        raise Failed(f"{job.id} cannot be put in the queue: {error.strerror or error}.") from error
    supervisor.wake(job.root)
    return job.id


def stop_lab(result: str, runs: Folder = None) -> None:
    """Ask a lab to stop; the seeds that are done are kept. Returns at once."""
    job = _job(result, runs)
    if job.state()["status"] not in LIVE or queue.leave(job):
        return
    try:
        job.ask_stop()
    except OSError as error:
        raise Failed(f"{job.id} cannot be asked to stop: {error.strerror or error}.") from error
    supervisor.wake(job.root)


def lab_results(runs: Folder = None, name: str = "") -> list[dict[str, Any]]:
    """What was found, the newest first: of one lab, or of all."""
    root = runs_folder(runs) / LABS
    if not root.is_dir():
        return []
    found = [
        (state["number"], one) for one, state in states(root, patience=0).items() if name in ("", state.get("lab"))
    ]
    return [_record(Job(root / one)) for _, one in sorted(found, reverse=True)]


def lab_result(result: str, runs: Folder = None) -> dict[str, Any]:
    """One result: what `labs.results.found` says, as far as it has come, and how it stands.

    `id`, `lab`, `status`, `message`, `stage` (what is done now), `planned` seeds, `found` (None before the first seed).

    Raises:
        UserError: there is none of this id.
    """
    return _record(_job(result, runs))


def lab_pictures(result: str, seed: int, runs: Folder = None) -> dict[str, bytes]:
    """The pictures behind the numbers of a seed, PNG files by caption; those that are gone are left out."""
    found = (lab_result(result, runs)["found"] or {}).get("readings", ())
    listed = [one for reading in found if reading["seed"] == seed for one in reading.get("pictures", ())]
    folder = _job(result, runs).folder
    paths = {one["caption"]: folder / Path(one["file"]).name for one in listed}
    return {caption: path.read_bytes() for caption, path in paths.items() if path.is_file()}


def _job(result: str, runs: Folder) -> Job:
    return by_id(result, runs_folder(runs) / LABS)


def _record(job: Job) -> dict[str, Any]:
    state = job.state()
    try:
        found, message = lab_job.result_of(job), state["message"]
    except UserError as error:
        found, message = None, str(error)
    return {
        "id": job.id,
        "lab": str(state.get("lab", "")),
        "status": state["status"],
        "created": state["created"],
        "message": message,
        "stage": str(state.get("stage", "")),
        "planned": state.get("planned", 0),
        "found": found,
    }
