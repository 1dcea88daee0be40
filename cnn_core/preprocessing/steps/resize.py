"""Size: every picture is brought to one size, because a batch has one.

*Crop* makes the short side fit and cuts the middle out: true proportions, the margins are lost. *Pad* fits the whole
picture in and fills up with black: nothing is lost, but the picture is smaller. *Stretch* changes width and height
separately: nothing is lost, but circles become ellipses. With a *short side* beyond the size, crop cuts more away: 256
before 224 is what networks for ImageNet are tried with. Lengths are truncated as torchvision does it (640 x 480 with
short side 224 is 298 x 224). Pillow's resize is antialiased; without it, fine stripes turn into coarse ones.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from cnn_core.base.options import Entry, Facts, Options, hints
from cnn_core.preprocessing.steps import Step, Window

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

PLAIN = ("nearest", "bilinear", "bicubic")  # those that can do without antialiasing


class ResizeOptions(Options):
    size: int = Field(
        0,
        ge=0,
        le=1024,
        title="Size",
        description="Width and height of what the network gets; 0 keeps the data set's own size.",
        json_schema_extra=hints(unit="px"),
    )
    strategy: Literal["crop", "pad", "stretch"] = Field(
        "crop",
        title="Strategy",
        description="Cut the middle out, fit the whole picture and pad with black, or stretch both sides.",
    )
    interpolation: Literal["nearest", "bilinear", "bicubic", "lanczos", "box"] = Field(
        "bilinear",
        title="Interpolation",
        description="How new pixels come from old ones; nearest alone is not antialiased. Box is the mean of the area.",
        json_schema_extra=hints(advanced=True),
    )
    short: int = Field(
        0,
        ge=0,
        le=1024,
        title="Short side",
        description="Crop: what the short side is scaled to before the middle is cut out; 0: to the size.",
        json_schema_extra=hints(unit="px", advanced=True),
    )
    antialias: bool = Field(
        True,
        title="Antialias",
        description="Average before making smaller; without it fine stripes become coarse ones, as in many libraries.",
        json_schema_extra=hints(advanced=True),
    )
    shuffle: int = Field(
        0,
        ge=0,
        le=2**31 - 1,
        title="Shuffle pixels",
        description="Above 0: all pixels change places, in every picture alike; each number is another order.",
        json_schema_extra=hints(advanced=True),
    )


class Resize:
    """To `fitted["size"]`, (height, width)."""

    def shape(self, options: ResizeOptions, shape: tuple[int, int, int]) -> tuple[int, int, int]:
        return (shape[0], options.size, options.size) if options.size else shape

    def fit(self, options: ResizeOptions, pictures: NDArray[np.uint8]) -> dict[str, Any]:
        return {"size": list(self.shape(options, (1, *pictures.shape[1:3]))[1:])}

    def picture(self, options: ResizeOptions, fitted: dict[str, Any], picture: Image.Image) -> Image.Image:
        found = _sized(options, fitted["size"], picture)
        return _shuffled(found, options.shuffle) if options.shuffle else found

    def window(self, options: ResizeOptions, fitted: dict[str, Any], width: int, height: int) -> Window:
        target = (fitted["size"][1], fitted["size"][0])
        if (width, height) == target and not options.short:
            return 0.0, 0.0, float(width), float(height)
        scaled = scaled_size(options.strategy, (width, height), _covered(options, target))
        (left, top), across, down = _offset(scaled, target), width / scaled[0], height / scaled[1]
        return left * across, top * down, (left + target[0]) * across, (top + target[1]) * down

    def affine(
        self, options: ResizeOptions, fitted: dict[str, Any], channels: int
    ) -> tuple[list[float], list[float]] | None:
        return None


def _sized(options: ResizeOptions, size: list[int], picture: Image.Image) -> Image.Image:
    """At `size`, (height, width); the very same object where it has it already."""
    from PIL import Image

    height, width = size
    if picture.size == (width, height) and not options.short:
        return picture
    scaled = scaled_size(options.strategy, picture.size, _covered(options, (width, height)))
    found = _resampled(picture, scaled, options)
    if scaled == (width, height):
        return found
    left, top = _offset(scaled, (width, height))
    if options.strategy == "crop":
        return found.crop((left, top, left + width, top + height))
    padded = Image.new(picture.mode, (width, height))  # black
    padded.paste(found, (-left, -top))
    return padded


def _shuffled(picture: Image.Image, seed: int) -> Image.Image:
    """All pixels in an order that the seed and their number decide."""
    import numpy as np
    from PIL import Image

    pixels = np.asarray(picture)
    flat = pixels.reshape(picture.width * picture.height, -1)
    return Image.fromarray(np.ascontiguousarray(flat[_order(seed, len(flat))].reshape(pixels.shape)))


@lru_cache(maxsize=4)
def _order(seed: int, pixels: int) -> NDArray[np.int64]:
    import numpy as np

    return np.random.default_rng(seed).permutation(pixels)


def _resampled(picture: Image.Image, size: tuple[int, int], options: ResizeOptions) -> Image.Image:
    """A picture at (width, height): Pillow averages; torch without antialiasing looks at the nearest pixels only."""
    from PIL import Image

    if options.antialias or options.interpolation == "nearest":
        return picture.resize(size, Image.Resampling[options.interpolation.upper()])
    import numpy as np
    import torch
    from torch.nn.functional import interpolate

    pixels = torch.from_numpy(np.array(picture, dtype=np.float32).reshape(picture.height, picture.width, -1))
    found = interpolate(pixels.permute(2, 0, 1)[None], size[::-1], mode=options.interpolation, align_corners=False)
    array = found[0].round().clamp(0, 255).byte().permute(1, 2, 0).numpy()
    return Image.fromarray(array[..., 0] if picture.mode == "L" else array)


def _covered(options: ResizeOptions, target: tuple[int, int]) -> tuple[int, int]:
    """The (width, height) that a picture is scaled to cover or to fit into."""
    return (options.short, options.short) if options.short else target


def scaled_size(strategy: str, size: tuple[int, int], target: tuple[int, int]) -> tuple[int, int]:
    """(width, height) after scaling: exactly the target, or covering it (crop), or fitting into it (pad)."""
    (width, height), (wide, high) = size, target
    if strategy == "stretch":
        return target
    wider = width * high > height * wide  # than the target's proportions
    if wider == (strategy == "crop"):
        return max(1, width * high // height), high
    return wide, max(1, height * wide // width)


def _offset(scaled: tuple[int, int], target: tuple[int, int]) -> tuple[int, int]:
    """Where the target's corner lies in the scaled picture, as torchvision's centre crop rounds; negative: padding."""
    return round((scaled[0] - target[0]) / 2), round((scaled[1] - target[1]) / 2)


def unfit(options: ResizeOptions, facts: Facts) -> str:
    """A short side goes before a crop of no more than it; Lanczos and box are averages by themselves."""
    if options.shuffle and facts.task == "segmentation":
        return f"resize.shuffle is {options.shuffle}, which moves the pixels away from their masks; 0 leaves them."
    if not options.antialias and options.interpolation not in PLAIN:
        return (
            f"resize.antialias is off, which goes with {', '.join(PLAIN)}; "
            f"{options.interpolation} is an average by itself."
        )
    if not options.short or (options.strategy == "crop" and 0 < options.size <= options.short):
        return ""
    return (
        f"resize.short is {options.short}, but it goes with the strategy crop and a size of 1 to {options.short}; "
        "0 leaves it out."
    )


ENTRY: Entry[Step] = Entry(options=ResizeOptions, build=Resize(), tiny={"size": 8}, unfit=unfit)
