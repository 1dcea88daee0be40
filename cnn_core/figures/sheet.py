"""Many small pictures as one: a sheet that a browser loads once and cuts up itself."""

from __future__ import annotations

import base64
import io
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image


@dataclass(frozen=True)
class Sheet:
    """Pictures of one size in one PNG.

    `uri` is a data URI; `columns` and `rows` count cells; a cell is a picture of (height, width) with an edge of one
    pixel all round that repeats the picture's own border, so that scaling never shows a neighbour.
    """

    uri: str
    count: int
    columns: int
    rows: int
    height: int
    width: int


def sheet(pictures: NDArray[np.uint8]) -> Sheet:
    """Lay pictures out in one PNG.

    Args:
        pictures: uint8 (N, H, W, C) with 1 or 3 channels, or (N, H, W).

    Raises:
        ValueError: another shape or type, or no picture.
    """
    stack = pictures[..., None] if pictures.ndim == 3 else pictures
    if stack.ndim != 4 or stack.shape[3] not in (1, 3) or stack.dtype != np.uint8 or not len(stack):
        raise ValueError(
            f"pictures must be uint8 (N, H, W, C) with 1 or 3 channels, not {pictures.dtype} {pictures.shape}"
        )
    count, height, width, channels = stack.shape
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    edged = np.pad(stack, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    filled = np.zeros((rows * columns, *edged.shape[1:]), np.uint8)
    filled[:count] = edged
    laid = filled.reshape(rows, columns, height + 2, width + 2, channels).swapaxes(1, 2)
    whole = laid.reshape(rows * (height + 2), columns * (width + 2), channels)
    return Sheet(png_uri(whole), count, columns, rows, height, width)


def png_uri(picture: NDArray[np.uint8]) -> str:
    """A uint8 picture (H, W, C) or (H, W) as the data URI of a PNG."""
    flat = picture[..., 0] if picture.ndim == 3 and picture.shape[2] == 1 else picture
    out = io.BytesIO()
    Image.fromarray(flat).save(out, "PNG", compress_level=6)
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()
