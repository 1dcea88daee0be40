"""One convolution: how many parameters and multiply-adds, and how large its maps are.

Each filter has kernel x kernel x channels weights and one bias, whatever the size of the picture; each weight is used
once at every place of the output. One multiply-add (MAC) is two floating-point operations (FLOPs): texts mix the two,
so both are named. The size follows from padding, stride and dilation and is rounded down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from cnn_core.base.errors import UserError
from cnn_core.base.options import Entry, Options
from cnn_core.calculators import Calculator, Step, Worked
from cnn_core.calculators.costs import cost
from cnn_core.calculators.filters import Meaning

if TYPE_CHECKING:
    from torch import nn


class ConvolutionOptions(Options):
    channels: int = Field(3, ge=1, le=4096, title="Channels", description="Of what comes in; 3 for a colour picture.")
    filters: int = Field(64, ge=1, le=4096, title="Filters", description="As many maps come out.")
    kernel: int = Field(3, ge=1, le=31, title="Kernel", description="Side of the filters, in pixels.")
    height: int = Field(224, ge=1, le=4096, title="Height", description="Of what comes in, in pixels.")
    width: int = Field(224, ge=1, le=4096, title="Width", description="Of what comes in, in pixels.")
    stride: int = Field(1, ge=1, le=32, title="Stride", description="Pixels from one place of the filter to the next.")
    padding: int = Field(1, ge=0, le=64, title="Padding", description="Zeros added on each side.")
    dilation: int = Field(1, ge=1, le=32, title="Dilation", description="Pixels from one weight to the next.")
    bias: bool = Field(True, title="Bias", description="One number more for each filter.")
    shown: Meaning = Field("vertical edge", title="Filter shown", description="What slides over the picture below.")


def layer(options: ConvolutionOptions) -> nn.Module:
    """The layer of these options."""
    from torch import nn

    return nn.Conv2d(
        options.channels,
        options.filters,
        options.kernel,
        options.stride,
        options.padding,
        options.dilation,
        bias=options.bias,
    )


def calculate(options: ConvolutionOptions) -> Worked:
    """The costs of the layer, each with its formula.

    Raises:
        UserError: the filter is larger than the picture with its padding.
    """
    reach, least = (options.kernel - 1) * options.dilation + 1, min(options.height, options.width)
    if reach > least + 2 * options.padding:
        raise UserError(
            f"The filter reaches over {reach} pixels, but with its padding the picture has only "
            f"{least + 2 * options.padding}; take a smaller kernel or dilation, or more padding."
        )
    found = cost(lambda: [layer(options)], (options.channels, options.height, options.width))
    _, high, wide = found["layers"][0]["output_shape"]
    biases = options.filters if options.bias else 0
    each = f"{options.kernel} × {options.kernel} × {options.channels}"
    weights, products = found["parameters"] - biases, found["multiply_adds"]
    return Worked(
        (
            Step("weights", "Weights", weights, f"{each} × {options.filters}"),
            Step("parameters", "Parameters", found["parameters"], f"{weights} + {biases}"),
            Step("output_height", "Height of the maps", high, size_formula(options, options.height), "pixels"),
            Step("output_width", "Width of the maps", wide, size_formula(options, options.width), "pixels"),
            Step(
                "values", "Values that come out", options.filters * high * wide, f"{options.filters} × {high} × {wide}"
            ),
            Step("multiply_adds", "Multiply-adds (MACs)", products, f"{each} × {options.filters} × {high} × {wide}"),
            Step("flops", "FLOPs", 2 * products, f"2 × {products}"),
            Step("field", "One place sees", found["receptive_field"], field_formula(options), "pixels a side"),
        ),
        notes=_notes(options, high, wide),
    )


def size_formula(options: ConvolutionOptions, side: int) -> str:
    """The side of the maps from that of the picture."""
    reach = f"{options.dilation} × ({options.kernel} − 1)"
    return f"⌊({side} + 2 × {options.padding} − {reach} − 1) / {options.stride}⌋ + 1"


def field_formula(options: ConvolutionOptions) -> str:
    """The side of what one place sees."""
    return f"({options.kernel} − 1) × {options.dilation} + 1"


def _notes(options: ConvolutionOptions, high: int, wide: int) -> tuple[str, ...]:
    if (high, wide) == (options.height, options.width):
        return ("The maps are as large as what comes in.",)
    return (f"{options.height * options.width:,} places come in, {high * wide:,} go out.",)


ENTRY: Entry[Calculator] = Entry(
    options=ConvolutionOptions,
    build=Calculator("One convolution", (3, 7, 8), calculate),
    tiny={"height": 8, "width": 8},
)
