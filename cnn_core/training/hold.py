"""Whether a training may go on: nobody asked to stop, the run's folder is there, its lock and its device are ours."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from cnn_core.base.errors import Failed
from cnn_core.base.locks import Lock
from cnn_core.jobs.interrupts import Interrupted
from cnn_core.jobs.job import ID
from cnn_core.runs.run import RunFolder

LOOK_EVERY = 0.2  # seconds between two looks at the files


class Gone(Exception):
    """The run's folder is no longer where it was, or no longer ours."""


@dataclass
class Hold:
    """What a sitting holds, and what may take it away. asked: set by a signal. taken: why the device is not ours."""

    folder: RunFolder
    lock: Lock
    device: Lock | None = None
    asked: threading.Event = field(default_factory=threading.Event)
    taken: str = ""
    looked_at: float = 0.0

    def interrupted(self) -> bool:
        """Whether to stop: somebody asked, or another has the device. Cheap: looks at files only now and then.

        Raises:
            Gone: the run is no longer ours.
        """
        if self.asked.is_set() or self.taken:
            return True
        moment = time.monotonic()
        if moment - self.looked_at < LOOK_EVERY:
            return False
        self.looked_at = moment
        try:
            if not self.lock.keep():
                raise Gone
        except FileNotFoundError as error:
            raise Gone from error
        if self.device is not None and not self.device.keep():
            self.taken = f"The device was given to another run while its lock file {self.device.path} was missing"
        return bool(self.taken) or self.folder.stop_asked()

    def look(self) -> None:
        """Raise where training must not go on: `Interrupted` when it is to stop, `Gone` when the run is not ours."""
        if self.interrupted():
            raise Interrupted

    def follow(self) -> RunFolder:
        """The run where its folder is now.

        Raises:
            Failed: it was deleted, or another process has it.
        """
        there = self.lock.moved_to()
        if there is None or there == self.lock.path or ID.fullmatch(there.parent.name) is None:
            raise Failed(f"{self.folder.id} was deleted, or taken over by another process, while it was trained.")
        self.folder, self.lock.path = RunFolder(there.parent), there
        return self.folder
