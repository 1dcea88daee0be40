"""The judge of drawn pictures: a classifier of our own for their data set, trained once and found again by its tag.

A distance between pictures is one between its features, so it is trained by one recipe, whatever is to be judged: on
the whole data set, brought to the size that is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cnn_core.base.errors import Failed, UserError
from cnn_core.data import sampling
from cnn_core.data.sets import SHELF as DATASETS
from cnn_core.evaluation.generation import Nearness, nearness
from cnn_core.experiment import Choice, Experiment, data_facts, load_data, options_of, resolve
from cnn_core.models.drawing import draw, noise
from cnn_core.runs import notes
from cnn_core.runs.loaded import Run, build
from cnn_core.runs.run import RunFolder, new_run, records
from cnn_core.training import job

if TYPE_CHECKING:
    from cnn_core.models.generators import Pair

TAG = "judge"
PICTURES = 60_000  # that it learns from, one counted each time
MOST = 20_000  # different ones
COUNT = 1_000  # pictures on each side of a distance: it falls with their number, so that is one for all
LOOK_EVERY = 250  # pictures between two places to stop at


def settings_of(experiment: Experiment, pictures: int = PICTURES) -> Experiment:
    """The judge of what a generator's experiment draws: the same data in full, and the same size and colours."""
    options = sampling.whole(options_of(DATASETS, experiment.data))
    data = Choice(name=experiment.data.name, options=options.model_dump(mode="json"))
    facts = data_facts(data)
    there = facts.splits["train"]
    sample: dict[str, Any] = {"train_pictures": MOST} if there > MOST else {}
    sample |= {"val_pictures": COUNT} if facts.splits["val"] > COUNT else {}
    return resolve(
        {
            "data": {"name": data.name, "options": {**data.options, **sample}},
            "preprocessing": [one.model_dump() for one in experiment.preprocessing if one.name != "scale"],
            "model": {"name": "small_cnn", "options": {"depth": 3, "width": 16, "global_pooling": True}},
            "train": {"epochs": max(1, min(40, round(pictures / min(there, MOST)))), "batch_size": 64, "lr": 5e-3},
        }
    )


def find(wanted: Experiment, root: Path) -> Run | None:
    """The newest run that was trained as this judge; None where there is none yet."""
    for record in records(root):
        if TAG in record["tags"] and record["status"] == "done" and record["data"] == wanted.data.name:
            try:
                found = Run(RunFolder(root / record["run"]))
                if found.experiment == wanted and found.checkpoint_sha256:
                    return found
            except (UserError, OSError):  # damaged, or gone meanwhile
                continue
    return None


def new(wanted: Experiment, root: Path) -> RunFolder:
    """The folder of a judge to be trained, with its name and tag; its lock is kept for the caller."""
    folder = new_run(wanted, root, "cnn_core.training.job", hold=True)
    notes.change(folder.folder, notes.renamed(f"judge of {wanted.data.name}"))
    notes.change(folder.folder, notes.tagged((TAG,), ()))
    return folder


def judge(wanted: Experiment, root: Path, show: Callable[[dict[str, Any]], None] = lambda event: None) -> Run:
    """The judge: found, or trained now, which takes about twenty seconds for MNIST.

    Raises:
        Failed: it could not be trained, or was stopped.
    """
    if found := find(wanted, root):
        return found
    folder = new(wanted, root)
    record = job.run(folder, show)
    if record["status"] != "done":
        raise Failed(f"The judge could not be trained: {record['message'] or record['reason']}")
    return Run(folder)


class Yardstick:
    """Real pictures as a judge sees them, and how near others come to them.

    Args:
        judge: its run. experiment: of the generator, whose size and data are the judge's. count: pictures on each side.
        look: called now and then; may raise.
    """

    def __init__(
        self, judge: Run, experiment: Experiment, count: int = COUNT, look: Callable[[], None] = lambda: None
    ) -> None:
        self.judge, self.experiment, self._look = judge, experiment, look
        self.classes = judge.classes
        train = load_data(judge.experiment.data or experiment.data).splits["train"]
        self.count = min(count, len(train.targets) // 2)
        order = np.random.default_rng(0).permutation(len(train.targets))
        first, second = order[: self.count], order[self.count : 2 * self.count]
        self._other = self._sized(train.pictures[second])
        common = int(np.bincount(train.targets).argmax())
        of_one = order[train.targets[order] == common][: self.count]
        self._one_class = self._sized(train.pictures[of_one])
        self._real = self._features(self._sized(train.pictures[first]))[0]

    def measure(self, pictures: NDArray[np.uint8]) -> Nearness:
        """Of pictures as the judge gets them, uint8 (N, H, W, C)."""
        features, logits = self._features(pictures)
        return nearness(self._real, features, logits)

    def drawn(self, run: Run, seed: int = 0) -> Nearness:
        """Of as many pictures that a run's generator draws."""
        return self.measure(drawn(run, self.count, seed))

    def references(self) -> dict[str, Nearness]:
        """What a number is to be held against, by name: the floor first, then ceilings, a generator of chance last."""
        torch.manual_seed(0)
        pair: Any = build(self.experiment)
        chance = np.random.default_rng(1).integers(0, 256, self._other.shape, np.uint8)
        return {
            "other real pictures": self.measure(self._other),
            "blurred, 5 x 5": self.measure(blurred(self._other)),
            "one class only": self.measure(self._one_class),
            "noise": self.measure(chance),
            "untrained generator": self.measure(draw(pair, noise(self.count, pair.latent, 0))),
        }

    def _sized(self, stored: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return self.judge.preprocessing.pictures(stored)

    def _features(self, pictures: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """What the last dense layer gets, (N, D), and gives, (N, K)."""
        network, found = self.judge.network(), []
        head = next(part for part in reversed(list(network.module.modules())) if isinstance(part, nn.Linear))
        kept: list[Tensor] = []
        for start in range(0, len(pictures), LOOK_EVERY):
            self._look()
            tensor = network.preprocessing.tensor(np.ascontiguousarray(pictures[start : start + LOOK_EVERY]))
            with network.lock, torch.inference_mode():
                hook = head.register_forward_pre_hook(lambda _module, given: kept.append(given[0].float().cpu()))
                try:
                    found.append(network.module(tensor).float().cpu())
                finally:
                    hook.remove()
        return torch.cat(kept).numpy(), torch.cat(found).numpy()


def drawn(run: Run, count: int, seed: int = 0) -> NDArray[np.uint8]:
    """Pictures that a run's generator draws from the noise of a seed: uint8 (count, H, W, C)."""
    network = run.network()
    pair: Pair | Any = network.module
    with network.lock:
        return draw(pair, noise(count, pair.latent, seed))


def blurred(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Each pixel the mean of the 5 x 5 around it, the edge continued outwards: uint8 (N, H, W, C)."""
    padded = np.pad(pictures, ((0, 0), (2, 2), (2, 2), (0, 0)), mode="edge").astype(np.float32)
    height, width = pictures.shape[1:3]
    parts = (padded[:, y : y + height, x : x + width] for y in range(5) for x in range(5))
    return np.rint(sum(parts, np.zeros(pictures.shape, np.float32)) / 25).astype(np.uint8)
