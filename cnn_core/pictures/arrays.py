"""Pictures from arrays and whatever else a user may have, and thumbnails of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnn_core.base.errors import UserError
from cnn_core.pictures.opener import Picture, check_size, from_image, open_picture


def as_picture(source: bytes | Path | str | Image.Image | NDArray[np.uint8], name: str = "") -> Picture:
    """A picture from whatever a user may have: bytes or path of a file, a Pillow picture, an array.

    Raises:
        BadPicture: it cannot be used, and why. UserError: an array of another form.
    """
    if isinstance(source, np.ndarray):
        return from_array(source, name)
    if isinstance(source, Image.Image):
        return from_image(source, name)
    return open_picture(source, name)


def from_array(array: NDArray[np.uint8], name: str = "") -> Picture:
    """uint8 (H, W), or (H, W, C) with 1 grey channel, 3 (RGB) or 4 (RGBA, laid on white).

    Raises:
        UserError: another form or type. BadPicture: too large.
    """
    fits = isinstance(array, np.ndarray) and array.dtype == np.uint8 and array.size > 0
    if not fits or not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (1, 3, 4))):
        found = f"{getattr(array, 'dtype', type(array).__name__)} {getattr(array, 'shape', '')}".strip()
        raise UserError(
            f"An array given as a picture must be uint8 of shape (H, W) or (H, W, C) with 1, 3 or 4 channels; "
            f"this one is {found}."
        )
    check_size(array.shape[1], array.shape[0], name)
    return from_image(_image(array), name)


def _image(array: NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(array[..., 0] if array.shape[2:] == (1,) else array))


def thumbnail(image: Image.Image, side: int) -> Image.Image:
    """The whole picture within side x side pixels; a smaller one is enlarged so that its pixels stay visible."""
    scale = side / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.BILINEAR if scale < 1 else Image.Resampling.NEAREST)
