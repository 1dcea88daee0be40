"""What a worker process does: resolve the kind of job from its folder and do it, holding the job's lock."""

from __future__ import annotations

import faulthandler
import re
import traceback
from importlib import import_module
from pathlib import Path

from cnn_core.base.errors import Failed, UserError, shorten
from cnn_core.base.locks import Lock
from cnn_core.jobs import memory
from cnn_core.jobs.job import Job, me, now
from cnn_core.jobs.launch import lower_priority
from cnn_core.jobs.queue import UNBEGUN

KIND = re.compile(r"cnn_core(\.[a-z_]+)+\Z")


def work(folder: Path, handle: int | None = None) -> int:
    """Do the job in this folder; returns the exit code.

    Args:
        folder: the job. handle: the number of the inherited file that holds the job's lock; None: take it.

    Raises:
        UserError: another process works on it.
    """
    job = Job(folder)
    lock = Lock(job.lock_path)
    if handle is None or not lock.adopt(handle, me()):
        lock = job.lock()
    lower_priority()
    faulthandler.enable()  # a crash leaves its trace in the log
    with lock:
        try:
            kind = job.stored()["kind"]
            if not isinstance(kind, str) or not KIND.match(kind):
                raise Failed(f'{job.id} is of kind "{shorten(kind)}", which this ConvScope does not know.')
            if job.stop_asked():
                job.update(status="stopped", reason="asked", message=UNBEGUN, ended=now())
                job.clear_stop()
                return 0
            job.update(memory_mark=memory.mark())
            code: int = import_module(kind).work(job, lock)
            return code
        except UserError as error:
            job.update(status="failed", reason="error", message=str(error))
        except Exception as error:  # noqa: BLE001 - the last resort: a job never ends without a word
            job.log(traceback.format_exc().rstrip())
            what = f"{type(error).__name__}: {shorten(error, 300)}"
            job.update(status="failed", reason="error", message=f"It could not begin: {what}. The log has the details.")
    return 1
