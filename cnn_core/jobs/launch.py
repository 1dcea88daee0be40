"""Start another process, in its own session, that outlives whoever started it and inherits the lock of its work."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from cnn_core.base.errors import Failed
from cnn_core.base.locks import Lock
from cnn_core.base.settings import data_folder, locks_folder

PROJECT = Path(__file__).parents[2]


def command(verb: str, folder: Path, lock: Lock) -> list[str]:
    """The command line of a worker (`work`) or a supervisor (`supervise`) of a folder."""
    return [sys.executable, "-m", "cnn_core", verb, str(folder), "--lock", str(lock.handle)]


def launch(verb: str, folder: Path, lock: Lock, log: Path) -> subprocess.Popen[bytes]:
    """Start `python -m cnn_core VERB FOLDER --lock N` and pass it the lock; returns at once.

    The child holds the lock from its birth to its death, whatever becomes of us; our own hold of it is closed. Output
    goes to the log, never to a pipe, so that the child does not depend on us.

    Raises:
        Failed: the process cannot be started; the lock is still held here.
    """
    try:
        with log.open("ab") as output:
            process = subprocess.Popen(
                command(verb, folder, lock),
                cwd=PROJECT,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(lock.handle,),
            )
    except OSError as error:
        raise Failed(f"The process that does the work could not be started: {error.strerror or error}.") from error
    lock.forget()
    return process


def environment() -> dict[str, str]:
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
