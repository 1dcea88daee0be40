"""A few convolutions, then a pyramid: dilated convolutions of several rates look at the same map side by side.

Two convolutions, the second with stride 2, make a map of half the size; on it work a 1x1 convolution, a 3x3 one for
each rate, and the mean of the whole map; a 1x1 convolution joins what they found, each channel is averaged, and a dense
layer decides. So one place hears of its neighbours, of what is far, and of the whole. The larger a rate is against the
map, the more of its taps fall on padding: at rate 18 on 14 cells only the middle one is left nearly everywhere. Takes
(N, C, H, W), gives logits (N, classes). Chen et al., 2017 (atrous spatial pyramid pooling, DeepLabv3).
"""

from __future__ import annotations

from collections import OrderedDict

from pydantic import Field, field_validator
from torch import nn

from cnn_core.base.options import Entry, Facts, Options
from cnn_core.models.attention import Pyramid
from cnn_core.models.blocks import checked_rates, conv_norm_relu, residual_init, too_large
from cnn_core.models.zoo import BuildModel


class AsppNetOptions(Options):
    width: int = Field(16, ge=1, le=256, title="Width", description="Filters of each branch.")
    rates: str = Field(
        "1,2,4,6", title="Dilation rates", description="One branch each, on the map of half the size, such as 2,4,6."
    )
    pool: bool = Field(True, title="Whole picture", description="A branch with the mean of the whole map.")

    @field_validator("rates")
    @classmethod
    def _rates_are_numbers(cls, text: str) -> str:
        return checked_rates(text)


def aspp_net(options: AsppNetOptions, input_shape: tuple[int, int, int], num_classes: int) -> nn.Module:
    """See `BuildModel` for the shapes."""
    width = options.width
    stem = [*conv_norm_relu(input_shape[0], width), *conv_norm_relu(width, width, stride=2)]
    model = nn.Sequential(
        OrderedDict(
            stem=nn.Sequential(*stem),
            pyramid=Pyramid(width, [int(rate) for rate in options.rates.split(",")], options.pool),
            pool=nn.AdaptiveAvgPool2d(1),
            flatten=nn.Flatten(),
            head=nn.Linear(width, num_classes),
        )
    )
    residual_init(model)
    return model


def unfit(options: AsppNetOptions, facts: Facts) -> str:
    """A network too large for any machine we know."""
    branches = 3 + len(options.rates.split(","))
    return too_large(9 * branches * options.width**2, "a smaller width or fewer rates")


ENTRY: Entry[BuildModel] = Entry(options=AsppNetOptions, build=aspp_net, tiny={"width": 2, "rates": "2"}, unfit=unfit)
