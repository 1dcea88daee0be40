"""Which pixels a stack of dilated convolutions sees, and on how many ways."""

from __future__ import annotations

import numpy as np

from cnn_core.chapters.looks import Drawn, Look
from cnn_core.models.reach import paths, share_seen

RATES = ("1,2,4", "1,1,1", "2,2,2", "1,2,3", "1,2,5", "2,4,8", "1,2,4,8")
SIDE = 31  # room for the widest field


def draw(choice: str, theme: str) -> Drawn:
    """Ways from each pixel to one output, the square of the field on grey."""
    from cnn_core.figures.heat import paint
    from cnn_core.figures.tiles import enlarge

    rates = [int(one) for one in choice.split(",")]
    counts = paths([3] * len(rates), [1] * len(rates), rates)
    ways = np.outer(counts, counts).astype(np.float32)
    side, share = len(counts), share_seen(counts)
    field = np.round(255 * paint(np.sqrt(ways))).astype(np.uint8)
    field[ways == 0] = (120, 130, 132)
    whole = np.full((SIDE, SIDE, 3), 235 if theme == "light" else 40, np.uint8)
    edge = (SIDE - side) // 2
    whole[edge : edge + side, edge : edge + side] = field
    says = (
        f"Rates {choice}: {len(rates)} layers of 3 × 3 see {side} × {side} pixels and reach {share:.1%} of them. "
        + ("Grey are the holes: no change there can ever be noticed." if share < 1 else "There are no holes.")
    )
    return Drawn(says, pictures=(("bright: many ways to the output; grey: none", enlarge(whole, 496)),))


LOOK = Look("What one number of the last map depends on", RATES, draw)
