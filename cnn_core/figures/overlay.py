"""Pictures for the page: enlarged, with rounded corners in an even square, framed, or lit by heat (Pillow, numpy)."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from cnn_core.figures.heat import paint

SIDE = 512  # of the squares on a page, in pixels
SMOOTH_FROM = 64  # smaller pictures are shown with their pixels as squares
Pixels = NDArray[np.uint8]


def rgb(picture: Pixels) -> Pixels:
    """(H, W), (H, W, 1) or (H, W, 3) as (H, W, 3)."""
    flat = picture[..., None] if picture.ndim == 2 else picture
    return np.ascontiguousarray(np.broadcast_to(flat, (*flat.shape[:2], 3)))


def grey(picture: Pixels) -> NDArray[np.float32]:
    """How bright a picture is, float32 (H, W) in 0..1, by Rec. 601 as Pillow and the eye weigh colours."""
    weights = np.array([0.299, 0.587, 0.114], np.float32) / np.float32(255)
    return np.asarray(rgb(picture).astype(np.float32) @ weights, np.float32)


def enlarged(picture: Pixels, side: int = SIDE) -> Pixels:
    """A picture with a longer side of `side` pixels: uint8 (h, w, 3).

    Small ones keep their pixels as squares, others are smooth.
    """
    height, width = picture.shape[:2]
    smooth = max(height, width) >= SMOOTH_FROM
    how = Image.Resampling.LANCZOS if smooth else Image.Resampling.NEAREST
    return np.asarray(Image.fromarray(rgb(picture)).resize(_fitted(width, height, side), how))


def _fitted(width: int, height: int, side: int) -> tuple[int, int]:
    scale = side / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def heat_picture(heat: NDArray[np.float32], colors: str = "inferno", side: int = SIDE) -> Pixels:
    """A map (H, W) alone, smooth, uint8 (h, w, 3): the last colour is its true maximum."""
    return _bytes(paint(smooth(heat, side), float(heat.max(initial=0)), colors))


def overlay(
    picture: Pixels,
    heat: NDArray[np.float32],
    opacity: float = 0.5,
    colors: str = "inferno",
    in_color: bool = False,
    side: int = SIDE,
    most: float | None = None,
) -> Pixels:
    """Heat as light on the grey picture, so that every colour is heat and dark places stay readable.

    Args:
        picture: uint8 (H, W, C). heat: float32 (H, W) of the same picture, 0 and above, true scale.
        opacity: 0 shows the bare picture, 1 hardly any of it. in_color: keep the colours of the picture.
        most: the heat that gets the last colour; default the maximum of `heat`.

    Returns:
        uint8 (h, w, 3), the longer side `side` pixels.
    """
    strength = min(1.0, 1.85 * opacity)
    large = enlarged(picture, side)
    ground = large.astype(np.float32) / 255 if in_color else grey(large)[..., None]
    light = paint(smooth(heat, side), float(heat.max(initial=0)) if most is None else most, colors)
    return _bytes(1 - (1 - ground * (1 - 0.3 * strength)) * (1 - light * strength))


def smooth(heat: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """A map (H, W) enlarged without steps, float32 (h, w), the longer side `side` pixels."""
    height, width = heat.shape
    return np.asarray(
        Image.fromarray(heat.astype(np.float32)).resize(_fitted(width, height, side), Image.Resampling.BILINEAR)
    )


def spread(values: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """A map (h, w) over all of a picture, whatever its own proportions: float32 (height, width), without steps."""
    image = Image.fromarray(values.astype(np.float32))
    return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR))


def _bytes(picture: NDArray[np.float32]) -> Pixels:
    return np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)


def framed(picture: Pixels, window: tuple[float, float, float, float], side: int = SIDE) -> Pixels:
    """A picture with a white frame around `window` (left, top, right, bottom, in its pixels); none around all of it."""
    height, width = picture.shape[:2]
    large = enlarged(picture, side)
    left, top, right, bottom = max(0, window[0]), max(0, window[1]), min(width, window[2]), min(height, window[3])
    if (left, top, right, bottom) == (0, 0, width, height):
        return large
    scale = side / max(width, height)
    box = [round(left * scale), round(top * scale), round(right * scale) - 1, round(bottom * scale) - 1]
    image = Image.fromarray(large)
    brush = ImageDraw.Draw(image)
    brush.rectangle([box[0] - 1, box[1] - 1, box[2] + 1, box[3] + 1], outline=(0, 0, 0), width=6)  # for white pictures
    brush.rectangle(box, outline=(255, 255, 255), width=4)
    return np.asarray(image)


def squared(picture: Pixels, side: int = SIDE, radius: int = 14) -> Pixels:
    """A picture in the middle of a clear square, its corners rounded: uint8 (side, side, 4)."""
    height, width = picture.shape[:2]
    corner = Image.new("L", (width, height), 0)
    ImageDraw.Draw(corner).rounded_rectangle([0, 0, width - 1, height - 1], radius, fill=255)
    whole = np.zeros((side, side, 4), np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    whole[top : top + height, left : left + width] = np.dstack([picture, np.asarray(corner)])
    return whole


def beside(pictures: Sequence[Pixels], gap: int = 16) -> Pixels:
    """Pictures (h, w, 3) of one size in a line, uint8 (h, w', 3), a white gap between them."""
    height = pictures[0].shape[0]
    space = np.full((height, gap, 3), 255, np.uint8)
    parts = [part for one in pictures for part in (space, one)]
    return np.concatenate(parts[1:], axis=1)


def png(picture: Pixels) -> bytes:
    """A picture as a PNG file; little compression, for speed."""
    shape = picture[..., 0] if picture.ndim == 3 and picture.shape[2] == 1 else picture
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(shape)).save(file, "PNG", compress_level=1)
    return file.getvalue()


def npy(array: NDArray[np.float32]) -> bytes:
    """An array as a .npy file."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()
