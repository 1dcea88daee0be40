"""A 1x1 bottleneck before a large filter: what it saves, with and without biases.

The 1x1 convolution first brings the channels down to a few, so the large filter works on those alone. Weights and
multiply-adds shrink alike, since both layers keep the size. What it costs in accuracy no formula says.
"""

from __future__ import annotations

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.calculators import Calculator, Worked
from cnn_core.calculators.costs import compare


class BottleneckOptions(Options):
    channels: int = Field(256, ge=1, le=4096, title="Channels", description="Of what comes in.")
    filters: int = Field(128, ge=1, le=4096, title="Filters", description="As many maps come out.")
    narrow: int = Field(32, ge=1, le=4096, title="Bottleneck", description="Maps between the two convolutions.")
    kernel: int = Field(5, ge=1, le=31, title="Kernel", description="Side of the large filter, in pixels.")
    side: int = Field(28, ge=1, le=1024, title="Map", description="Side of the square maps, in pixels.")


def calculate(options: BottleneckOptions) -> Worked:
    """One large convolution against the pair."""
    place = options.kernel**2
    pair = f"{options.channels} × {options.narrow} + {place} × {options.narrow} × {options.filters}"
    return compare(
        [(options.channels, options.filters, options.kernel, 1)],
        [(options.channels, options.narrow, 1, 1), (options.narrow, options.filters, options.kernel, 1)],
        options.side,
        names=("One convolution", "With the bottleneck"),
        formulas=(f"{place} × {options.channels} × {options.filters}", pair),
    )


ENTRY: Entry[Calculator] = Entry(
    options=BottleneckOptions, build=Calculator("Bottleneck", (7, 12), calculate), tiny={"side": 4}
)
