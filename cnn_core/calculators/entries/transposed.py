"""A transposed convolution: how large its maps are, and how often it adds to each of their pixels.

It is no inverse of a convolution: each input places its whole kernel, weighted, onto the output, and what overlaps is
added. Where the kernel is no multiple of the stride some pixels get more than their neighbours: a checkerboard. Kernel
4 with stride 2 and padding 1 doubles the size evenly. Odena, Dumoulin and Olah, 2016.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from cnn_core.base.errors import UserError
from cnn_core.base.options import Entry, Options
from cnn_core.calculators import Calculator, Step, Worked
from cnn_core.calculators.costs import cost
from cnn_core.models.reach import overlap_cycle

if TYPE_CHECKING:
    from torch import nn


class TransposedOptions(Options):
    channels: int = Field(128, ge=1, le=4096, title="Channels", description="Of what comes in.")
    filters: int = Field(64, ge=1, le=4096, title="Filters", description="As many maps come out.")
    side: int = Field(16, ge=1, le=1024, title="Map", description="Side of the square maps that come in, in pixels.")
    kernel: int = Field(4, ge=1, le=31, title="Kernel", description="Side of the filters, in pixels.")
    stride: int = Field(2, ge=1, le=16, title="Stride", description="How many times larger, about.")
    padding: int = Field(1, ge=0, le=64, title="Padding", description="Pixels cut away on each side of the output.")
    extra: int = Field(0, ge=0, le=15, title="Output padding", description="Pixels added at the end, below the stride.")
    bias: bool = Field(True, title="Bias", description="One number more for each filter.")


def layer(options: TransposedOptions) -> nn.Module:
    """The layer of these options."""
    from torch import nn

    sizes = (options.channels, options.filters, options.kernel, options.stride, options.padding, options.extra)
    return nn.ConvTranspose2d(*sizes, bias=options.bias)


def calculate(options: TransposedOptions) -> Worked:
    """Sizes, costs and overlaps.

    Raises:
        UserError: nothing is left of the output, or the output padding is not below the stride.
    """
    if options.extra >= options.stride:
        raise UserError(f"Output padding is {options.extra}, but must be below the stride, {options.stride}.")
    side = (options.side - 1) * options.stride - 2 * options.padding + options.kernel + options.extra
    if side < 1:
        raise UserError(f"With a padding of {options.padding} nothing is left of the output; take less.")
    found = cost(lambda: [layer(options)], (options.channels, options.side, options.side))
    _, high, _ = found["layers"][0]["output_shape"]
    formula = f"({options.side} − 1) × {options.stride} − 2 × {options.padding} + {options.kernel} + {options.extra}"
    each = f"{options.kernel} × {options.kernel} × {options.channels} × {options.filters}"
    bias, counts = options.filters if options.bias else 0, overlap_cycle(options.kernel, options.stride)
    even = len(set(counts)) == 1
    said = f"Along a side the outputs get {', '.join(map(str, counts))} contributions, again and again."
    uneven = f"Checkerboard: the kernel, {options.kernel}, is no multiple of the stride, {options.stride}."
    return Worked(
        (
            Step("output_side", "Side of the maps", high, formula, "pixels"),
            Step("parameters", "Parameters", found["parameters"], f"{each} + {bias}"),
            Step(
                "multiply_adds",
                "Multiply-adds (MACs)",
                found["multiply_adds"],
                f"{each} × {options.side} × {options.side}",
            ),
            Step("flops", "FLOPs", 2 * found["multiply_adds"], f"2 × {found['multiply_adds']}"),
            Step("overlap_least", "Least contributions", min(counts) ** 2, f"{min(counts)} × {min(counts)}"),
            Step("overlap_most", "Most contributions", max(counts) ** 2, f"{max(counts)} × {max(counts)}"),
        ),
        notes=(said,),
        warnings=() if even else (uneven,),
    )


ENTRY: Entry[Calculator] = Entry(
    options=TransposedOptions, build=Calculator("Transposed convolution", (13,), calculate), tiny={"side": 2}
)
