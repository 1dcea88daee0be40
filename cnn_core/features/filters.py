"""The filters of a convolution: its weights as small pictures on one symmetric scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from cnn_core.base.errors import Failed, UnknownName, UserError
from cnn_core.features.layers import layers

if TYPE_CHECKING:
    from cnn_core.network import Network

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Filters:
    """The filters of one convolution.

    layer, type: its name and kind. weights: float32 (K, C, h, w), K filters that read C maps each; C is the number of
    its input maps divided by `groups` (1 for a depthwise convolution). color: each filter reads the three colours of
    the picture, so it can be shown as a colour. scale: the largest weight without its sign; all weights lie in
    -scale..scale. norms: float64 (K,), the length of each filter as a vector (root of the sum of squares).
    by_norm: the filters by number, the longest first. by_similarity: see `chain`. layers: all that can be asked.
    notice: what is to be known of the network itself; a sentence or "".
    """

    layer: str
    type: str
    weights: Floats
    groups: int
    color: bool
    scale: float
    norms: NDArray[np.float64]
    by_norm: NDArray[np.int64]
    by_similarity: NDArray[np.int64]
    layers: tuple[str, ...]
    notice: str = ""

    def record(self) -> dict[str, Any]:
        """What `filters --json` prints: everything but the weights; `filters` has the longest first."""
        return {
            "layer": self.layer,
            "type": self.type,
            "shape": list(self.weights.shape),
            "groups": self.groups,
            "color": self.color,
            "scale": self.scale,
            "mean": float(self.weights.mean(dtype=np.float64)),
            "zeros": float((self.weights == 0).mean()),
            "filters": [{"filter": int(k), "norm": float(self.norms[k])} for k in self.by_norm],
            "by_similarity": self.by_similarity.tolist(),
            "layers": list(self.layers),
            "notice": self.notice,
        }


def filters(network: Network, layer: str | None = None) -> Filters:
    """The filters of a convolution, safely from any thread.

    Args:
        layer: as `named_modules` names it; by default the first convolution that is called.

    Raises:
        UserError: there is no such layer, it is no convolution, or the network has none.
        Failed: its weights are not finite.
    """
    known = [name for name, _ in network.convolutions()]
    if not known:
        raise UserError(_without(network))
    name = known[0] if layer is None else layer
    if name not in known:
        raise UnknownName(name, "layer (a convolution)", known)
    module = network.module.get_submodule(name)
    with network.lock:
        weights = _weights(module)
    if not np.isfinite(weights).all():
        raise Failed(f"The weights of {name} are not finite numbers, so there is nothing to show.")
    norms = np.sqrt((weights.astype(np.float64) ** 2).sum(axis=(1, 2, 3)))
    return Filters(
        layer=name,
        type=type(module).__name__,
        weights=weights,
        groups=int(module.groups),  # type: ignore[arg-type]
        color=name == known[0] and network.input_shape[0] == 3 and weights.shape[1] == 3,
        scale=float(np.abs(weights).max()),
        norms=norms,
        by_norm=np.argsort(-norms, kind="stable"),
        by_similarity=chain(weights),
        layers=tuple(known),
    )


def _without(network: Network) -> str:
    """What is possible in a network that has no convolution over pictures."""
    if any(isinstance(part, nn.Conv3d) for part in network.module.modules()):
        return "The filters of this network reach over time as well as over a frame, so they are not shown as pictures."
    known = ", ".join(one.name for one in layers(network)[:4])
    return (
        "This network has no convolution, so it has no filters to show. "
        f"What can be looked at: the activations of its layers ({known}, …); networks such as small_cnn have filters."
    )


def _weights(module: nn.Module) -> Floats:
    """float32 (K, C, h, w) of any convolution, one that enlarges too: its weights are stored the other way round."""
    weights: Floats = module.weight.detach().float().cpu().numpy().copy()  # type: ignore[operator]
    if not isinstance(module, nn.ConvTranspose2d):
        return weights
    inputs, outputs, *kernel = weights.shape
    parts = weights.reshape(module.groups, inputs // module.groups, outputs, *kernel)
    return np.ascontiguousarray(parts.swapaxes(1, 2).reshape(module.groups * outputs, -1, *kernel))


def chain(weights: Floats) -> NDArray[np.int64]:
    """Filters in a line in which neighbours look alike: int64 (K,).

    Begins with the longest; next comes, of those that are left, the one with the largest cosine to the last one (the
    first of them on a tie). A filter of zeros looks like nothing: such ones end the line.

    Args:
        weights: (K, ...).
    """
    flat = weights.reshape(len(weights), -1).astype(np.float64)
    norms = np.sqrt((flat**2).sum(axis=1))
    flat = flat / np.where(norms > 0, norms, 1)[:, None]
    alike = flat @ flat.T
    left = norms > 0
    line: list[int] = []
    at = int(norms.argmax())
    while left.any():
        line.append(at)
        left[at] = False
        at = int(np.where(left, alike[at], -np.inf).argmax())
    return np.array([*line, *np.flatnonzero(norms == 0)], dtype=np.int64)
