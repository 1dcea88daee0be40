"""Architectures: a shelf of families, what they are made of, and their anatomy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnn_core.base.errors import UserError, shorten
from cnn_core.base.options import Facts, parse_options
from cnn_core.base.shelf import Shelf
from cnn_core.models.films import SHELF as FILMS
from cnn_core.models.generators import SHELF as GENERATORS
from cnn_core.models.segmenters import SHELF as SEGMENTERS
from cnn_core.models.zoo import SHELF

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import nn

MODEL_SHELVES: dict[str, Shelf[Any]] = {  # by task; no name stands on two
    "classification": SHELF,
    "segmentation": SEGMENTERS,
    "generation": GENERATORS,
    "sequences": FILMS,
}
CHANNELS_MOST, SIDE_MOST, CLASSES_MOST = 64, 1024, 100_000
FRAMES_MOST = 1024


def shelf_of(name: str) -> Shelf[Any]:
    """The shelf on which an architecture stands; that of classification where none knows it, which then says so."""
    return next((shelf for shelf in MODEL_SHELVES.values() if name in shelf.names()), SHELF)


def build_model(name: str, input_shape: Sequence[int], num_classes: int, **options: Any) -> nn.Module:
    """A network of any shelf of networks with random weights (of torch's global generator), in training mode.

    Args:
        name: an architecture, `small_cnn`. input_shape: (C, H, W) of one picture.
        num_classes: how many logits. options: of that architecture; what is not given has its default. For films also
            `frames`: how many stand one behind the other in the channels.

    Returns:
        A module from float (N, C, H, W) to logits (N, num_classes), or (N, num_classes, H, W) for segmentation;
        for generation see `generators.Pair`.

    Raises:
        UserError: an unknown name or option, a value out of its bounds, a picture that does not fit.
    """
    shelf = shelf_of(name)
    entry, frames = shelf.load(name), options.pop("frames", 1) if shelf is FILMS else 1
    parsed = parse_options(entry.options, options, where="model")
    shape, classes = _checked_shape(input_shape, frames), _checked_classes(num_classes)
    reason = entry.unfit(parsed, Facts(input_shape=shape, classes=classes, frames=frames))
    if reason:
        raise UserError(reason)
    return entry.build(parsed, shape, classes, frames) if shelf is FILMS else entry.build(parsed, shape, classes)


def _checked_shape(given: Sequence[int], frames: int) -> tuple[int, int, int]:
    if isinstance(frames, bool) or not isinstance(frames, int) or not 1 <= frames <= FRAMES_MOST:
        raise UserError(
            f'frames is "{shorten(frames)}", but must be a whole number at least 1 and at most {FRAMES_MOST}.'
        )
    most = (CHANNELS_MOST * frames, SIDE_MOST, SIDE_MOST)
    try:
        sides = [int(side) for side in given if int(side) == side]
    except (TypeError, ValueError, OverflowError):
        sides = []
    if len(sides) != 3 or len(given) != 3 or any(not 1 <= side <= top for side, top in zip(sides, most, strict=True)):
        raise UserError(
            f'input_shape is "{shorten(given)}", but must be channels, height, width: '
            f"whole numbers from 1 to {most[0]}, {SIDE_MOST} and {SIDE_MOST}."
        )
    if sides[0] % frames:
        raise UserError(f"frames is {frames}, but {sides[0]} channels cannot be divided into so many frames.")
    return sides[0], sides[1], sides[2]


def _checked_classes(given: int) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= CLASSES_MOST:
        raise UserError(
            f'num_classes is "{shorten(given)}", but must be a whole number at least 1 and at most {CLASSES_MOST}.'
        )
    return given
