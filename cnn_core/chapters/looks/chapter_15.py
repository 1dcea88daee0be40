"""A photograph cut into patches that are put back in another order."""

from __future__ import annotations

import numpy as np

from cnn_core.chapters.looks import SIDE, Drawn, Look
from cnn_core.chapters.looks._pictures import photo, shown, square

SIDES = {"whole": 1, "2 × 2": 2, "4 × 4": 4, "7 × 7": 7, "14 × 14": 14}
PIXELS = 336  # divides by all of them


def draw(choice: str, theme: str) -> Drawn:
    """Each patch is as it was; where it belongs is lost."""
    from PIL import Image

    picture = np.asarray(Image.fromarray(square(photo(1))).resize((PIXELS, PIXELS)))
    count = SIDES[choice]
    size = PIXELS // count
    patches = picture.reshape(count, size, count, size, 3).swapaxes(1, 2).reshape(-1, size, size, 3)
    mixed = patches[np.random.default_rng(15).permutation(count**2)]
    put = mixed.reshape(count, count, size, size, 3).swapaxes(1, 2).reshape(PIXELS, PIXELS, 3)
    says = (
        "The palace as it is."
        if count == 1
        else f"{count**2} patches of {size} × {size} pixels, each as it was. A network that sees no further than a "
        "patch, and adds up what it finds, gives the same answer as before. Do you?"
    )
    return Drawn(says, pictures=(("what such a network sees is the same", shown(put, 2 * SIDE)),))


LOOK = Look("Patches without their places", tuple(SIDES), draw, at_first="4 × 4")
