"""The layers of a network that can be looked at, and the one to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import nn

from cnn_core.models.anatomy import layer_outputs

if TYPE_CHECKING:
    from cnn_core.network import Network

WEIGHTED = nn.Conv2d | nn.ConvTranspose2d | nn.Linear


@dataclass(frozen=True)
class Layer:
    """A layer with its name in `named_modules`, its type, and what it gives for a picture: (C, H, W) maps or (C,)."""

    name: str
    type: str
    shape: tuple[int, ...]


def layers(network: Network) -> list[Layer]:
    """Every layer and block that gives maps or a vector, in the order of call."""
    with network.lock:
        found = layer_outputs(network.module, network.input_shape)
    return [Layer(name, kind, tuple(shape)) for name, kind, shape in found if len(shape) in (1, 3)]


def first_layer(network: Network, known: Sequence[Layer]) -> str:
    """Where to begin: what leaves the first convolution (or dense layer) with all that follows it before the next.

    There the maps are still large, and activation and pooling have made them what the network goes on with.
    """
    modules = dict(network.module.named_modules())
    leaves = [one.name for one in known if next(modules[one.name].children(), None) is None]
    weighted = [place for place, name in enumerate(leaves) if isinstance(modules[name], WEIGHTED)]
    if not weighted:
        return leaves[-1] if leaves else ""
    return leaves[(weighted[1] if len(weighted) > 1 else weighted[0] + 1) - 1]
