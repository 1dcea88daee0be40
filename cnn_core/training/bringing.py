"""Bringing a network that others have trained: its weights read or fetched, checked, and stored as a run's own.

Nothing of a file is used before its names, shapes and numbers were compared with the network that is to have them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from cnn_core.base.errors import Failed, shorten
from cnn_core.base.files import atomic_write, open_file, sealed, sync_folder
from cnn_core.base.settings import data_folder
from cnn_core.data.fetching import Lost, fetch
from cnn_core.data.sets import Remote
from cnn_core.experiment import Pretrained, step_choices
from cnn_core.models.pretrained import Published, completed, published, read_weights
from cnn_core.preprocessing.pipeline import Fitted, Preprocessing
from cnn_core.runs import checkpoints
from cnn_core.runs.checkpoints import Checkpoint
from cnn_core.runs.loaded import build
from cnn_core.runs.run import RunFolder
from cnn_core.training.environment import bringing

WEIGHTS = "weights"  # in the data folder
PART = ".part"
STALE = 3600.0  # seconds without a byte after which a part is what a dead process left
PROGRESS: dict[str, Any] = {"step": 0, "batch": 0, "epoch": 0, "images": 0, "seconds": 0.0}

Came = Callable[[int, int], None]  # told how many bytes have come, and of how many


def bring(run: RunFolder, settings: Pretrained, came: Came, stopped: Callable[[], bool]) -> str:
    """Make a finished run of an origin: preprocessing, environment and one checkpoint. Its lock is the caller's.

    Returns:
        What is to be known of the weights, a sentence; empty where they are the published ones.

    Raises:
        Failed: they are missing, cannot be fetched, or are not those of this network; one sentence. Interrupted.
    """
    about = published(settings.network, Path(settings.origin.file).name)
    path = _found(settings, about) or _fetched(about, run.id, came, stopped)
    found = _checked(path, settings, about)
    digest = _sha256(path)
    atomic_write(run.folder / "preprocessing.json", sealed(preprocessing(settings).record()))
    means = {**bringing(), "weights": {"file": path.name, "sha256": digest, "name": about.weights, "url": about.url}}
    atomic_write(run.folder / "environment.json", sealed(means))
    best = {"step": 0, "epoch": 0, "val_accuracy": None, "val_loss": None}
    checkpoints.save(run.checkpoints, Checkpoint(found, {}, {**PROGRESS, "best": best}))
    parameters = sum(one.numel() for one in build_hollow(settings).parameters())
    run.update(parameters=parameters, device=means["device"])
    if about.sha256 and digest.startswith(about.sha256):
        return ""
    return f"Its weights are those of {shorten(path.name, 90)}, which is not the file that torchvision publishes."


def _sha256(path: Path) -> str:
    try:
        with os.fdopen(open_file(path), "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Failed(f"The weights {path} cannot be read: {error.strerror or error}.") from error


def weights_folder() -> Path:
    """Where files of weights are looked for, and kept."""
    return data_folder() / WEIGHTS


def at_hand(about: Published) -> Path | None:
    """The file of a network's weights in the data folder: the published one, else one called after the network."""
    folder = weights_folder()
    if (folder / about.file).is_file():
        return folder / about.file
    return next((path for path in sorted(folder.glob(f"{about.network}-*.pth")) if path.is_file()), None)


def _found(settings: Pretrained, about: Published) -> Path | None:
    return Path(settings.origin.file) if settings.origin.file else at_hand(about)


def check(settings: Pretrained) -> None:
    """Look through the file of weights that was given.

    Raises:
        Failed: it does not hold the weights of this network; one sentence.
    """
    path = Path(settings.origin.file)
    _checked(path, settings, published(settings.network, path.name))


def build_hollow(settings: Pretrained) -> torch.nn.Module:
    """The network without memory for its weights."""
    with torch.device("meta"):
        return build(settings)


def _checked(path: Path, settings: Pretrained, about: Published) -> dict[str, Tensor]:
    """Weights that are those of the network: all names, all shapes, all numbers finite."""
    model = build_hollow(settings)
    found = completed(read_weights(path, about), model)
    if why := checkpoints.misfit(found, model):
        raise Failed(f"{shorten(path.name, 90)} does not hold weights of {settings.network}: {why}.")
    for key, tensor in found.items():
        if not torch.isfinite(tensor).all():
            raise Failed(f"{shorten(path.name, 90)} cannot be used: {key} holds numbers that are not finite.")
    return found


def preprocessing(settings: Pretrained) -> Preprocessing:
    """What a picture goes through before this network: nothing is fitted, the numbers come with the weights."""
    origin = settings.origin
    channels, height, width = origin.input_shape
    known: dict[str, dict[str, Any]] = {
        "color": {"channels": channels},
        "resize": {"size": [height, width]},
        "scale": {"mean": list(origin.mean), "std": list(origin.std)},
    }
    steps = [Fitted(name, options, known[name]) for name, options in step_choices(settings)]
    return Preprocessing(steps, origin.input_shape)


# ---------------------------------------------------------------- from the network


def _fetched(about: Published, owner: str, came: Came, stopped: Callable[[], bool]) -> Path:
    """The published file, fetched into the data folder."""
    folder = weights_folder()
    there, part = folder / about.file, folder / f".{about.file}.{owner}{PART}"
    remote = Remote(about.file, (about.url,), "", about.size, about.sha256)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        _make_room(about, folder)
        fetch(remote, part, lambda count: came(count, max(count, about.size)), stopped)
        _sync(part)
        part.replace(there)
        sync_folder(folder)
    except Lost as error:
        raise Failed(
            f"The weights of {about.network} could not be downloaded: {error}. Try again later. Or fetch {about.file} "
            f"elsewhere ({about.url}) and put it into {folder}; CONVSCOPE_DATA may name another folder."
        ) from error
    except OSError as error:
        raise Failed(
            f"The weights of {about.network} cannot be written to {folder} ({error.strerror or error}); "
            "nothing of them was kept. Make room or let it be written to, or let CONVSCOPE_DATA name another folder."
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return there


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _sweep(folder: Path) -> None:
    """Remove parts that nobody writes on any more."""
    for path in folder.glob(f".*{PART}"):
        if time.time() - path.stat().st_mtime > STALE:
            path.unlink(missing_ok=True)


def _make_room(about: Published, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < about.size:
        raise Failed(
            f"There is no room for the weights of {about.network} in {folder}: they have {about.size / 1e6:,.0f} MB, "
            f"and {free / 1e6:,.0f} MB are free. Make room, or let CONVSCOPE_DATA name a folder on another disk."
        )
