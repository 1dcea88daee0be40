"""Views of one picture, as augmentation makes them, and one that is no longer what its label says."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnn_core.base.options import parse_options
from cnn_core.chapters.looks import SIDE, Drawn, Look, Pixels
from cnn_core.chapters.looks._pictures import digit

VIEWS = 16
CASES: dict[str, tuple[str, dict[str, Any], str]] = {
    "shifted": (
        "shift",
        {"pixels": 2},
        "Sixteen views of one 2, shifted by up to two pixels. It stays a 2: the label is true for all. But they are "
        "views of one hand, and no sixteen hands.",
    ),
    "mirrored": (
        "flip",
        {"horizontal": 0.5},
        "Every second one is mirrored, and a mirrored 2 is no 2. A network that is told that it is learns something "
        "wrong, at full price.",
    ),
    "upside down": (
        "flip",
        {"horizontal": 1.0, "vertical": 0.5},
        "Every second one is turned by half, the others are mirrored. Nobody writes like this.",
    ),
}


def draw(choice: str, theme: str) -> Drawn:
    """Sixteen draws of one augmentation for one picture."""
    import torch

    from cnn_core.augmentation.apply import Augmenter
    from cnn_core.augmentation.entries import SHELF
    from cnn_core.figures.tiles import mosaic

    name, options, says = CASES[choice]
    augmenter = Augmenter([(name, parse_options(SHELF.load(name).options, options, name))], VIEWS, seed=1)
    augmenter.epoch(0)
    one = np.pad(digit(2), 2)[..., None]
    views = augmenter.batch(torch.from_numpy(one[None].repeat(VIEWS, axis=0)), torch.arange(VIEWS)).numpy()
    return Drawn(says, pictures=(("the picture", _large(one)), ("what training sees of it", mosaic(_rgb(views)))))


def _rgb(pictures: Pixels) -> Pixels:
    return pictures.repeat(3, axis=-1)


def _large(picture: Pixels) -> Pixels:
    from cnn_core.figures.tiles import enlarge

    return enlarge(_rgb(picture), 2 * SIDE)


LOOK = Look("One picture, sixteen views", tuple(CASES), draw)
