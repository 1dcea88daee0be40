"""What a generator drew while it was trained, always from the same noise: one PNG file a validation, `samples/`."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnn_core.base.files import atomic_write, make_folder
from cnn_core.figures.overlay import png
from cnn_core.figures.tiles import mosaic

FOLDER = "samples"
MOST = 120  # of a run; when there are more, every second one goes, so that they still tell the whole way
NAME = re.compile(r"step-(\d{8,12})\.png", re.ASCII)


def keep(run: Path, step: int, pictures: NDArray[np.uint8]) -> None:
    """Write the pictures, uint8 (N, H, W, C) with 1 or 3 channels, as one; never more than `MOST` stay."""
    folder = run / FOLDER
    make_folder(folder)
    colored = pictures if pictures.shape[3] == 3 else pictures.repeat(3, axis=3)
    atomic_write(folder / f"step-{step:08}.png", png(mosaic(colored)), sync=False)
    there = list(kept(run).values())
    if len(there) > MOST:
        for path in there[1:-1:2]:
            path.unlink(missing_ok=True)


def kept(run: Path) -> dict[int, Path]:
    """The files by step, in order; none of a run that draws nothing, or whose folder cannot be read."""
    try:
        names = [path for path in (run / FOLDER).iterdir() if NAME.fullmatch(path.name) and not path.is_symlink()]
    except OSError:
        return {}
    return {int(path.stem.removeprefix("step-")): path for path in sorted(names, key=lambda one: one.name)}
