"""A stack of layers: how far one place sees, and which pixels it never looks at.

Each layer adds (kernel - 1) x dilation x jump to the receptive field; the jump is the product of the strides before. So
a field grows with the sum of the rates, and doubles with depth only where the rates double. It can have holes
(gridding): three layers with rate 2 see 49 of their 169 pixels. A short list is repeated until all layers have a
number. Pooling is a layer too: give its window and stride. Yu and Koltun, 2016; Wang et al., 2018.
"""

from __future__ import annotations

from pydantic import Field, field_validator

from cnn_core.base.errors import UserError
from cnn_core.base.options import Entry, Options
from cnn_core.calculators import Calculator, Step, Table, Worked
from cnn_core.calculators.lists import wholes
from cnn_core.models import reach

LAYERS, FIELD = 16, 4096
Layers = tuple[list[int], list[int], list[int]]  # kernels, strides, dilations


class StackOptions(Options):
    kernels: str = Field("3", title="Kernels", description="Side of each layer's window, such as 3, 3, 5.")
    strides: str = Field("1", title="Strides", description="Of each layer, such as 1, 2, 1.")
    dilations: str = Field("1, 2, 4", title="Dilations", description="Rate of each layer, such as 1, 2, 4.")
    side: int = Field(64, ge=1, le=4096, title="Side", description="Of the picture, in pixels; it is square.")

    @field_validator("kernels")
    @classmethod
    def _kernels(cls, text: str) -> str:
        wholes(text, 1, 31, LAYERS)
        return text

    @field_validator("strides")
    @classmethod
    def _strides(cls, text: str) -> str:
        wholes(text, 1, 8, LAYERS)
        return text

    @field_validator("dilations")
    @classmethod
    def _dilations(cls, text: str) -> str:
        wholes(text, 1, 512, LAYERS)
        return text


def layers(options: StackOptions) -> Layers:
    """Kernels, strides and dilations of all layers; short lists are repeated.

    Raises:
        UserError: together they see farther than can be drawn.
    """
    lists = [
        wholes(options.kernels, 1, 31, LAYERS),
        wholes(options.strides, 1, 8, LAYERS),
        wholes(options.dilations, 1, 512, LAYERS),
    ]
    depth = max(map(len, lists))
    kernels, strides, dilations = ([one[at % len(one)] for at in range(depth)] for one in lists)
    if (side := reach.field_side(kernels, strides, dilations)) > FIELD:
        raise UserError(f"Such a stack sees {side:,} pixels a side; at most {FIELD:,} are worked out here.")
    return kernels, strides, dilations


def calculate(options: StackOptions) -> Worked:
    """The field, what of it is seen, and each layer by itself."""
    kernels, strides, dilations = layers(options)
    counts = reach.paths(kernels, strides, dilations)
    field, seen = len(counts), int((counts > 0).sum())
    jumps = [1]
    for stride in strides:
        jumps.append(jumps[-1] * stride)
    parts = zip(kernels, dilations, jumps[:-1], strict=True)
    formula = " + ".join(["1", *(f"({kernel} − 1) × {rate} × {jump}" for kernel, rate, jump in parts)])
    share = reach.share_seen(counts)
    return Worked(
        (
            Step("field", "Receptive field", field, formula, "pixels a side"),
            Step("pixels_in_field", "Pixels in it", field**2, f"{field} × {field}"),
            Step("pixels_seen", "Of these it sees", seen**2, f"{seen} × {seen}"),
            Step("share_seen", "Share that it sees", share, f"{seen**2} / {field**2}", "%"),
            Step("jump", "Between two outputs", jumps[-1], " × ".join(map(str, strides)), "pixels"),
            Step("paths", "Paths to the pixel with most", int(counts.max()) ** 2, f"{counts.max()} × {counts.max()}"),
        ),
        (_by_layer(options, (kernels, strides, dilations)),),
        notes=_notes(options, field),
        warnings=gridding((kernels, strides, dilations), share),
    )


def _by_layer(options: StackOptions, stack: Layers) -> Table:
    side, rows = options.side, []
    for at, (kernel, stride, rate) in enumerate(zip(*stack, strict=True)):
        field = reach.field_side(*(one[: at + 1] for one in stack))
        inside = reach.taps_inside(kernel, rate, side) if kernel % 2 else None
        side = (side - 1) // stride + 1
        alone = (kernel - 1) * rate + 1
        rows.append((at + 1, kernel, stride, rate, alone, field, side, None if inside is None else 100 * inside))
    names = ("layer", "kernel", "stride", "rate", "alone sees", "stack sees", "map", "% of taps on the map")
    return Table("Layer by layer, each padded so that only strides make maps smaller", names, tuple(rows))


def _notes(options: StackOptions, field: int) -> tuple[str, ...]:
    if field > options.side:
        return (f"The field is larger than the picture: some of its {field} pixels a side are padding everywhere.",)
    return (f"That is {field / options.side:.0%} of the picture's side, and {(field / options.side) ** 2:.1%} of it.",)


def gridding(stack: Layers, share: float) -> tuple[str, ...]:
    """What is wrong with the rates, in sentences; nothing where every pixel of the field is seen."""
    kernels, strides, rates = stack
    if share == 1:
        return ()
    said = [f"Gridding: {1 - share:.1%} of the field is never looked at."]
    if set(strides) == {1} and len(set(kernels)) == 1:
        factor, hole = reach.common_factor(rates), reach.largest_hole(kernels[0], rates)
        if factor > 1:
            said.append(f"All rates share the factor {factor}; the published rule wants none, as in 1, 2, 5.")
        if hole > kernels[0]:
            said.append(
                f"The taps leave distances of {hole}; the published rule wants at most {kernels[0]}, the kernel."
            )
    return tuple(said)


ENTRY: Entry[Calculator] = Entry(
    options=StackOptions, build=Calculator("Receptive field", (3, 4, 7, 12, 15), calculate)
)
