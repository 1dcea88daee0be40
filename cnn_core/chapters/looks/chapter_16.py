"""A short film as a strip, played both ways, and the average of its frames, which is the same for both."""

from __future__ import annotations

import numpy as np

from cnn_core.chapters.looks import Drawn, Look
from cnn_core.chapters.looks._pictures import shown

FRAMES, SIZE, STEP = 6, 24, 3


def draw(choice: str, theme: str) -> Drawn:
    """A square that moves to the right and round the edges; the other way; shuffled."""
    film = np.stack([_frame(3 + STEP * time) for time in range(FRAMES)])
    order = {
        "forwards": list(range(FRAMES)),
        "backwards": list(range(FRAMES))[::-1],
        "shuffled": [3, 0, 5, 1, 4, 2],
    }[choice]
    played = film[order]
    average = played.mean(axis=0)
    strip = [(f"frame {place}", shown(frame.astype(np.uint8), 144)) for place, frame in enumerate(played, 1)]
    says = (
        "In any order the frames have the same average. Whoever averages over frames, pictures or features, cannot "
        "know which way it went."
    )
    return Drawn(says, pictures=(*strip, ("their average", shown(np.round(average).astype(np.uint8), 144))))


def _frame(left: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    frame = np.zeros((SIZE, SIZE))
    rows = np.arange(9, 15)
    frame[rows[:, None], np.arange(left, left + 6)[None] % SIZE] = 255
    return frame


LOOK = Look("A film, and what an average keeps of it", ("forwards", "backwards", "shuffled"), draw)
