"""End the process that works on a job, and surely no other: the one that holds the job's lock."""

from __future__ import annotations

import os
import signal

from cnn_core.base.locks import note
from cnn_core.jobs.job import Job, started


def end(job: Job) -> bool:
    """SIGKILL whoever works on the job; False when nobody does, or it cannot be told who.

    The lock's note names a process id and when that process started. The process is pinned first (pidfd), then
    compared: an id that was used again is another process, and is left alone.
    """
    pid, _, start = note(job.lock_path).partition(" ")
    if not pid.isdigit() or not start or not hasattr(os, "pidfd_open"):
        return False
    try:
        pinned = os.pidfd_open(int(pid))
    except OSError:
        return False
    try:
        if started(int(pid)) != start or not job.alive():
            return False
        signal.pidfd_send_signal(pinned, signal.SIGKILL)
    except OSError:
        return False
    finally:
        os.close(pinned)
    return True
