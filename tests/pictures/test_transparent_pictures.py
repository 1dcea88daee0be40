"""Transparency in all the ways that a file can say it: laid on white, and said, where there is any."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image

from cnn_core.pictures import open_picture
from tests.pictures.corpus import chunk, noise, png, rgb, saved
from tests.pictures.test_good_pictures import pixels


def transparent(how: str) -> bytes:
    """A red picture with a transparent part, by each of the ways a file can say so."""
    hidden = Image.new("RGBA", (16, 16), (255, 0, 0, 0))
    palette = Image.new("P", (16, 16), 3)
    palette.putpalette([0, 0, 0] * 3 + [255, 0, 0])
    rows = (b"\0" + b"\xff\0\0" * 16) * 16
    grey_rows = (b"\0" + b"\x40" * 16) * 16
    return {
        "rgba": lambda: saved(hidden, "PNG"),
        "grey and alpha": lambda: saved(Image.new("LA", (16, 16), (0, 0)), "PNG"),
        "palette, one index": lambda: saved(palette, "PNG", transparency=3),
        "palette, alpha bytes": lambda: saved(palette, "PNG", transparency=bytes([255, 255, 255, 0])),
        "colour key": lambda: png(16, 16, 8, 2, rows, chunk(b"tRNS", struct.pack(">HHH", 255, 0, 0))),
        "grey key": lambda: png(16, 16, 8, 0, grey_rows, chunk(b"tRNS", struct.pack(">H", 0x40))),
        "webp": lambda: saved(hidden, "WEBP", lossless=True, exact=True),
        "gif": lambda: saved(palette, "GIF", transparency=3),
    }[how]()


WAYS = ["rgba", "grey and alpha", "palette, one index", "palette, alpha bytes", "colour key", "grey key", "webp", "gif"]


@pytest.mark.parametrize("how", WAYS)
def test_transparent_parts_are_laid_on_white_and_it_is_said(how):
    opened = open_picture(transparent(how))
    assert np.asarray(opened.image).min() == 255
    assert opened.notes == ["Transparent parts were laid on white."]
    with Image.open(io.BytesIO(transparent(how))) as raw:  # the twin: plain conversion shows what is hidden
        assert np.asarray(raw.convert("RGB")).min() < 255


def test_half_transparent_black_becomes_middle_grey():
    found = pixels(saved(Image.new("RGBA", (16, 16), (0, 0, 0, 128)), "PNG"))
    assert abs(int(found[8, 8, 0]) - 127) <= 1


def opaque(how: str) -> bytes:
    """A picture with a means to be transparent that it makes no use of."""
    key = chunk(b"tRNS", struct.pack(">HHH", 1, 2, 3))
    return {
        "rgba": lambda: saved(rgb().convert("RGBA"), "PNG"),
        "grey and alpha": lambda: saved(Image.fromarray(noise(32, 48)).convert("LA"), "PNG"),
        "palette": lambda: saved(rgb().quantize(64), "PNG", transparency=bytes([255] * 64)),
        "colour key": lambda: png(2, 1, 8, 2, b"\0\x10\x20\x30\x40\x50\x60", key),
    }[how]()


@pytest.mark.filterwarnings("ignore:Palette images")  # pytest takes our own filter away
@pytest.mark.parametrize("how", ["rgba", "grey and alpha", "palette", "colour key"])
def test_an_alpha_channel_that_hides_nothing_changes_nothing_and_is_not_spoken_of(how):
    opened = open_picture(opaque(how))
    assert not any("ransparent" in note for note in opened.notes)
    with Image.open(io.BytesIO(opaque(how))) as raw:
        assert raw.has_transparency_data  # the twin: Pillow alone cannot tell
        assert np.array_equal(np.asarray(opened.image.convert("RGB")), np.asarray(raw.convert("RGB")))
