"""What a lab works with: it says how far it is, hears a Stop, and trains networks that stay as runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cnn_core.base.errors import Failed
from cnn_core.experiment import Experiment, missing, resolve
from cnn_core.jobs.interrupts import Interrupted
from cnn_core.runs import notes
from cnn_core.runs.loaded import Run
from cnn_core.runs.run import new_run
from cnn_core.training import job as training
from cnn_core.training import judging

Say = Callable[[str], None]


class Bench:
    """One lab at work.

    Args:
        runs: the folder in which its trainings become runs. lab: its name, which is a tag of those runs. seed: of this
            turn; every training has it. say: told in a few words what is done now. stopped: whether somebody asked.
    """

    def __init__(
        self,
        runs: Path,
        lab: str,
        seed: int,
        say: Say = lambda words: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self.seed = seed
        self._runs, self._lab, self._say, self._stopped = runs, lab, say, stopped
        self.trained: list[str] = []  # ids of the runs of this seed

    def look(self) -> None:
        """Raise `Interrupted` where somebody asked to stop."""
        if self._stopped():
            raise Interrupted

    def say(self, words: str) -> None:
        """What is done now; a place to stop at."""
        self.look()
        self._say(words)

    def train(self, name: str, settings: Mapping[str, Any]) -> Run:
        """Train a network as any run is trained; it stays, under this name and with the lab as its tag.

        Args:
            settings: as `experiment.resolve` takes them.

        Raises:
            Interrupted: somebody asked to stop. Failed: it could not be trained, and why.
        """
        self.say(f"training {name}")
        settings = {**settings, "train": {**settings.get("train", {}), "seed": self.seed}}
        if lacking := missing(resolve(settings).data):
            raise Failed(lacking)
        folder = new_run(resolve(settings), self._runs, "cnn_core.training.job", hold=True)
        self.trained.append(folder.id)
        notes.change(folder.folder, notes.renamed(f"{name}, seed {self.seed}"))
        notes.change(folder.folder, notes.tagged((self._lab,), ()))
        record = training.run(folder, self._heard)
        if record["status"] == "stopped":
            raise Interrupted
        if record["status"] != "done":
            raise Failed(f"{name} could not be trained: {record['message'] or record['reason']}")
        return Run(folder)

    def judge(self, wanted: Experiment) -> Run:
        """The judge of drawn pictures: found among the runs, or trained now; see `training.judging`.

        Raises:
            Interrupted: somebody asked to stop. Failed: it could not be trained, and why.
        """
        try:
            return judging.judge(wanted, self._runs, self._heard)
        except Failed:
            self.look()
            raise

    def _heard(self, event: dict[str, Any]) -> None:
        """Between the steps of a training: a place to stop at, which keeps a checkpoint of the run."""
        if event["kind"] == "waiting":
            self._say(f"waiting for {event['device']}, which {event['holder'] or 'another job'} uses")
        self.look()
