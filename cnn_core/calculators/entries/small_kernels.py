"""Several 3x3 filters in place of one large one: the same field, but is it cheaper?

Two 3x3 convolutions see what one of 5x5 sees, three what one of 7x7 sees. With as many channels going in as coming out
they have 18/25 and 27/49 of its weights. Where channels grow a lot they cost more: from 3 to 64 eight times as much,
for all but the first already work on the many.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.calculators import Calculator, Worked
from cnn_core.calculators.costs import compare


class SmallKernelsOptions(Options):
    channels: int = Field(64, ge=1, le=4096, title="Channels", description="Of what comes in.")
    filters: int = Field(64, ge=1, le=4096, title="Filters", description="As many maps come out, of each layer.")
    kernel: Literal[5, 7, 9, 11] = Field(5, title="Kernel", description="Side of the one large filter, in pixels.")
    side: int = Field(28, ge=1, le=1024, title="Map", description="Side of the square maps, in pixels.")


def calculate(options: SmallKernelsOptions) -> Worked:
    """One large convolution against a chain of 3x3."""
    more = options.kernel // 2 - 1
    chain = f"9 × {options.channels} × {options.filters} + {more} × 9 × {options.filters} × {options.filters}"
    return compare(
        [(options.channels, options.filters, options.kernel, 1)],
        [(options.channels, options.filters, 3, 1), *[(options.filters, options.filters, 3, 1)] * more],
        options.side,
        names=(f"One of {options.kernel}×{options.kernel}", f"{more + 1} of 3×3"),
        formulas=(f"{options.kernel**2} × {options.channels} × {options.filters}", chain),
    )


ENTRY: Entry[Calculator] = Entry(
    options=SmallKernelsOptions, build=Calculator("Small kernels", (7,), calculate), tiny={"side": 4}
)
