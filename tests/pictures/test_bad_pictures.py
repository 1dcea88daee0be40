"""Table 2A of the reliability notes, the rows that are refused: one kind of error, one sentence, nothing else."""

from __future__ import annotations

import io
import os
import struct
import threading
import zlib

import numpy as np
import pytest
from PIL import Image, ImageFile

from cnn_core.base.errors import BadPicture
from cnn_core.pictures import opener
from cnn_core.pictures.opener import open_picture
from tests.pictures.corpus import chunk, png, rgb, saved

JPEG, PNG = saved(rgb(), "JPEG", quality=90), saved(rgb(), "PNG")


def header(width: int, height: int) -> bytes:
    """A PNG that states a size and has no pixels."""
    return png(width, height, 8, 2, b"")


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


CUT = {
    "JPEG half": JPEG[: len(JPEG) // 2],
    "JPEG last byte": JPEG[:-1],
    "JPEG last 2": JPEG[:-2],
    "JPEG last 12": JPEG[:-12],
    "JPEG first 10": JPEG[:10],
    "PNG half": PNG[: len(PNG) // 2],
    "PNG data byte flipped": flipped(PNG, len(PNG) // 2),
    "GIF half": saved(rgb(), "GIF")[:1200],
    "BMP half": saved(rgb(), "BMP")[:2000],
    "TIFF half": saved(rgb(), "TIFF")[:2000],
    "WebP last byte": saved(rgb(), "WEBP")[:-1],
}


@pytest.mark.parametrize("data", CUT.values(), ids=CUT)
def test_a_picture_that_was_cut_or_damaged_is_refused(data):
    with pytest.raises(BadPicture, match=r"^holiday\.jpg could not be read: the file (ends too early|is damaged)"):
        open_picture(data, "holiday.jpg")


def test_the_sentence_says_what_why_and_what_to_do():
    with pytest.raises(BadPicture) as error:
        open_picture(JPEG[: len(JPEG) // 2], "holiday.jpg")
    assert str(error.value) == (
        "holiday.jpg could not be read: the file ends too early (probably a broken download). Choose another picture."
    )


def test_a_library_that_allows_cut_pictures_does_not_change_our_mind(monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with Image.open(io.BytesIO(JPEG[:-400])) as raw:
        raw.load()  # the twin: with the switch on, Pillow shows a picture that is half grey
    with pytest.raises(BadPicture):
        open_picture(JPEG[:-400])


NO_PICTURE = {
    "one byte": b"x",
    "1 KB of NUL": bytes(1024),
    "text": b"this is text\n" * 20,
    "HTML": b"<!doctype html><html></html>",
    "ELF": b"\x7fELF" + bytes(100),
    "PNG signature only": b"\x89PNG\r\n\x1a\n",
    "PNG wrong header checksum": flipped(PNG, 30),
    "PNG 0 x 0": header(0, 0),
    "PPM": b"P6 2 2 255 " + bytes(12),
    "TGA": bytes([0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2, 0, 24, 0]) + bytes(12),
    "ICO": saved(rgb(), "ICO"),
    "DDS": saved(rgb(), "DDS"),
    "PCX": saved(rgb(), "PCX"),
    "FITS": b"SIMPLE  =                    T" + b" " * 50 + b"END" + b" " * 3000,
    "QOI": b"qoif" + struct.pack(">IIBB", 2, 2, 3, 0) + b"\xfe\x01\x02\x03\xc2" + bytes(7) + b"\x01",
    "WebP half": saved(rgb(), "WEBP")[:20],
}


@pytest.mark.parametrize("data", NO_PICTURE.values(), ids=NO_PICTURE)
def test_what_is_no_picture_that_we_read_is_refused(data):
    with pytest.raises(BadPicture, match=r"it is not a picture in PNG, JPEG, WebP, GIF, BMP or TIFF format|damaged"):
        open_picture(data)


def test_without_the_list_of_formats_others_would_come_in(monkeypatch):
    monkeypatch.setattr(opener, "FORMATS", None)
    assert open_picture(NO_PICTURE["PPM"]).image.size == (2, 2)


FOREIGN = {
    "HEIC": (b"\0\0\0\x18ftypheic" + bytes(40), "a HEIC picture", "Save it as JPEG"),
    "AVIF": (saved(rgb(), "AVIF"), "an AVIF picture", "Save it as JPEG"),
    "JPEG XL": (b"\xff\x0a" + bytes(40), "a JPEG XL picture", "Save it as JPEG"),
    "JPEG XL in a box": (b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(9), "a JPEG XL picture", "Save it as JPEG"),
    "JPEG 2000": (saved(rgb(), "JPEG2000"), "a JPEG 2000 picture", "Save it as JPEG"),
    "DICOM": (bytes(128) + b"DICM" + bytes(40), "a DICOM file", "Export it as PNG"),
    "PDF": (b"%PDF-1.7\n" + bytes(40), "a PDF document", "Export it as PNG"),
    "SVG": (b'<?xml version="1.0"?>\n<svg xmlns="..."></svg>', "an SVG drawing", "Export it as PNG"),
    "EPS": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "a PostScript file", "Export it as PNG"),
    "PSD": (b"8BPS\0\x01" + bytes(40), "a Photoshop file", "Export it as PNG"),
    "zip": (b"PK\x03\x04" + bytes(40), "a zip archive", "Unpack it"),
    "video": (b"\0\0\0\x20ftypisom" + bytes(40), "a video", "still picture"),
}


@pytest.mark.parametrize(("data", "what", "advice"), FOREIGN.values(), ids=FOREIGN)
def test_a_known_format_that_is_not_read_is_named_with_a_way_out(data, what, advice):
    with pytest.raises(BadPicture, match=rf"^x could not be read: it is {what}, which is not read here\. .*{advice}"):
        open_picture(data, "x")


def test_an_empty_file_is_called_empty():
    with pytest.raises(BadPicture, match="the file is empty"):
        open_picture(b"")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")  # pytest takes our own filter away
@pytest.mark.parametrize(
    ("size", "why"),
    [
        ((30_000, 30_000), "too many pixels"),
        ((2**31 - 1, 1), "too many pixels"),
        ((2**31, 1), "too many pixels"),
        ((12_000, 10_000), "12000 x 10000 pixels, more than 25 megapixels"),
        ((5_001, 5_000), "5001 x 5000 pixels, more than 25 megapixels"),
        ((16_385, 1_000), "16385 x 1000 pixels, more than 16384 on a side"),
        ((1, 10_000), "1 x 10000 pixels, one side more than 50 times the other"),
        ((10_251, 205), "one side more than 50 times"),
    ],
)
def test_a_size_beyond_the_limits_is_refused_from_the_header(size, why):
    with pytest.raises(BadPicture, match=why):
        open_picture(header(*size))  # has no pixels: reading them would be another error


@pytest.mark.parametrize("size", [(5_000, 5_000), (16_384, 1_000), (10_250, 205)])
def test_a_size_at_the_limits_passes_the_header(size):
    with pytest.raises(BadPicture, match=r"ends too early|damaged"):
        open_picture(header(*size))


def test_64_megapixels_in_8_kilobytes_are_refused():
    data = saved(Image.new("1", (8000, 8000)), "PNG")
    assert len(data) < 20_000
    with pytest.raises(BadPicture, match="25 megapixels"):
        open_picture(data)


def test_a_gif_that_states_65535_squared_is_refused():
    data = saved(rgb(), "GIF")
    with pytest.raises(BadPicture, match="too many pixels"):
        open_picture(data[:6] + struct.pack("<HH", 65535, 65535) + data[10:])


def test_without_the_pixel_limit_the_same_picture_is_taken(monkeypatch):
    data = saved(Image.new("1", (5100, 5000)), "PNG")
    with pytest.raises(BadPicture):
        open_picture(data)
    monkeypatch.setattr(opener, "MAX_PIXELS", 10**9)
    assert open_picture(data).image.size[0] == 2048


BOMB = zlib.compress(bytes(80_000_000), 1)
UNPACKED = {
    "zTXt": chunk(b"zTXt", b"k\0\0" + BOMB),
    "iTXt": chunk(b"iTXt", b"k\0\1\0\0\0" + BOMB),
    "iCCP": chunk(b"iCCP", b"k\0\0" + BOMB),
    "80 of 1 MB": chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(1_000_000), 1)) * 80,
}


@pytest.mark.parametrize("extra", UNPACKED.values(), ids=UNPACKED)
def test_what_unpacks_to_80_megabytes_beside_the_pixels_is_refused(extra):
    with pytest.raises(BadPicture):
        open_picture(png(4, 4, 8, 0, (b"\0" + bytes(4)) * 4, extra))


def test_more_than_20_megabytes_are_refused_before_they_are_looked_at(monkeypatch, tmp_path):
    monkeypatch.setattr(Image, "open", lambda *a, **k: pytest.fail("it was opened"))
    data = PNG + bytes(20 * 2**20)
    path = tmp_path / "huge.png"
    path.write_bytes(data)
    for source in (data, path):
        with pytest.raises(BadPicture, match="larger than 20 MB"):
            open_picture(source)


def test_a_path_that_is_no_file_is_refused(tmp_path):
    with pytest.raises(BadPicture, match=r"gone\.png could not be read: there is no such file"):
        open_picture(tmp_path / "gone.png")
    with pytest.raises(BadPicture, match="it is not a file"):
        open_picture(tmp_path)
    os.mkfifo(tmp_path / "pipe.png")  # reading it would wait for ever
    with pytest.raises(BadPicture, match="it is not a file"):
        open_picture(tmp_path / "pipe.png")
    with pytest.raises(BadPicture):
        open_picture("a\0b.png")
    with pytest.raises(BadPicture):
        open_picture("x" * 5000)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "<script>\n\t", "![x](http://a/b.png)", "🦊\u202egnp.exe", "x" * 9999]
)
def test_any_name_gives_one_short_line(name):
    with pytest.raises(BadPicture) as error:
        open_picture(b"", name)
    assert len(str(error.value)) < 200
    assert str(error.value).isprintable()


def test_a_picture_of_no_number_at_all_is_refused():
    with pytest.raises(BadPicture, match="no number"):
        open_picture(saved(Image.fromarray(np.full((9, 9), np.nan, np.float32)), "TIFF"))


def test_at_most_two_pictures_are_decoded_at_once(monkeypatch):
    inside, most, third = threading.Semaphore(0), [], threading.Event()
    now = {"n": 0}
    lock = threading.Lock()

    def slow(image, notes):
        with lock:
            now["n"] += 1
            most.append(now["n"])
        inside.release()
        third.wait(10)
        with lock:
            now["n"] -= 1
        return opener.Picture(image, notes)

    monkeypatch.setattr(opener, "_finish", slow)
    threads = [threading.Thread(target=open_picture, args=(PNG,)) for _ in range(5)]
    for thread in threads:
        thread.start()
    assert inside.acquire(timeout=10)
    assert inside.acquire(timeout=10)
    assert not inside.acquire(timeout=0.2)  # the third is not let in
    third.set()
    for thread in threads:
        thread.join(10)
    assert max(most) == 2
