"""Start a worker: another process, in its own group, at low priority, that outlives whoever started it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from cnn_core.base.errors import Failed
from cnn_core.base.settings import data_folder, locks_folder
from cnn_core.jobs.job import Job

PROJECT = Path(__file__).parents[2]


def launch(job: Job) -> int:
    """Start `python -m cnn_core work FOLDER`; returns its process id at once.

    Output goes to the job's log, never to a pipe, so that the worker does not depend on us.
    """
    command = [sys.executable, "-m", "cnn_core", "work", str(job.folder)]
    try:
        with job.log_path.open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=PROJECT,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
    except OSError as error:
        raise Failed(f"The training process could not be started: {error.strerror or error}.") from error
    threading.Thread(target=process.wait, daemon=True).start()  # else an ended worker stays a zombie
    return process.pid


def _environment() -> dict[str, str]:
    """Ours, with absolute folders. Threads wait passively: spinning beside a busy server costs a factor of four."""
    return {
        **os.environ,
        "CONVSCOPE_DATA": str(data_folder()),
        "CONVSCOPE_LOCKS": str(locks_folder()),
        "OMP_WAIT_POLICY": "PASSIVE",
        "PYTHONUNBUFFERED": "1",
    }


def lower_priority() -> None:
    """Let the server answer first, and let the system end us, not the server, when memory runs out."""
    try:
        os.nice(10)
    except OSError:
        pass
    try:
        Path("/proc/self/oom_score_adj").write_text("500")
    except OSError:
        pass
