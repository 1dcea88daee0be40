"""Dilated: convolutions at full size whose rates decide how far a pixel sees, and nothing pooled.

Each layer is a 3x3 convolution with batch norm and ReLU; a layer of rate r adds 2r pixels to what each place sees.
Rates are repeated until all layers have one. All 1 is the plain network of the same size. One rate for all, such as 2,
leaves holes: neighbours then hear different pixels and answer in a lattice (gridding). Takes (N, C, H, W), gives logits
(N, classes, H, W). Yu and Koltun, 2016; on gridding Wang et al., 2018 (hybrid dilated convolution).
"""

from __future__ import annotations

from collections import OrderedDict

from pydantic import Field, field_validator
from torch import nn

from cnn_core.base.options import Entry, Facts, Options
from cnn_core.models.blocks import checked_rates, conv_norm_relu, rate_of_each, residual_init, too_large
from cnn_core.models.zoo import BuildModel


class DilatedOptions(Options):
    depth: int = Field(6, ge=1, le=32, title="Convolutions", description="Layers, all at full size.")
    width: int = Field(12, ge=1, le=256, title="Width", description="Filters of each layer.")
    rates: str = Field(
        "1,1,2,4,8,1", title="Dilation rates", description="By layer, from the first on; repeated to the last."
    )

    @field_validator("rates")
    @classmethod
    def _rates_are_numbers(cls, text: str) -> str:
        return checked_rates(text)


def dilated(options: DilatedOptions, input_shape: tuple[int, int, int], num_classes: int) -> nn.Module:
    """See `segmenters.SHELF` for the shapes."""
    channels, layers = input_shape[0], []
    for rate in rate_of_each(options.rates, options.depth):
        layers += conv_norm_relu(channels, options.width, rate)
        channels = options.width
    model = nn.Sequential(
        OrderedDict([("features", nn.Sequential(*layers)), ("head", nn.Conv2d(channels, num_classes, 1))])
    )
    residual_init(model)
    return model


def unfit(options: DilatedOptions, facts: Facts) -> str:
    """A network too large for any machine we know."""
    return too_large(9 * options.depth * options.width**2, "a smaller width or depth")


ENTRY: Entry[BuildModel] = Entry(options=DilatedOptions, build=dilated, tiny={"depth": 2, "width": 2}, unfit=unfit)
