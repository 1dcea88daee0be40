"""Good and bad picture files, all made in code: no binary file lies in the repository."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from PIL import Image

SIZE = (48, 32)  # width, height


def noise(*shape: int) -> np.ndarray:
    """Smooth enough for JPEG, different everywhere."""
    small = np.random.default_rng(0).integers(0, 256, (6, 8, *shape[2:]), np.uint8)
    return np.asarray(Image.fromarray(small).resize((shape[1], shape[0]), Image.Resampling.BICUBIC))


def rgb() -> Image.Image:
    return Image.fromarray(noise(32, 48, 3))


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, depth: int, colour: int, data: bytes, *extra: bytes) -> bytes:
    """A PNG written by hand; `data` is the rows with their filter bytes, not yet packed."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def png16(values: np.ndarray) -> bytes:
    """A 16-bit grey PNG of uint16 (H, W)."""
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    return png(values.shape[1], values.shape[0], 16, 0, rows)


def gif(frames: int) -> bytes:
    """An animated GIF: frame k is filled with grey k * 40."""
    images = [Image.new("L", (16, 12), k * 40) for k in range(frames)]
    return saved(images[0], "GIF", save_all=True, append_images=images[1:], duration=40)


def quadrants() -> Image.Image:
    """Four colours, so that a turned or mirrored picture is seen: 48 x 32, red, green / blue, white."""
    array = np.zeros((32, 48, 3), np.uint8)
    array[:16, :24], array[:16, 24:] = (255, 0, 0), (0, 255, 0)
    array[16:, :24], array[16:, 24:] = (0, 0, 255), (255, 255, 255)
    return Image.fromarray(array)


def turned(orientation: int, kind: str) -> bytes:
    """The quadrants, stored such that a reader who obeys the EXIF orientation sees them upright."""
    turns = Image.Transpose
    undo = {
        1: None,
        2: turns.FLIP_LEFT_RIGHT,
        3: turns.ROTATE_180,
        4: turns.FLIP_TOP_BOTTOM,
        5: turns.TRANSPOSE,
        6: turns.ROTATE_90,
        7: turns.TRANSVERSE,
        8: turns.ROTATE_270,
    }[orientation]
    image = quadrants() if undo is None else quadrants().transpose(undo)
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"JPEG": {"quality": 95, "subsampling": 0}, "WEBP": {"lossless": True}}.get(kind, {})
    return saved(image, kind, exif=exif, **options)
