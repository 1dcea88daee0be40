"""A photograph brought to a square in different ways, with what is lost; stripes that turn into others."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnn_core.base.options import parse_options
from cnn_core.chapters.looks import SIDE, Drawn, Look
from cnn_core.chapters.looks._pictures import photo, shown

CASES: dict[str, dict[str, Any]] = {
    "crop": {"strategy": "crop"},
    "pad": {"strategy": "pad"},
    "stretch": {"strategy": "stretch"},
    "32 pixels, bilinear": {"size": 32},
    "32 pixels, nearest": {"size": 32, "interpolation": "nearest"},
}


def draw(choice: str, theme: str) -> Drawn:
    """The step of the pipeline itself, and the part of the picture that it keeps."""
    from PIL import Image

    from cnn_core.figures.overlay import framed
    from cnn_core.preprocessing.steps import SHELF

    picture, step = photo(1), SHELF.load("resize")
    options = parse_options(step.options, {"size": 224, **CASES[choice]}, "resize")
    height, width = picture.shape[:2]
    fitted = {"size": [options.model_dump()["size"]] * 2}
    window = step.build.window(options, fitted, width, height)
    assert window is not None  # noqa: S101 - resizing always says what it keeps
    left, _, right, _ = window
    found = np.asarray(step.build.picture(options, fitted, Image.fromarray(picture)))
    kept = (min(right, width) - max(left, 0)) / width
    says = {
        "crop": f"The short side fits, {kept:.0%} of the width is kept; the frame shows it. True proportions.",
        "pad": f"All of it is there, and {1 - height / width:.0%} of the square is black.",
        "stretch": f"All of it is there, {width / height:.2f} times too narrow.",
        "32 pixels, bilinear": "Small, and each pixel is a mean of those that it stands for.",
        "32 pixels, nearest": "Small, and each pixel is one that happened to lie there: fine lines break.",
    }[choice]
    side = found.shape[0]
    return Drawn(
        f"{width} × {height} to {side} × {side}. {says}",
        pictures=(
            (f"the photograph, {width} × {height}", framed(picture, window, 2 * SIDE)),
            (f"what the network gets, {side} × {side}", shown(found)),
        ),
    )


LOOK = Look("Every picture to one size: what is lost?", tuple(CASES), draw)
