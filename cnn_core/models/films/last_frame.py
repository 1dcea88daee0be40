"""Last frame: a network for single pictures that is given only the last one; the film before it is not looked at.

The control in every comparison of networks for films: what it reaches needs no film. On films whose class is how
something moves, it can only guess.
"""

from __future__ import annotations

from torch import Tensor, nn

from cnn_core.base.options import Entry
from cnn_core.models.films import BuildFilm
from cnn_core.models.films._encoder import unfit
from cnn_core.models.films.frame_average import FrameAverage, FrameAverageOptions


class LastFrameOptions(FrameAverageOptions):
    """As those of the frame average, which it is for a film of one frame."""


class LastFrame(FrameAverage):
    """(N, T * C, H, W), any T, to logits (N, num_classes)."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x[:, -self.channels :])


def last_frame(
    options: LastFrameOptions, input_shape: tuple[int, int, int], num_classes: int, frames: int
) -> nn.Module:
    """See `BuildFilm`."""
    return LastFrame(options, input_shape, num_classes, frames)


ENTRY: Entry[BuildFilm] = Entry(
    options=LastFrameOptions, build=last_frame, tiny={"width": 2, "features": 4, "hidden": 4}, unfit=unfit
)
