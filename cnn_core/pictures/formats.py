"""What a file is, by its first bytes: to name a format that is not read here, and say what to do."""

from __future__ import annotations

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")  # Pillow's names; JPEG lets MPO in, which phones write
READ = "PNG, JPEG, WebP, GIF, BMP or TIFF"

AS_JPEG = "Save it as JPEG and try again."
AS_PNG = "Export it as PNG and try again."
ANOTHER = "Choose another picture."

_SIGNATURES: tuple[tuple[int, tuple[bytes, ...], str, str], ...] = (  # offset, beginnings, name, what to do
    (4, (b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypheim", b"ftypmif1", b"ftypmsf1"), "a HEIC picture", AS_JPEG),
    (4, (b"ftypavif", b"ftypavis"), "an AVIF picture", AS_JPEG),
    (0, (b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n"), "a JPEG XL picture", AS_JPEG),
    (0, (b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51"), "a JPEG 2000 picture", AS_JPEG),
    (128, (b"DICM",), "a DICOM file", AS_PNG),
    (0, (b"%PDF-",), "a PDF document", AS_PNG),
    (0, (b"%!PS", b"\xc5\xd0\xd3\xc6"), "a PostScript file", AS_PNG),
    (0, (b"8BPS",), "a Photoshop file", AS_PNG),
    (0, (b"PK\x03\x04",), "a zip archive", "Unpack it and choose one picture."),
    (4, (b"ftyp",), "a video", "Choose a still picture."),
)


def foreign(data: bytes) -> tuple[str, str] | None:
    """(what it is, what to do) for a known format that is not read here, else None."""
    for offset, beginnings, name, advice in _SIGNATURES:
        if data[offset : offset + 16].startswith(beginnings):
            return name, advice
    if b"<svg" in data[:2048].lower():
        return "an SVG drawing", AS_PNG
    return None
