"""A picture that is moved, and its map that moves with it; a pooled map that does not quite."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnn_core.chapters.looks import SIDE, Drawn, Look, Pixels
from cnn_core.chapters.looks._pictures import grey_of, photo, shown, square

SIZE = 48  # pixels a side: few enough to see one
STRIDE = 4
KERNEL = np.array([[-1.0, 0, 1]] * 3)  # sums to 0: silent on a flat area, 3h at a vertical step of height h


def draw(choice: str, theme: str) -> Drawn:
    """The picture rolled by some pixels, the answers of one filter, the same with stride 4."""
    shift = int(choice.split()[0])
    still, moved = _map(_picture(0)), _map(_picture(shift))
    whole = np.abs(moved - np.roll(still, shift, axis=1)).max()
    coarse, coarse_still = moved[::STRIDE, ::STRIDE], still[::STRIDE, ::STRIDE]
    steps = round(shift / STRIDE)
    change = np.abs(coarse - np.roll(coarse_still, steps, axis=1)).mean() / coarse_still.mean()
    says = (
        f"The map moves by {choice} with the picture, exactly (largest difference {whole:.0f}). "
        f"With stride {STRIDE} the same shift is {shift / STRIDE:g} steps: "
        + ("a whole number, so that map moves too." if not shift % STRIDE else f"its numbers change by {change:.0%}.")
    )
    return Drawn(
        says,
        pictures=(
            ("the picture, moved", shown(_rgb(_picture(shift)))),
            ("where a vertical edge is", shown(grey_of(moved))),
            (f"the same with stride {STRIDE}", shown(grey_of(coarse), SIDE)),
        ),
    )


def _picture(shift: int) -> Pixels:
    from PIL import Image

    small = Image.fromarray(square(photo(1))).convert("L").resize((SIZE, SIZE))
    return np.roll(np.asarray(small), shift, axis=1)


def _map(picture: Pixels) -> NDArray[np.float64]:
    """How strongly the filter answers at each place, without sign; the picture goes round at its edges."""
    values = picture.astype(np.float64)
    shifted = [
        weight * np.roll(values, (1 - row, 1 - column), axis=(0, 1)) for (row, column), weight in np.ndenumerate(KERNEL)
    ]
    return np.abs(np.sum(shifted, axis=0))


def _rgb(picture: Pixels) -> Pixels:
    return picture[..., None].repeat(3, axis=-1)


CHOICES = ("1 pixel", "2 pixels", "4 pixels", "6 pixels", "8 pixels")
LOOK = Look("Move the picture: what does its map do?", CHOICES, draw, at_first="2 pixels")
