"""Verbs on a generator: what it draws, how near that comes to real pictures, what lies between two, memory checks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cnn_core.actions.asking import Asked, loaded
from cnn_core.actions.running import Folder, enqueue
from cnn_core.base.errors import UserError
from cnn_core.base.settings import runs_folder
from cnn_core.experiment import GENERATION, Experiment, missing
from cnn_core.figures.overlay import png
from cnn_core.figures.tiles import mosaic
from cnn_core.models.drawing import draw, noise
from cnn_core.runs import samples
from cnn_core.runs.loaded import Run
from cnn_core.runs.run import find_run
from cnn_core.training import judging

MOST = 10_000  # pictures drawn at once
SEED_MOST = 2**31 - 1
NEAR = 2_000  # training pictures compared at a time


@dataclass(frozen=True)
class Drawn:
    """pictures: uint8 (N, H, W, C), as the discriminator was taught. notice: why not the last epoch answers."""

    pictures: NDArray[np.uint8]
    notice: str


@dataclass(frozen=True)
class Nearest:
    """Of each drawn picture the nearest training picture, by the root mean square of the difference of their pixels.

    pictures: uint8 (N, H, W, C). indices: in the training split. distances: (N,), 0 to 255. usual: the same of real
    test pictures, their median: one that is much nearer was learned by heart.
    """

    pictures: NDArray[np.uint8]
    indices: tuple[int, ...]
    distances: tuple[float, ...]
    usual: float


def sample(run: Asked, count: int = 64, seed: int = 0, runs: Folder = None) -> Drawn:
    """What a generator draws from the noise of a seed.

    Raises:
        UserError: the run's network draws nothing, or a number is out of bounds.
    """
    if not 1 <= count <= MOST:
        raise UserError(f"count is {count}, but must be a whole number from 1 to {MOST}.")
    asked = _generator(run, runs)
    return Drawn(judging.drawn(asked, count, _seed(seed)), asked.notice)


def between(run: Asked, first: int, second: int, steps: int = 9, runs: Folder = None) -> Drawn:
    """The way from the picture of one seed to that of another, both ends among `steps` pictures.

    The noise turns from the one to the other on a sphere, for the middle of a straight line is shorter than any noise
    that the generator has seen.
    """
    if not 2 <= steps <= MOST:
        raise UserError(f"steps is {steps}, but must be a whole number from 2 to {MOST}.")
    asked = _generator(run, runs)
    network = asked.network()
    pair: Any = network.module
    ends = [noise(1, pair.latent, _seed(seed))[0] for seed in (first, second)]
    with network.lock:
        return Drawn(draw(pair, on_the_way(ends[0], ends[1], steps)), asked.notice)


def on_the_way(first: torch.Tensor, second: torch.Tensor, steps: int) -> torch.Tensor:
    """From one noise (D,) to another in equal turns (Shoemake, 1985), the length going evenly: (steps, D)."""
    lengths = first.norm(), second.norm()
    angle = torch.arccos((first / lengths[0] @ (second / lengths[1])).clamp(-1, 1))
    found = []
    for share in torch.linspace(0, 1, steps):
        if float(angle.sin()) < 1e-4:  # the same direction, or opposite ones, which a sphere does not say how to join
            found.append(torch.lerp(first, second, share))
            continue
        turned = (((1 - share) * angle).sin() * first / lengths[0] + (share * angle).sin() * second / lengths[1]) / (
            angle.sin()
        )
        found.append(turned * torch.lerp(lengths[0], lengths[1], share))
    return torch.stack(found)


def nearest(run: Asked, pictures: NDArray[np.uint8], runs: Folder = None) -> Nearest:
    """The training pictures nearest to drawn ones, uint8 (N, H, W, C): whether it draws from memory."""
    asked = _generator(run, runs)
    splits = asked.data().splits
    train = asked.preprocessing.pictures(splits["train"].pictures)
    if pictures.shape[1:] != train.shape[1:]:
        raise UserError(f"pictures are {pictures.shape[1:]}, but what it was taught is {train.shape[1:]}.")
    at, far = _nearest(train, pictures)
    test = asked.preprocessing.pictures(splits["test"].pictures[:100])
    usual = float(np.median(_nearest(train, test)[1]))
    return Nearest(train[at], tuple(int(one) for one in at), tuple(float(one) for one in far), usual)


def _nearest(train: NDArray[np.uint8], pictures: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The index of the nearest of `train`, and the root mean square of the difference, of each picture."""
    wanted = pictures.reshape(len(pictures), -1).astype(np.float32)
    squares, best, at = (wanted**2).sum(1), np.full(len(wanted), np.inf), np.zeros(len(wanted), np.int64)
    for start in range(0, len(train), NEAR):
        some = train[start : start + NEAR].reshape(-1, wanted.shape[1]).astype(np.float32)
        apart = squares[:, None] + (some**2).sum(1) - 2 * wanted @ some.T
        place = apart.argmin(1)
        found = apart[np.arange(len(wanted)), place]
        at, best = np.where(found < best, start + place, at), np.minimum(found, best)
    return at, np.sqrt(np.maximum(best, 0) / wanted.shape[1])


def samples_png(pictures: NDArray[np.uint8]) -> bytes:
    """Drawn pictures in one PNG file."""
    return png(mosaic(pictures if pictures.shape[3] == 3 else pictures.repeat(3, axis=3)))


def samples_on_the_way(run: str, runs: Folder = None) -> dict[int, bytes]:
    """What it drew while it was trained, from the same noise: PNG files by step; those that are gone are left out."""
    found = {}
    for step, path in samples.kept(find_run(run, runs_folder(runs)).folder).items():
        try:
            found[step] = path.read_bytes()
        except OSError:
            continue
    return found


def generation_report(
    run: Asked, runs: Folder = None, show: Callable[[dict[str, Any]], None] = lambda event: None
) -> dict[str, Any]:
    """How near a generator's pictures come to real ones, with what that is to be held against.

    The judge of its data set is trained first where there is none yet; `show` is told of that as of any training.

    Returns:
        `n` (pictures on each side), `fid`, `kid`, `covered`, `confident`, `classes` (name and share of each),
        `references` (each with `name`, `fid`, `kid`, `covered`, `confident`; the floor first), `judge` (`run`,
        `accuracy`), `notice`.
    """
    asked = _generator(run, runs)
    experiment = _experiment(asked)
    judge = judging.judge(judging.settings_of(experiment), asked.folder.root, show)
    yardstick = judging.Yardstick(judge, experiment)
    found = asdict(yardstick.drawn(asked))
    shares = found.pop("shares")
    references = [
        {"name": name, **{key: value for key, value in asdict(one).items() if key != "shares"}}
        for name, one in yardstick.references().items()
    ]
    return {
        "n": yardstick.count,
        **found,
        "classes": [{"class": name, "share": share} for name, share in zip(judge.classes, shares, strict=True)],
        "references": references,
        "judge": {"run": judge.id, "accuracy": judge.record()["test_accuracy"]},
        "notice": asked.notice,
    }


def judge_of(run: Asked, runs: Folder = None) -> str | None:
    """The id of the judge of what a run draws; None where none has been trained yet."""
    asked = _generator(run, runs)
    found = judging.find(judging.settings_of(_experiment(asked)), asked.folder.root)
    return found.id if found else None


def start_judge(run: Asked, runs: Folder = None) -> str:
    """Put the training of a run's judge in the queue; returns its id at once.

    Raises:
        UserError: its data set is not on this computer.
    """
    asked = _generator(run, runs)
    wanted = judging.settings_of(_experiment(asked))
    if lacking := missing(wanted.data):
        raise UserError(lacking)
    folder = judging.new(wanted, asked.folder.root)
    enqueue(folder, folder.lock())
    return folder.id


def _generator(run: Asked, runs: Folder) -> Run:
    asked = loaded(run, runs)
    if asked.experiment.task != GENERATION:
        raise UserError(f"{asked.id} draws nothing: it answers; evaluate, predict and explain ask it.")
    return asked


def _experiment(run: Run) -> Experiment:
    if not isinstance(run.experiment, Experiment):
        raise UserError(f"{run.id} was trained elsewhere, so there is nothing to hold it against.")
    return run.experiment


def _seed(seed: int) -> int:
    if not 0 <= seed <= SEED_MOST:
        raise UserError(f"seed is {seed}, but must be a whole number from 0 to {SEED_MOST}.")
    return seed


__all__: Sequence[str] = (
    *("Drawn", "Nearest", "between", "generation_report", "judge_of", "nearest", "sample", "samples_on_the_way"),
    *("samples_png", "start_judge"),
)
