"""Many small pictures as one: a sheet that a browser loads once and cuts up itself."""

from __future__ import annotations

import base64
import io
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

HEAVY = 300_000  # bytes of pixels above which colour goes as WebP


@dataclass(frozen=True)
class Sheet:
    """Pictures of one size in one file.

    `uri` is a data URI; `columns` and `rows` count cells; a cell is a picture of (height, width) with an edge of one
    pixel all round that repeats the picture's own border, so that scaling never shows a neighbour.
    """

    uri: str
    count: int
    columns: int
    rows: int
    height: int
    width: int


def sheet(pictures: NDArray[np.uint8], most: int | None = None) -> Sheet:
    """Lay pictures out in one file: PNG, or WebP where colour pictures would be heavy.

    Args:
        pictures: uint8 (N, H, W, C) with 1 or 3 channels, or (N, H, W). most: sides longer than this are shrunk to it.

    Raises:
        ValueError: another shape or type, or no picture.
    """
    stack = pictures[..., None] if pictures.ndim == 3 else pictures
    if stack.ndim != 4 or stack.shape[3] not in (1, 3) or stack.dtype != np.uint8 or not len(stack):
        raise ValueError(
            f"pictures must be uint8 (N, H, W, C) with 1 or 3 channels, not {pictures.dtype} {pictures.shape}"
        )
    if most is not None and max(stack.shape[1:3]) > most:
        stack = _shrunk(stack, most)
    count, height, width, channels = stack.shape
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    edged = np.pad(stack, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    filled = np.zeros((rows * columns, *edged.shape[1:]), np.uint8)
    filled[:count] = edged
    laid = filled.reshape(rows, columns, height + 2, width + 2, channels).swapaxes(1, 2)
    whole = laid.reshape(rows * (height + 2), columns * (width + 2), channels)
    uri = webp_uri(whole) if channels == 3 and whole.size > HEAVY else png_uri(whole)
    return Sheet(uri, count, columns, rows, height, width)


def _shrunk(stack: NDArray[np.uint8], most: int) -> NDArray[np.uint8]:
    """Pictures with their longer side shrunk to `most` pixels."""
    scale = most / max(stack.shape[1:3])
    size = (max(1, round(stack.shape[2] * scale)), max(1, round(stack.shape[1] * scale)))
    small = [np.asarray(_image(one).resize(size, Image.Resampling.BOX, reducing_gap=2.0)) for one in stack]
    return np.stack(small).reshape(len(stack), size[1], size[0], stack.shape[3])


def png_uri(picture: NDArray[np.uint8]) -> str:
    """A uint8 picture (H, W, C) or (H, W) as the data URI of a PNG."""
    return _uri(picture, "png", compress_level=6)


def webp_uri(picture: NDArray[np.uint8]) -> str:
    """A uint8 picture (H, W, 3) as the data URI of a WebP, a tenth of the PNG for photographs."""
    return _uri(picture, "webp", quality=85)


def _uri(picture: NDArray[np.uint8], kind: str, **how: int) -> str:
    out = io.BytesIO()
    _image(picture).save(out, kind, **how)
    return f"data:image/{kind};base64," + base64.b64encode(out.getvalue()).decode()


def _image(picture: NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(picture[..., 0] if picture.ndim == 3 and picture.shape[2] == 1 else picture)
