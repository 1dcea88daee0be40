"""Frame average: what is seen in the frames, averaged; the order of the frames is lost.

Each frame becomes a vector, the vectors are averaged over time, two dense layers decide. Whatever order the frames come
in, the answer is the same up to rounding: such a network tells what is there and along which line it moves, but never
which way. The cheapest network for films, and good enough wherever order says nothing.
"""

from __future__ import annotations

from pydantic import Field
from torch import Tensor, nn

from cnn_core.base.options import Entry
from cnn_core.models.films import BuildFilm
from cnn_core.models.films._encoder import EncoderOptions, FrameByFrame, unfit


class FrameAverageOptions(EncoderOptions):
    hidden: int = Field(64, ge=1, le=1024, title="Hidden units", description="Of the dense layer after the average.")


class FrameAverage(FrameByFrame):
    """(N, T * C, H, W), any T, to logits (N, num_classes)."""

    def __init__(
        self, options: FrameAverageOptions, input_shape: tuple[int, int, int], num_classes: int, frames: int
    ) -> None:
        super().__init__(options, input_shape, frames)
        self.hidden = nn.Sequential(nn.Linear(options.features, options.hidden), nn.ReLU())
        self.head = nn.Linear(options.hidden, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.hidden(self.features(x).mean(1)))


def frame_average(
    options: FrameAverageOptions, input_shape: tuple[int, int, int], num_classes: int, frames: int
) -> nn.Module:
    """See `BuildFilm`."""
    return FrameAverage(options, input_shape, num_classes, frames)


ENTRY: Entry[BuildFilm] = Entry(
    options=FrameAverageOptions, build=frame_average, tiny={"width": 2, "features": 4, "hidden": 4}, unfit=unfit
)
