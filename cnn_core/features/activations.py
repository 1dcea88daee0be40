"""What lights up in a layer for one picture: its maps, how strong each is, and their numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.base.errors import Failed, UnknownName, UserError
from cnn_core.features.layers import Layer, first_layer, layers

if TYPE_CHECKING:
    from cnn_core.network import Network, Pictured


@dataclass(frozen=True, eq=False)
class Activations:
    """The maps of one layer for one picture.

    layer, type: the layer's name and kind. maps: float32 (C, H, W), or (C,) of a dense layer, true values.
    strengths: float64 (C,), how strong each channel is: the mean of its values without their signs.
    order: the channels, the strongest first (the first of them on a tie). saw: uint8 (H', W', C'), the picture as the
    network got it. notes: sentences about the picture. layers: all that can be asked.
    notice: what is to be known of the network itself; a sentence or "".
    """

    layer: str
    type: str
    maps: NDArray[np.float32]
    strengths: NDArray[np.float64]
    order: NDArray[np.int64]
    saw: NDArray[np.uint8]
    notes: tuple[str, ...]
    layers: tuple[Layer, ...]
    notice: str = ""

    @property
    def signed(self) -> bool:
        """Whether any value is below 0."""
        return bool(self.maps.min() < 0)

    @property
    def largest(self) -> float:
        """The largest value without its sign."""
        return float(np.abs(self.maps).max())

    def record(self) -> dict[str, Any]:
        """What `activations --json` prints: everything but the arrays; `channels` has the strongest first."""
        channels = [
            {"channel": int(c), "strength": float(self.strengths[c]), **statistics(self.maps[c])} for c in self.order
        ]
        return {
            "layer": self.layer,
            "type": self.type,
            "shape": list(self.maps.shape),
            **statistics(self.maps),
            "channels": channels,
            "notes": list(self.notes),
            "layers": [one.name for one in self.layers],
            "notice": self.notice,
        }


def activations(network: Network, picture: Pictured, layer: str | None = None) -> Activations:
    """What a layer gives for a picture, safely from any thread.

    Args:
        picture: a path, bytes, a PIL picture, or a uint8 array (H, W) or (H, W, C).
        layer: as `named_modules` names it; by default see `first_layer`.

    Raises:
        BadPicture: the picture cannot be used. UserError: no such layer, or it gives neither maps nor a vector.
        Failed: its numbers are not finite.
    """
    network.only_pictures("the maps of a layer are shown for single pictures only")
    known = layers(network)
    name = first_layer(network, known) if layer is None else layer
    modules = dict(network.module.named_modules())
    if not name or name not in modules:
        raise UnknownName(name, "layer", [one.name for one in known])
    opened = network.open(picture)
    saw = network.preprocessing.picture(opened.image)
    found = network.activations(network.preprocessing.tensor(saw[None]), name).numpy()
    if found.ndim not in (2, 4) or len(found) != 1 or not found.size:
        shape = " × ".join(map(str, found.shape))
        raise UserError(
            f"layer {name} gives {shape} numbers for a picture, which are neither maps nor one vector; "
            f"choose another one, as {first_layer(network, known)}."
        )
    maps = found[0]
    if not np.isfinite(maps).all():
        raise Failed(f"Layer {name} gives no finite numbers for this picture, so there is nothing to show.")
    strengths = np.abs(maps.reshape(len(maps), -1)).mean(axis=1, dtype=np.float64)
    return Activations(
        layer=name,
        type=type(modules[name]).__name__,
        maps=np.ascontiguousarray(maps),
        strengths=strengths,
        order=np.argsort(-strengths, kind="stable"),
        saw=saw,
        notes=tuple(opened.notes),
        layers=tuple(known),
    )


def statistics(values: NDArray[np.float32]) -> dict[str, float]:
    """Smallest, mean and largest value, and the share that is exactly 0."""
    return {
        "min": float(values.min()),
        "mean": float(values.mean(dtype=np.float64)),
        "max": float(values.max()),
        "zeros": float((values == 0).mean()),
    }
