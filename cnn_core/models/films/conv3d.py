"""3-D convolution: kernels that reach over time as well as over rows and columns, then a pool over everything.

Three convolutions of 3x3x3, the first two of stride 2 over rows and columns, never over time; the mean over places and
frames decides. A kernel sees three neighbouring frames, so it can look for a way of moving; where and when is averaged
away, which is why it needs few weights. Tran and others, 2015.
"""

from __future__ import annotations

from pydantic import Field
from torch import Tensor, nn

from cnn_core.base.options import Entry, Facts, Options
from cnn_core.models.blocks import too_large, too_small_to_halve
from cnn_core.models.films import BuildFilm

STRIDES = (2, 2, 1)  # over rows and columns


class Conv3dOptions(Options):
    width: int = Field(
        8,
        ge=1,
        le=128,
        title="Width",
        description="Filters of the first convolution; the other two have twice as many.",
    )


class Conv3d(nn.Module):
    """(N, T * C, H, W), any T, to logits (N, num_classes)."""

    def __init__(self, options: Conv3dOptions, channels: int, num_classes: int) -> None:
        super().__init__()
        self.channels = channels  # of one frame
        layers: list[nn.Module] = []
        widths = (channels, options.width, 2 * options.width, 2 * options.width)
        for before, after, stride in zip(widths, widths[1:], STRIDES, strict=False):
            layers += [nn.Conv3d(before, after, 3, stride=(1, stride, stride), padding=1), nn.ReLU()]
        self.layers = nn.Sequential(*layers)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x: Tensor) -> Tensor:
        count, _, height, width = x.shape
        film = x.reshape(count, -1, self.channels, height, width).transpose(1, 2)  # (N, C, T, H, W)
        return self.head(self.layers(film).mean((2, 3, 4)))


def conv3d(options: Conv3dOptions, input_shape: tuple[int, int, int], num_classes: int, frames: int) -> nn.Module:
    """See `BuildFilm`."""
    return Conv3d(options, input_shape[0] // frames, num_classes)


def unfit(options: Conv3dOptions, facts: Facts) -> str:
    """Frames that are too small, or too many weights."""
    small = too_small_to_halve(facts.input_shape, ["layers.0", "layers.2"])
    return small or too_large(27 * 6 * options.width**2, "a smaller width")


ENTRY: Entry[BuildFilm] = Entry(options=Conv3dOptions, build=conv3d, tiny={"width": 2}, unfit=unfit)
