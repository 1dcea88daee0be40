"""One job at a time on a device: a lock for each device of this machine, whoever uses it, whatever the runs folder."""

from __future__ import annotations

import time
from collections.abc import Callable

from cnn_core.base.errors import Failed
from cnn_core.base.locks import Lock, note
from cnn_core.base.settings import locks_folder
from cnn_core.jobs.job import DISK_FULL

POLL = 0.2  # seconds between two looks at a taken device


def take(device: str, who: str, waiting: Callable[[str], None], look: Callable[[], None]) -> Lock:
    """Take a device's lock, waiting while another job has it.

    Args:
        device: `cpu`, `cuda:0`, `mps`. who: the run's id, for those who will wait for us.
        waiting: called with the holder's id, at first and whenever it changes. look: called at each look; may raise to
            give up.

    Raises:
        Failed: the folder of locks cannot be written. OSError: the disk is full.
    """
    lock = Lock(locks_folder() / f"{device.replace(':', '-')}.lock", shared=True)
    said: str | None = None
    while not _acquire(lock, who):
        look()
        holder = note(lock.path)
        if holder != said:
            waiting(holder)
            said = holder
        time.sleep(POLL)
    return lock


def _acquire(lock: Lock, who: str) -> bool:
    try:
        return lock.acquire(who)
    except OSError as error:
        if error.errno in DISK_FULL:
            raise
        raise Failed(
            f"The device's lock {lock.path} cannot be made ({error.strerror}); "
            "let CONVSCOPE_LOCKS name a folder that can be written."
        ) from error
