"""Table 2A of the reliability notes, the rows that are shown: what Pillow alone would get wrong comes out right."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageOps

from cnn_core.pictures import open_picture
from tests.pictures import corpus
from tests.pictures.corpus import chunk, noise, png, rgb, saved


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(open_picture(data).image)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "GIF"])
def test_a_plain_picture_comes_out_as_it_went_in(kind):
    image = rgb() if kind != "GIF" else rgb().quantize(64).convert("RGB")
    opened = open_picture(saved(image, kind))
    assert opened.image.mode == "RGB"
    assert opened.notes == []
    assert np.array_equal(np.asarray(opened.image), np.asarray(image))


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_a_lossy_picture_comes_out_nearly_as_it_went_in(kind):
    difference = pixels(saved(rgb(), kind, quality=95)).astype(int) - np.asarray(rgb())
    assert np.abs(difference).mean() < 6


def test_sixteen_bit_grey_keeps_its_greys_where_pillow_turns_it_white():
    """Row 14: 0, 256, 1000, 32768, 65535 by hand: the high byte."""
    data = corpus.png16(np.tile(np.array([[0, 256, 1000, 32768, 65535]], np.uint16), (8, 2)))
    assert pixels(data)[0, :5].tolist() == [0, 1, 3, 128, 255]
    assert open_picture(data).image.mode == "L"
    with Image.open(io.BytesIO(data)) as raw:  # the twin: what the guard is against
        assert np.asarray(raw.convert("L"))[0, :5].tolist() == [0, 255, 255, 255, 255]


def test_sixteen_bit_grey_tiff_keeps_its_greys():
    values = np.linspace(0, 65535, 200).astype(np.uint16).reshape(10, 20)
    assert np.array_equal(pixels(saved(Image.fromarray(values), "TIFF")), values >> 8)


def test_large_sixteen_bit_grey_is_reduced_without_turning_white():
    values = np.full((20, 3000), 1000 * 8, np.uint16)
    found = pixels(saved(Image.fromarray(np.repeat(values, 4, 0)), "TIFF"))
    assert found.shape[1] == 2048
    assert set(np.unique(found)) == {(1000 * 8) >> 8}


def test_sixteen_bit_colour_keeps_the_high_byte():
    row = b"\0" + struct.pack(">6H", 0x1234, 0x5678, 0x9ABC, 0xFFFF, 0, 0x80FF)
    assert pixels(png(2, 1, 16, 2, row))[0].tolist() == [[0x12, 0x56, 0x9A], [0xFF, 0, 0x80]]


def test_sixteen_bit_grey_with_alpha_keeps_the_high_byte_on_white():
    row = b"\0" + struct.pack(">4H", 0x1234, 0xFFFF, 0x5678, 0)
    assert pixels(png(2, 1, 16, 4, row))[0].tolist() == [[0x12] * 3, [255] * 3]


@pytest.mark.parametrize("mode", ["I", "F"])
def test_numbers_beyond_a_byte_are_stretched_and_it_is_said(mode):
    values = np.array([[0, 50_000, 100_000]] * 9, np.int32 if mode == "I" else np.float32)
    opened = open_picture(saved(Image.fromarray(values), "TIFF"))
    assert np.asarray(opened.image)[0].tolist() == [0, 128, 255]
    assert "stretched" in opened.notes[0]


def test_floats_between_0_and_1_do_not_turn_black():
    opened = open_picture(saved(Image.fromarray(np.array([[0, 0.5, 1]] * 9, np.float32)), "TIFF"))
    assert np.asarray(opened.image)[0].tolist() == [0, 128, 255]


def test_floats_that_fit_a_byte_are_kept_as_they_are():
    values = np.array([[0, 7, 200]] * 9, np.float32)
    assert pixels(saved(Image.fromarray(values), "TIFF"))[0].tolist() == [0, 7, 200]


def test_what_is_no_number_becomes_black_and_the_rest_is_stretched():
    values = np.array([[np.nan, np.inf, -np.inf, -1, 3]] * 9, np.float32)
    assert pixels(saved(Image.fromarray(values), "TIFF"))[0].tolist() == [0, 0, 0, 0, 255]


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_is_shown_with_its_colours(kind):
    found = pixels(saved(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), kind))  # magenta and yellow ink: red
    assert found[8, 8, 0] > 200
    assert found[8, 8, 1:].max() < 60


def test_a_cmyk_jpeg_without_adobes_marker_is_shown_as_with_it():
    data = saved(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG")
    at = data.index(b"\xff\xee")
    plain = data[:at] + data[at + 2 + struct.unpack(">H", data[at + 2 : at + 4])[0] :]
    assert b"Adobe" in data
    assert b"Adobe" not in plain
    assert np.array_equal(pixels(plain), pixels(data))


def test_ycbcr_tiff_is_shown_with_its_colours():
    found = pixels(saved(rgb().convert("YCbCr"), "TIFF")).astype(int)
    assert np.abs(found - np.asarray(rgb())).max() <= 4  # rounded there and back


def test_lab_is_shown_in_colour():
    found = pixels(saved(Image.new("LAB", (16, 16), (138, 208, 196)), "TIFF"))
    assert found[8, 8, 0] > 180 > found[8, 8, 2] + 60


@pytest.mark.parametrize("mode", ["1", "L"])
def test_grey_pictures_stay_grey(mode):
    opened = open_picture(saved(Image.fromarray(noise(32, 48)).convert(mode), "PNG"))
    assert opened.image.mode == "L"


def test_a_fax_is_shown_black_on_white():
    lines = Image.fromarray(noise(32, 48)).convert("1")
    assert np.array_equal(pixels(saved(lines, "TIFF", compression="group4")), np.asarray(lines.convert("L")))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photograph_is_shown_upright(kind, orientation):
    found = pixels(corpus.turned(orientation, kind)).astype(int)
    assert found.shape == (32, 48, 3)
    assert np.abs(found - np.asarray(corpus.quadrants())).mean() < 3


def test_a_tiff_that_pillow_turns_itself_is_not_turned_twice():
    assert np.array_equal(pixels(corpus.turned(6, "TIFF")), np.asarray(corpus.quadrants()))


def test_without_the_turning_the_photograph_would_lie_on_its_side(monkeypatch):
    monkeypatch.setattr(ImageOps, "exif_transpose", lambda image: image)
    assert pixels(corpus.turned(6, "JPEG")).shape == (48, 32, 3)


@pytest.mark.parametrize("value", [0, 9])
def test_an_orientation_that_means_nothing_is_ignored(value):
    exif = Image.Exif()
    exif[0x0112] = value
    assert pixels(saved(corpus.quadrants(), "JPEG", exif=exif)).shape == (32, 48, 3)


def test_exif_garbage_is_ignored():
    assert pixels(saved(rgb(), "JPEG", exif=b"Exif\0\0" + b"\xff" * 60)).shape == (32, 48, 3)


def test_an_animation_gives_its_first_frame_and_it_is_said():
    opened = open_picture(corpus.gif(4))
    assert np.asarray(opened.image).max() == 0
    assert opened.notes == ["Only the first frame was used."]


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "MPO"])
def test_other_animations_and_many_pages_give_the_first(kind):
    frames = [Image.new("RGB", (16, 12), (k * 100, 0, 0)) for k in range(3)]
    opened = open_picture(saved(frames[0], kind, save_all=True, append_images=frames[1:]))
    assert np.asarray(opened.image).max() == 0
    assert opened.notes == ["Only the first frame was used."]


def test_nobody_counts_the_frames_of_an_animation(monkeypatch):
    """Row 31: counting 200,000 frames takes 0.6 s; asking whether there is a second one takes none."""
    from PIL import GifImagePlugin

    def count(self):
        raise AssertionError("the frames were counted")

    monkeypatch.setattr(GifImagePlugin.GifImageFile, "n_frames", property(count))
    assert open_picture(corpus.gif(3)).notes


def test_a_tiff_whose_directory_points_to_itself_has_one_page():
    data = bytearray(saved(rgb(), "TIFF"))
    (at,) = struct.unpack_from("<I", data, 4)
    (entries,) = struct.unpack_from("<H", data, at)
    struct.pack_into("<I", data, at + 2 + 12 * entries, at)
    opened = open_picture(bytes(data))
    assert np.array_equal(np.asarray(opened.image), np.asarray(rgb()))


def test_one_pixel_is_a_picture_and_it_is_said():
    opened = open_picture(saved(Image.new("RGB", (1, 1), (9, 8, 7)), "PNG"))
    assert np.asarray(opened.image).tolist() == [[[9, 8, 7]]]
    assert opened.notes == ["It has only 1 x 1 pixels."]


def test_a_png_without_its_end_is_whole():
    data = saved(rgb(), "PNG")
    assert np.array_equal(pixels(data[:-12]), np.asarray(rgb()))


def test_a_gif_without_its_last_byte_is_whole():
    assert pixels(saved(rgb(), "GIF")[:-1]).shape == (32, 48, 3)


def test_what_hangs_behind_a_picture_is_ignored():
    data = saved(rgb(), "JPEG")
    assert np.array_equal(pixels(data + b"<html><script>alert(1)</script>" + data), pixels(data))


@pytest.mark.parametrize("comment", [b"<svg onload=alert(1)>", b"<script>alert(1)</script>", b"%PDF-1.7"])
def test_a_comment_does_not_make_a_picture_something_else(comment):
    gif = saved(rgb().quantize(64), "GIF")
    assert np.array_equal(pixels(saved(rgb().quantize(64), "GIF", comment=comment)), pixels(gif))
    text = chunk(b"tEXt", b"Comment\0" + comment)
    assert pixels(png(8, 8, 8, 0, (b"\0" + b"\x09" * 8) * 8, text)).tolist() == [[9] * 8] * 8


def test_ten_megabytes_of_comment_are_only_bytes():
    text = chunk(b"tEXt", b"k\0" + b"a" * 10_000_000)
    assert pixels(png(8, 8, 8, 0, (b"\0" + b"\x09" * 8) * 8, text)).tolist() == [[9] * 8] * 8


def test_wrong_colours_after_one_flipped_byte_cannot_be_told():
    """Row 7: a JPEG has no checksum, so this is shown; the test says that we know."""
    data = saved(rgb(), "JPEG", quality=90)
    at = len(data) * 3 // 4
    wrong = data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]
    assert not np.array_equal(pixels(wrong), pixels(data))


def test_a_picture_that_unpacks_to_far_too_much_is_read_as_far_as_it_goes():
    """Row 38: 30 MB of packed zeros behind a 60 x 40 header cost nothing."""
    rows = (b"\0" + b"\x55" * 60) * 40 + bytes(30_000_000)
    assert pixels(png(60, 40, 8, 0, rows)).shape == (40, 60)


@pytest.mark.parametrize("profile", [b"garbage", b""])
def test_a_colour_profile_changes_nothing(profile):
    icc = chunk(b"iCCP", b"x\0\0" + zlib.compress(profile))
    rows = (b"\0" + b"\x10\x20\x30" * 4) * 4
    assert pixels(png(4, 4, 8, 2, rows, icc))[0, 0].tolist() == [16, 32, 48]


def test_the_content_decides_not_the_ending(tmp_path):
    path = tmp_path / "really-a-png.jpg"
    path.write_bytes(saved(rgb(), "PNG"))
    assert np.array_equal(np.asarray(open_picture(path).image), np.asarray(rgb()))


def test_a_path_may_be_a_text(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(saved(rgb(), "PNG"))
    assert open_picture(str(path)).image.size == (48, 32)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_large_picture_is_reduced_to_2048(kind):
    opened = open_picture(saved(Image.new("RGB", (5000, 1200), (10, 200, 30)), kind))
    assert max(opened.image.size) == 2048
    assert abs(opened.image.width / opened.image.height - 5000 / 1200) < 0.01


@pytest.mark.parametrize("mode", ["1", "P"])
def test_large_pictures_of_two_colours_or_with_a_palette_are_reduced_too(mode):
    assert max(open_picture(saved(Image.new(mode, (4096, 128)), "PNG")).image.size) == 2048


def test_nothing_but_pixels_goes_on():
    exif = Image.Exif()
    exif[0x010E] = "a secret"
    opened = open_picture(saved(rgb(), "JPEG", exif=exif, comment="another"))
    assert opened.image.info == {}
    assert not opened.image.getexif()
