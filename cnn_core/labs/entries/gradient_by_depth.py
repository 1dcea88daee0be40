"""Shortcuts keep the gradients of a deep network in balance: the plain twin's explode towards the first layer.

The textbook says that residual networks cure vanishing gradients. With batch norm nothing vanishes: in a plain
network of 56 layers the gradient grows from the last layer to the first, some thousand times; with shortcuts it stays
within ten. Without batch norm it is the other way round. The lab measures it before anything is learned. He et al.,
2015; Yang et al., 2019 (a mean field theory of batch normalization).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

SIDE = 16


class GradientByDepthOptions(Options):
    deep: int = Field(56, ge=14, le=110, title="Deep", description="Layers of the deep pair: 6n+2.")
    shallow: int = Field(20, ge=8, le=110, title="Shallow", description="Layers of the shallow pair: 6n+2.")
    batch_norm: bool = Field(True, title="Batch norm", description="Off: plain networks shrink, residual ones explode.")
    pictures: int = Field(128, ge=16, le=1024, title="Pictures", description="In the one batch that goes through.")


def gradients(depth: int, skip: bool, options: GradientByDepthOptions, seed: int) -> list[float]:
    """The gradient of each 3x3 convolution, first to last, before anything is learned."""
    import torch
    from torch.nn import functional

    from cnn_core.labs.gradients import batch, conv_gradients
    from cnn_core.models import build_model

    pictures, targets = batch("digits", options.pictures)
    pictures = functional.interpolate(pictures, SIDE, mode="bilinear")
    torch.manual_seed(seed)
    chosen = {"depth": depth, "width": 8, "skip": skip, "batch_norm": options.batch_norm}
    return conv_gradients(build_model("resnet_cifar", (1, SIDE, SIDE), 10, **chosen).train(), pictures, targets)


def measure(options: GradientByDepthOptions, seed: int, bench: Bench) -> Reading:
    """Plain and residual, shallow and deep. The numbers are called by the default depths."""
    numbers, curves = {}, {}
    for name, depth in (("20", options.shallow), ("56", options.deep)):
        for kind, skip in (("plain", False), ("resnet", True)):
            bench.say(f"{kind}, {depth} layers")
            norms = gradients(depth, skip, options, seed)
            numbers[f"ratio_{kind}_{name}"] = norms[0] / norms[-1]
            curves[f"{kind} {depth}"] = [(place / (len(norms) - 1), norm) for place, norm in enumerate(norms)]
    return Reading(numbers, curves)


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    plain, residual = numbers["ratio_plain_56"], numbers["ratio_resnet_56"]
    said = f"first over last in the deep pair: plain {plain:,.0f}, residual {residual:,.1f}"
    if plain > 100 and residual < 20:
        return "confirmed", f"The plain network explodes towards its first layer, the residual one does not; {said}."
    if plain > 5 * residual:
        return "not at this scale", f"The plain network is worse, but not by all that the rule asks; {said}."
    return "refuted", f"The plain network is no worse; {said}."


ENTRY: Entry[Lab] = Entry(
    options=GradientByDepthOptions,
    build=Lab(
        title="Gradient by depth",
        varies="Shortcuts on and off in networks of 20 and 56 layers, before anything is learned.",
        rule="Confirmed when the gradient of the first over that of the last convolution is above 100 in the deep "
        "plain network and below 20 "
        "in its residual twin; refuted when the plain one is less than five times worse.",
        numbers={
            f"ratio_{kind}_{name}": f"First over last gradient of the {'deep' if name == '56' else 'shallow'} "
            f"{kind} network."
            for name in ("20", "56")
            for kind in ("plain", "resnet")
        },
        measure=measure,
        judge=judge,
        next="Turn batch norm off: now the residual network explodes and the plain one shrinks. Then train both "
        "twins (option Shortcuts).",
        seconds=6,
        chart=Chart("Gradient of each convolution before anything is learned", "depth", "norm", log=True),
    ),
    tiny={"deep": 14, "shallow": 8, "pictures": 16},
)
