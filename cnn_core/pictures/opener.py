"""The one way in for a picture: limits first, then the header, then the pixels; upright, L or RGB, at most 2048 a side.

Everything that looks at a picture comes through here, also because JPEG's reduced decoding moves pixels a little.
Nothing but `BadPicture` comes out for a bad file, and the text says what happened, why and what to do.
"""

from __future__ import annotations

import io
import threading
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from cnn_core.base.errors import BadPicture, shorten
from cnn_core.pictures.formats import ANOTHER, FORMATS, READ, foreign

MAX_BYTES = 20 * 2**20
MAX_PIXELS = 25_000_000
MAX_SIDE = 16_384
MAX_FRAMES = 64
MAX_RATIO = 50  # "short side to 224" would make 500 million pixels of a picture of 1 x 10,000
KEEP = 2048  # longer sides are reduced: enough for every network and screen
SMALL = 8

GREY_MODES = ("1", "L", "LA", "La", "I", "F")  # and I;16 in its byte orders
SMALLER = "Make it smaller and try again."

_decoding = threading.BoundedSemaphore(2)  # a blank picture of 25 megapixels takes 250 MB while it is decoded

# Pillow warns about what is refused or handled here. Set once: `catch_warnings` is not safe in threads.
warnings.filterwarnings("ignore", module=r"PIL\.")


@dataclass(frozen=True)
class Picture:
    """An upright picture in mode L or RGB, and what was done to it, in words for the user."""

    image: Image.Image
    notes: list[str] = field(default_factory=list)


class _Refused(Exception):
    """Why, and what to do; `_named` makes the sentence."""

    def __init__(self, why: str, advice: str = ANOTHER) -> None:
        super().__init__(why, advice)


def open_picture(source: bytes | Path | str, name: str = "") -> Picture:
    """Open a picture file, given as its bytes or its path.

    Args:
        name: how the user knows it; a path's own name if left out.

    Raises:
        BadPicture: it cannot be used, and why; nothing else comes out, whatever the bytes are.
    """
    if not isinstance(source, bytes):
        name = name or Path(source).name
    try:
        data = source if isinstance(source, bytes) else _read(Path(source))
        _check_bytes(data)
        with _decoding:
            return _decode(data)
    except _Refused as error:
        raise _named(error, name) from error.__cause__


def open_film(source: bytes | Path | str, name: str = "") -> list[Image.Image]:
    """The frames of an animation (GIF, WebP, PNG), each as `open_picture` makes it; bounded in all as a picture is.

    Raises:
        BadPicture: it cannot be used, or it does not move.
    """
    if not isinstance(source, bytes):
        name = name or Path(source).name
    try:
        data = source if isinstance(source, bytes) else _read(Path(source))
        _check_bytes(data)
        with _decoding:
            return _frames(data)
    except _Refused as error:
        raise _named(error, name) from error.__cause__


def from_image(image: Image.Image, name: str = "") -> Picture:
    """A picture that somebody opened with Pillow: the same limits, turned upright, made L or RGB.

    Raises:
        BadPicture: it cannot be used, and why.
    """
    try:
        _check_size(*image.size)
        with _decoding:
            return _finish(image.copy(), [])
    except _Refused as error:
        raise _named(error, name) from error.__cause__
    except Exception as error:
        raise _named(_why(error), name) from error


def check_size(width: int, height: int, name: str = "") -> None:
    """Refuse sizes that no picture here may have.

    Raises:
        BadPicture: says which limit.
    """
    try:
        _check_size(width, height)
    except _Refused as error:
        raise _named(error, name) from None


def _named(error: _Refused, name: str) -> BadPicture:
    why, advice = error.args
    return BadPicture(f"{shorten(name) or 'The picture'} could not be read: {why}. {advice}")


def _read(path: Path) -> bytes:
    try:
        if not path.exists():
            raise _Refused("there is no such file", "Check the path.")
        if not path.is_file():
            raise _Refused("it is not a file", "Check the path.")
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL
        raise _Refused(f"the file cannot be opened ({type(error).__name__})", "Check the path.") from error


def _check_bytes(data: bytes) -> None:
    if not data:
        raise _Refused("the file is empty")
    if len(data) > MAX_BYTES:
        raise _Refused("the file is larger than 20 MB", SMALLER)


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise _Refused(f"it has {width} x {height} pixels, more than 25 megapixels", SMALLER)
    if max(width, height) > MAX_SIDE:
        raise _Refused(f"it has {width} x {height} pixels, more than {MAX_SIDE} on a side", SMALLER)
    if max(width, height) > MAX_RATIO * min(width, height):
        raise _Refused(f"it has {width} x {height} pixels, one side more than {MAX_RATIO} times the other", "Crop it.")


def _decode(data: bytes) -> Picture:
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # the default, but another library may have changed it
    try:
        image: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)  # reads the header only
        _check_size(*image.size)
        notes = ["Only the first frame was used."] if getattr(image, "is_animated", False) else []
        if image.format == "JPEG":
            image.draft("RGB", (KEEP, KEEP))
        return _finish(image, notes)
    except _Refused:
        raise
    except UnidentifiedImageError as error:
        raise _unread(data) from error
    except Exception as error:  # Pillow lets OSError, SyntaxError, ValueError, IndexError, struct.error and more out
        raise _why(error) from error


def _frames(data: bytes) -> list[Image.Image]:
    found: list[Image.Image] = []
    try:
        image: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)
        _check_size(*image.size)
        for number in range(MAX_FRAMES + 1):
            image.seek(number)  # EOFError after the last one
            if number == MAX_FRAMES or (number + 1) * image.width * image.height > MAX_PIXELS:
                raise _Refused(f"it has more than {MAX_FRAMES} frames, or 25 megapixels in all", SMALLER)
            found.append(_finish(image.copy(), []).image)
    except _Refused:
        raise
    except UnidentifiedImageError as error:
        raise _unread(data) from error
    except EOFError as error:
        if len(found) < 2:
            raise _Refused("it is one picture, not a film", "Choose an animation (GIF or WebP).") from error
    except Exception as error:  # as in `_decode`
        raise _why(error) from error
    return found


def _unread(data: bytes) -> _Refused:
    """Asked last: a photograph may well carry an SVG in a comment, or pass for a DICOM file as well."""
    if known := foreign(data):
        return _Refused(f"it is {known[0]}, which is not read here", known[1])
    return _Refused(f"it is not a picture in {READ} format")


def _why(error: Exception) -> _Refused:
    if isinstance(error, Image.DecompressionBombError):
        return _Refused("it has too many pixels", SMALLER)
    if isinstance(error, MemoryError):
        return _Refused("there is not enough memory for it", SMALLER)
    if "truncated" in str(error).lower():
        return _Refused("the file ends too early (probably a broken download)")
    return _Refused(f"the file is damaged or cut short ({type(error).__name__})")


def _finish(image: Image.Image, notes: list[str]) -> Picture:
    image.load()
    image = ImageOps.exif_transpose(image)
    grey = image.mode in GREY_MODES or image.mode.startswith("I;16")
    if image.mode not in ("P", "1") and "transparency" not in image.info:
        image = _reduce(image)  # before the copies for alpha and RGB; a colour index or key must not be mixed
    image = _reduce(_plain(image, notes).convert("L" if grey else "RGB"))
    image.info.clear()  # no profile, comment or EXIF goes on
    if min(image.size) < SMALL:
        notes.append(f"It has only {image.width} x {image.height} pixels.")
    return Picture(image, notes)


def _reduce(image: Image.Image) -> Image.Image:
    longest = max(image.size)
    if longest <= KEEP:
        return image
    size = (max(1, round(image.width * KEEP / longest)), max(1, round(image.height * KEEP / longest)))
    return image.resize(size, Image.Resampling.BOX if image.mode[0] in "IF" else Image.Resampling.BILINEAR)


def _plain(image: Image.Image, notes: list[str]) -> Image.Image:
    """Eight bits a channel and no transparency; says what it did."""
    if image.mode.startswith("I;16"):  # convert("L") would clip at 255 and turn nearly everything white
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    elif image.mode in ("I", "F"):
        image = Image.fromarray(_stretched(np.array(image, dtype=np.float64), notes))
    return _on_white(image, notes) if image.has_transparency_data else image


def _on_white(image: Image.Image, notes: list[str]) -> Image.Image:
    """Mode RGBA with nothing transparent left. Screenshots have an alpha channel that hides nothing: no word of it."""
    image = (image.convert("LA") if image.mode == "La" else image).convert("RGBA")  # Pillow has no way from La to RGBA
    if image.getchannel("A").getextrema() == (255, 255):
        return image
    notes.append("Transparent parts were laid on white.")
    base = Image.new("RGBA", image.size, (255, 255, 255, 255))
    base.alpha_composite(image)
    return base


def _stretched(values: NDArray[np.float64], notes: list[str]) -> NDArray[np.uint8]:
    """Numbers of any range to 0..255: as they are where they fit, else from their smallest to their largest."""
    finite = np.isfinite(values)
    if not finite.any():
        raise _Refused("there is no number in it")
    low, high = float(values[finite].min()), float(values[finite].max())
    if low < 0 or high > 255 or high <= 1:
        notes.append(f"Its values {low:g} to {high:g} were stretched to black and white.")
        values = (values - low) * (255 / max(high - low, 1e-30))
    values = np.where(finite, values, 0)  # what is no number becomes black
    return np.clip(values + 0.5, 0, 255).astype(np.uint8)
