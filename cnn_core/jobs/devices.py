"""One job at a time on a device: a lock for each device of this machine, whoever uses it, whatever the runs folder."""

from __future__ import annotations

import time
from collections.abc import Callable

from cnn_core.base.locks import Lock, note
from cnn_core.base.settings import locks_folder

POLL = 0.2  # seconds between two looks at a taken device


def take(device: str, who: str, waiting: Callable[[str], None], given_up: Callable[[], bool]) -> Lock | None:
    """Take a device's lock, waiting while another job has it.

    Args:
        device: `cpu`, `cuda:0`, `mps`. who: the run's id, for those who will wait for us.
        waiting: called with the holder's id, at first and whenever it changes. given_up: asked at each look.

    Returns:
        The lock, or None when given up.
    """
    lock = Lock(locks_folder() / f"{device.replace(':', '-')}.lock")
    said: str | None = None
    while not lock.acquire(who):
        if given_up():
            return None
        holder = note(lock.path)
        if holder != said:
            waiting(holder)
            said = holder
        time.sleep(POLL)
    return lock
