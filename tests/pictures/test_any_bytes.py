"""Files that are damaged at random: nothing but `BadPicture` may come out of the opener."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from PIL import Image

from cnn_core.base.errors import BadPicture
from cnn_core.pictures import opener
from cnn_core.pictures.opener import open_picture
from tests.pictures import corpus
from tests.pictures.corpus import rgb, saved


def mutated(data: bytes, rng: np.random.Generator) -> bytes:
    """One of five faults: cut, some bytes, bytes of the header, inserted, taken out."""
    at = int(rng.integers(1, len(data)))
    some = bytes(rng.integers(0, 256, int(rng.integers(1, 9)), np.uint8))
    kind = int(rng.integers(5))
    if kind == 0:
        return data[:at]
    if kind in (1, 2):
        at = at if kind == 1 else int(rng.integers(min(64, len(data))))
        return data[:at] + some + data[at + len(some) :]
    return data[:at] + some + data[at:] if kind == 3 else data[:at] + data[at + len(some) :]


def corpora() -> list[bytes]:
    tiny = rgb().resize((12, 9))
    kinds = [saved(tiny, kind) for kind in ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")]
    more = [corpus.turned(6, "JPEG"), corpus.gif(3), corpus.png16(np.arange(60, dtype=np.uint16).reshape(6, 10))]
    return [*kinds, *more, saved(tiny.convert("RGBA"), "PNG"), saved(tiny.convert("CMYK"), "TIFF")]


def complaints(read, times: int) -> set[str]:
    rng, found, whole = np.random.default_rng(0), set(), corpora()
    for _ in range(times):
        for data in whole:
            try:
                read(mutated(data, rng))
            except BadPicture as error:
                if not re.match(r"The picture could not be read: .+\. .+\.$", str(error)):
                    found.add(str(error))
            except Exception as error:  # noqa: BLE001 - what may come out is the question
                found.add(type(error).__name__)
    return found


@pytest.mark.filterwarnings("ignore")  # pytest takes our own filter away
def test_whatever_the_bytes_are_nothing_but_badpicture_comes_out(capfd):
    assert complaints(open_picture, 2500) == set()
    capfd.readouterr()  # libtiff writes straight to stderr


@pytest.mark.filterwarnings("ignore")
def test_the_same_bytes_make_pillow_raise_other_things(capfd):
    """The twin: the mutations do reach what the opener guards against."""

    def raw(data: bytes) -> None:
        with Image.open(io.BytesIO(data), formats=opener.FORMATS) as image:
            image.load()

    assert len(complaints(raw, 15)) >= 2
    capfd.readouterr()
