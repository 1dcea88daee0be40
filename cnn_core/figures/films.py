"""Films as still pictures: their frames side by side, as a strip or in a few rows; and as an animation."""

from __future__ import annotations

import base64
import io
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
GAP, GREY = 1, 128  # pixels between frames, and their shade


def laid(films: Pixels, frames: int, columns: int = 0) -> Pixels:
    """Films uint8 (N, H, W, frames * C) as pictures (N, H', W', C) of their frames, left to right, then down.

    Args:
        columns: frames in a row; 0: so many that the whole is about square.
    """
    count, height, width, channels = films.shape
    columns = min(frames, columns or math.ceil(math.sqrt(frames * height / width)))
    rows = math.ceil(frames / columns)
    colors = channels // frames
    cells = np.full((count, rows * columns, height + GAP, width + GAP, colors), GREY, np.uint8)
    apart = films.reshape(count, height, width, frames, colors).transpose(0, 3, 1, 2, 4)
    cells[:, :frames, :height, :width] = apart
    whole = cells.reshape(count, rows, columns, height + GAP, width + GAP, colors).swapaxes(2, 3)
    return whole.reshape(count, rows * (height + GAP), columns * (width + GAP), colors)[:, :-GAP, :-GAP]


def strips(films: Pixels, frames: int) -> Pixels:
    """Films uint8 (N, H, W, frames * C) as strips (N, H, frames * (W + 1) - 1, C), the first frame on the left."""
    return laid(films, frames, frames)


def animation_uri(film: Pixels, frames: int, side: int = 192, seconds: float = 0.25) -> str:
    """One film uint8 (H, W, frames * C) as the data URI of an animation (WebP) that begins again at its end.

    Args:
        side: of the whole, about; frames grow by whole pixels. seconds: that a frame stays.
    """
    height, width, channels = film.shape
    times = max(1, side // max(height, width))
    apart = np.moveaxis(film.reshape(height, width, frames, channels // frames), 2, 0)
    grown = apart.repeat(times, axis=1).repeat(times, axis=2)
    pictures = [Image.fromarray(one[..., 0] if one.shape[2] == 1 else one).convert("RGB") for one in grown]
    out = io.BytesIO()
    pictures[0].save(
        out, "webp", save_all=True, append_images=pictures[1:], duration=round(1000 * seconds), loop=0, lossless=True
    )
    return "data:image/webp;base64," + base64.b64encode(out.getvalue()).decode()
