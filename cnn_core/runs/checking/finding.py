"""What a look at a run finds, and what a look is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from cnn_core.base.errors import Failed
from cnn_core.jobs import verdict
from cnn_core.jobs.job import is_lost
from cnn_core.runs.manifests import Unusable, names, read_sealed
from cnn_core.runs.mending import DAMAGED, set_aside
from cnn_core.runs.run import RunFolder


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be.

    file: by its path in the run's folder, else in the folder of runs. what: a sentence. mend: what mending does about
    it; empty where nothing can be done. do: does it. wrong: False for what is only named. fleeting: somebody who does
    not hold the run's lock may just be writing it.
    """

    file: str
    what: str
    mend: str = ""
    do: Callable[[], object] | None = None
    wrong: bool = True
    fleeting: bool = False


@dataclass(frozen=True)
class Look:
    """A look at one run.

    kind: as in `new_run`. held: we hold its lock. alive: somebody else does, so that what is half may become whole.
    """

    run: RunFolder
    kind: str
    held: bool
    alive: bool

    def state_now(self) -> dict[str, Any]:
        """The state as it is now, see `Job.state`. Our own hold of the lock is not work.

        Raises:
            Failed: it is missing, damaged or of another version.
        """
        if not self.held:
            return self.run.state()
        state = self.run.stored()
        lost = is_lost(state)
        return {**state, **(verdict.unseen(state) if lost else {}), "alive": False, "settled": not lost}

    @property
    def stored(self) -> dict[str, Any]:
        """The state as stored; empty where it cannot be read."""
        try:
            return self.run.stored()
        except Failed:
            return {}

    @property
    def checkpoints(self) -> list[str]:
        """The names of the checkpoints, the newest last; none where they cannot be read."""
        try:
            return names(self.run.checkpoints)
        except Failed:
            return []

    def seal(self, file: str) -> Unusable | None:
        """What is wrong with a sealed file; None when it is whole."""
        try:
            read_sealed(self.run.folder / file)
        except Unusable as error:
            return error
        return None

    def aside(self, file: str, what: str, then: str = "") -> Finding:
        """The finding of a file that is moved away; `then`: what comes in its place."""
        mend = f"It is moved into {DAMAGED}/{f'; {then}' if then else ''}."
        return Finding(file, what, mend, partial(set_aside, self.run, [Path(self.run.folder / file)]))
