"""What labs about films share: the films, networks trained on them, and what may be done to a film at test time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from cnn_core.base.options import Options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from cnn_core.labs.bench import Bench
    from cnn_core.runs.loaded import Run

DATA = "moving_shapes"
WAYS = 8
SHOWN = 8


class FilmOptions(Options):
    """Base of the options of labs about films."""

    films: int = Field(4300, ge=160, le=50_000, title="Films", description="Drawn in all; 70% of them train.")
    size: int = Field(16, ge=8, le=64, title="Size", description="Side of the frames, in pixels.")
    epochs: int = Field(8, ge=1, le=50, title="Epochs", description="Of each training.")


def drawing(options: FilmOptions, seed: int, frames: int = 6) -> dict[str, Any]:
    """Options of the data set: other films for each seed, few of them to validate."""
    val = min(200, options.films // 10)
    return {"count": options.films, "size": options.size, "frames": frames, "seed": seed, "val_pictures": val}


def trained(bench: Bench, name: str, model: Mapping[str, Any], drawn: Mapping[str, Any], epochs: int) -> Run:
    """A network for films that is trained on films of these options, as a run with this name."""
    return bench.train(
        name, {"data": {"name": DATA, "options": drawn}, "model": model, "train": {"epochs": epochs, "lr": 3e-3}}
    )


def backwards(films: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Grey films (N, H, W, T) played backwards."""
    return films[..., ::-1].copy()


def shuffled(films: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
    """Grey films (N, H, W, T), the frames of each in an order of its own."""
    order = np.random.default_rng(seed).permuted(np.tile(np.arange(films.shape[3]), (len(films), 1)), axis=1)
    return np.take_along_axis(films, order[:, None, None], axis=3)


def opposite(targets: NDArray[np.int64]) -> NDArray[np.int64]:
    """The classes of films that are played backwards."""
    return (targets + WAYS // 2) % WAYS
