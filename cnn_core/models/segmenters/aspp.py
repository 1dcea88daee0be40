"""ASPP: several dilated convolutions look at the same map side by side, and a mean of the whole picture beside them.

Two convolutions, the second with stride 2, make a map of half the size; on it work a 1x1 convolution, a 3x3 convolution
for each rate, and the global mean; a 1x1 convolution joins them, and the answer is enlarged bilinearly. The larger a
rate is against the map, the more of its taps fall on padding. Takes (N, C, H, W), gives logits (N, classes, H, W).
Chen et al., 2017 (atrous spatial pyramid pooling, DeepLabv3).
"""

from __future__ import annotations

from pydantic import Field, field_validator
from torch import Tensor, nn
from torch.nn import functional

from cnn_core.base.options import Entry, Facts, Options
from cnn_core.models.attention import Pyramid
from cnn_core.models.blocks import checked_rates, conv_norm_relu, residual_init, too_large
from cnn_core.models.zoo import BuildModel


class AsppOptions(Options):
    width: int = Field(16, ge=1, le=256, title="Width", description="Filters of each branch.")
    rates: str = Field("2,4,6", title="Dilation rates", description="One branch each, on the map of half the size.")
    pool: bool = Field(True, title="Whole picture", description="A branch with the mean of the whole map.")

    @field_validator("rates")
    @classmethod
    def _rates_are_numbers(cls, text: str) -> str:
        return checked_rates(text)


class Aspp(nn.Module):
    """(N, C, H, W) to logits (N, num_classes, H, W)."""

    def __init__(self, options: AsppOptions, channels: int, num_classes: int) -> None:
        super().__init__()
        width = options.width
        self.stem = nn.Sequential(*conv_norm_relu(channels, width), *conv_norm_relu(width, width, stride=2))
        self.pyramid = Pyramid(width, [int(rate) for rate in options.rates.split(",")], options.pool)
        self.head = nn.Conv2d(width, num_classes, 1)
        residual_init(self)

    def forward(self, x: Tensor) -> Tensor:
        size = x.shape[2:]
        found: Tensor = self.head(self.pyramid(self.stem(x)))
        return functional.interpolate(found, size, mode="bilinear")


def aspp(options: AsppOptions, input_shape: tuple[int, int, int], num_classes: int) -> nn.Module:
    """See `segmenters.SHELF` for the shapes."""
    return Aspp(options, input_shape[0], num_classes)


def unfit(options: AsppOptions, facts: Facts) -> str:
    """A network too large for any machine we know."""
    branches = 3 + len(options.rates.split(","))
    return too_large(9 * branches * options.width**2, "a smaller width or fewer rates")


ENTRY: Entry[BuildModel] = Entry(options=AsppOptions, build=aspp, tiny={"width": 2, "rates": "2"}, unfit=unfit)
