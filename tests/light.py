"""A supervisor and workers without torch, as real processes: what a job does stands in its state, as `does`.

`quick`: ends at once. `wait`: until somebody makes the file `go`, or asks to stop. `deaf`: hears no stop.
`crash`: ends by a signal. `exit`: ends with code 3. `twice`: dies the first time, and ends well the second time.
`eat`: takes more memory than its control group (`group`) allows.
Each start and end of work is a line in `work.txt` beside the jobs, so that order and overlap can be seen.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from cnn_core.base.files import append_line
from cnn_core.base.locks import Lock
from cnn_core.jobs import launch, queue, supervisor
from cnn_core.jobs.job import Job, me, now


def command(verb: str, folder: Path, lock: Lock) -> list[str]:
    """What `launch.command` is replaced by."""
    return [sys.executable, "-m", "tests.light", verb, str(folder), "--lock", str(lock.handle)]


def add(root: Path, does: str, lane: str = "cpu", **state: object) -> Job:
    """Put a job in the line of a folder; nobody is woken."""
    job = queue.create(root, does, "cnn_core.training.job", files={}, hold=True, lane=lane, does=does, **state)
    with job.lock() as lock:
        queue.enqueue(job, lock)
    return Job(job.folder)


def worked(root: Path) -> list[tuple[str, str]]:
    """(what, id) of each start and end of work in this folder, in order."""
    try:
        return [tuple(line.split()) for line in (root / "work.txt").read_text().splitlines()]
    except FileNotFoundError:
        return []


def _work(folder: Path, handle: int) -> int:
    job = Job(folder)
    lock = Lock(job.lock_path)
    assert lock.adopt(handle, me()), "the lock was not handed down"
    job.update(status="running", started=now())
    append_line(job.root / "work.txt", f"began {job.id}")
    ended = _do(job, job.stored().get("does", "quick"))
    append_line(job.root / "work.txt", f"ended {job.id}")
    job.update(status="done" if ended else "stopped", reason="" if ended else "asked", ended=now())
    job.clear_stop()
    return 0


def _do(job: Job, does: str) -> bool:
    first = not (job.folder / "died").exists()
    if does == "crash":
        os.abort()
    if does == "eat":
        Path(job.stored()["group"], "cgroup.procs").write_text(str(os.getpid()))
        job.log(str(len(bytearray(400 * 2**20))))
    if does == "exit":
        sys.exit(3)
    if does == "twice" and first:
        (job.folder / "died").touch()
        os.kill(os.getpid(), 9)
    while does in ("wait", "deaf") and not (job.folder / "go").exists():
        if does == "wait" and job.stop_asked():
            return False
        time.sleep(0.01)
    return True


if __name__ == "__main__":
    verb, folder, _, number = sys.argv[1:]
    launch.command = command
    supervisor.IDLE = float(os.environ.get("LIGHT_IDLE", "1"))
    sys.exit((_work if verb == "work" else supervisor.supervise)(Path(folder), int(number)))
