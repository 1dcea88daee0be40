"""A depthwise separable convolution: how many times fewer weights and multiply-adds.

One filter for each channel by itself, then a 1x1 convolution that mixes the channels: 1/filters + 1/kernel² of the
weights. The saving in time is smaller, for both halves wait for memory; the lab `separable_cost` measures it. Howard et
al., 2017 (MobileNets).
"""

from __future__ import annotations

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.calculators import Calculator, Worked
from cnn_core.calculators.costs import compare


class SeparableOptions(Options):
    channels: int = Field(3, ge=1, le=4096, title="Channels", description="Of what comes in.")
    filters: int = Field(64, ge=1, le=4096, title="Filters", description="As many maps come out.")
    kernel: int = Field(3, ge=1, le=31, title="Kernel", description="Side of the filters, in pixels.")
    side: int = Field(224, ge=1, le=1024, title="Map", description="Side of the square maps, in pixels.")


def calculate(options: SeparableOptions) -> Worked:
    """One convolution against its two halves."""
    place = options.kernel**2
    return compare(
        [(options.channels, options.filters, options.kernel, 1)],
        [
            (options.channels, options.channels, options.kernel, options.channels),
            (options.channels, options.filters, 1, 1),
        ],
        options.side,
        names=("Standard", "Separable"),
        formulas=(
            f"{place} × {options.channels} × {options.filters}",
            f"{place} × {options.channels} + {options.channels} × {options.filters}",
        ),
    )


ENTRY: Entry[Calculator] = Entry(
    options=SeparableOptions, build=Calculator("Separable convolution", (8,), calculate), tiny={"side": 4}
)
