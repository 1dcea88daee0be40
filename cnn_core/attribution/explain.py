"""One explanation: a picture, a class, a layer; what the network saw there, and whether there is anything to see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from cnn_core.attribution.methods import SHELF
from cnn_core.base.errors import Failed, UnknownName, UserError
from cnn_core.base.options import Facts, parse_options

if TYPE_CHECKING:
    from cnn_core.network import Network, Pictured

Layers = dict[str, tuple[int, int]]  # name to (height, width) of its map
TOP = 5


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why a network said what it said about one picture.

    method, layer: what was asked, and where. target, target_index, probability: the class that is explained.
    shape: (H, W) of heat, the network's input. grid: (h, w) of map, the layer's own cells.
    has_evidence: False when nothing speaks for the class; such a map is not to be painted.
    heat: float32 (H, W), the map on the input's pixels, true scale. map: float32 (h, w).
    saw: uint8 (H, W, C), the picture as the network got it, before scaling. original: uint8 (H', W', 3), upright.
    window: (left, top, right, bottom) in the original's pixels, what of it the network gets.
    notes: sentences about the picture. top: the best five as {class, index, probability}.
    layers: {name, grid} of all that can be asked. notice: what is to be known of the network itself; a sentence or "".
    """

    method: str
    layer: str
    target: str
    target_index: int
    probability: float
    shape: tuple[int, int]
    grid: tuple[int, int]
    has_evidence: bool
    heat: NDArray[np.float32]
    map: NDArray[np.float32]
    saw: NDArray[np.uint8]
    original: NDArray[np.uint8]
    window: tuple[float, float, float, float]
    notes: tuple[str, ...]
    top: tuple[dict[str, Any], ...]
    layers: tuple[dict[str, Any], ...]
    notice: str = ""

    def record(self) -> dict[str, Any]:
        """What `explain --json` prints: everything but the arrays."""
        return {
            "method": self.method,
            "layer": self.layer,
            "target": self.target,
            "target_index": self.target_index,
            "probability": self.probability,
            "shape": list(self.shape),
            "grid": list(self.grid),
            "has_evidence": self.has_evidence,
            "window": list(self.window),
            "notes": list(self.notes),
            "top": list(self.top),
            "notice": self.notice,
        }


def explain(
    network: Network,
    picture: Pictured,
    method: str = "grad_cam",
    options: Mapping[str, Any] | None = None,
    layer: str | None = None,
    target: str | int | None = None,
) -> Explanation:
    """Ask a network why, safely from any thread.

    Args:
        network: what to ask. picture: a path, bytes, a PIL picture, or a uint8 array (H, W) or (H, W, C).
        method, options: an entry of the shelf of methods, and its options by name.
        layer: a convolution, as `named_modules` names it; by default the last one with more than 1x1 positions.
        target: a class name, else an index; by default the class that the network predicts.

    Raises:
        BadPicture: the picture cannot be used.
        UserError: an unknown method, option, layer or class, or a network that the method does not fit.
        Failed: the network gives no finite numbers for this picture.
    """
    network.only_pictures("no method here says which part of which frame decided")
    method = SHELF.known(method)
    entry = SHELF.load(method)
    chosen = parse_options(entry.options, options or {}, method)
    layers = _layers(network)
    facts = Facts(input_shape=network.input_shape, classes=len(network.classes), convolutions=len(layers))
    if reason := entry.unfit(chosen, facts):
        raise UserError(reason)
    layer = _layer(layer, layers)
    asked = None if target is None else _target(target, network.classes)
    opened = network.open(picture)
    saw = network.preprocessing.picture(opened.image)  # uint8 (H, W, C)
    chances, found, index = _ask(network, entry.build, chosen, layer, network.preprocessing.tensor(saw[None]), asked)
    heat = upsample(found, network.input_shape[1:])
    return Explanation(
        method=method,
        layer=layer,
        target=network.classes[index],
        target_index=index,
        probability=float(chances[index]),
        shape=(heat.shape[0], heat.shape[1]),
        grid=(found.shape[0], found.shape[1]),
        has_evidence=bool(heat.max() > 0),
        heat=heat.numpy(),
        map=found.numpy(),
        saw=saw,
        original=np.asarray(opened.image.convert("RGB")),
        window=network.preprocessing.window(*opened.image.size),
        notes=tuple(opened.notes),
        top=_top(chances, network.classes),
        layers=tuple({"name": name, "grid": list(grid)} for name, grid in layers.items()),
    )


def upsample(found: Tensor, size: tuple[int, int]) -> Tensor:
    """A map (h, w) to the pixels of the input, float32 (H, W): ReLU, then bilinear, corners not aligned; true scale."""
    return functional.interpolate(found.clamp_min(0)[None, None], size=size, mode="bilinear", align_corners=False)[0, 0]


def _ask(
    network: Network, method: Any, options: Any, layer: str, images: Tensor, target: int | None
) -> tuple[NDArray[np.float64], Tensor, int]:
    """Probabilities (K,), map float32 (h, w) and the index that was explained; alone with the module all the time."""
    module = network.module
    with network.lock, torch.inference_mode(False):  # whatever the caller's mode
        images = images.to(next(module.parameters()).device, copy=True)
        with torch.inference_mode():
            logits = module(images)[0].double()
        index = int(logits.argmax()) if target is None else target
        targets = torch.tensor([index], device=images.device)
        found = method(options, module, module.get_submodule(layer), images, targets)[0].float().cpu()
    if not (logits.isfinite().all() and found.isfinite().all()):
        raise Failed("The network gives no finite numbers for this picture, so there is nothing to explain.")
    return logits.softmax(0).cpu().numpy(), found, index


def _layers(network: Network) -> Layers:
    """The convolutions whose output still has places, in the order of call."""
    return {name: grid for name, grid in network.convolutions() if grid[0] * grid[1] > 1}


def _layer(asked: str | None, layers: Layers) -> str:
    if asked is None:
        return next(reversed(layers), "")  # a method that needs none also works without any
    if asked not in layers:
        raise UnknownName(asked, "layer (a convolution with more than 1x1 positions)", layers)
    return asked


def _target(asked: str | int, classes: tuple[str, ...]) -> int:
    """A class name wins over an index: on digits `7` is the class named 7."""
    text = str(asked)
    if text in classes:
        return classes.index(text)
    if text.isascii() and text.isdigit() and len(text) < 10 and int(text) < len(classes):
        return int(text)
    raise UnknownName(asked, f"target (a class, or an index from 0 to {len(classes) - 1})", classes)


def _top(chances: NDArray[np.float64], classes: tuple[str, ...]) -> tuple[dict[str, Any], ...]:
    best = np.argsort(-chances, kind="stable")[:TOP]
    return tuple({"class": classes[i], "index": int(i), "probability": float(chances[i])} for i in best)
