"""How often a transposed convolution touches each pixel: the checkerboard."""

from __future__ import annotations

import numpy as np

from cnn_core.chapters.looks import Drawn, Look
from cnn_core.models.reach import overlap_cycle, overlaps

KERNELS = {"kernel 3": 3, "kernel 4": 4, "kernel 5": 5, "kernel 6": 6}
INPUTS = 8


def draw(choice: str, theme: str) -> Drawn:
    """Stride 2, all weights one, a constant input: what comes out is the number of overlaps."""
    from cnn_core.figures.tiles import enlarge, map_tiles

    kernel = KERNELS[choice]
    row = overlaps(kernel, 2, INPUTS).astype(np.float32)
    plane = np.outer(row, row)[None]
    cycle = overlap_cycle(kernel, 2)
    even = len(set(cycle)) == 1
    says = f"In a row each output is touched {', '.join(map(str, cycle * 2))} … times. " + (
        "Even: a flat input stays flat, away from the border."
        if even
        else "Uneven: a flat input comes out as a checkerboard, and training has to undo it."
    )
    tiles = enlarge(map_tiles(plane, signed=False, most=float(plane.max()))[0], 496)
    return Drawn(says, pictures=((f"a constant input after kernel {kernel}, stride 2", tiles),))


LOOK = Look("Where checkerboards come from", tuple(KERNELS), draw)
