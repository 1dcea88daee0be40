"""A network of torchvision by its name: AlexNet to vision transformers, built as their papers say.

Eighty networks in the form that torchvision publishes; the same file names, layers and shapes, so its ImageNet weights
fit (`pretrained` makes a run of them). Here they begin with random weights and are trained like the others. They were
made for pictures of 224 pixels: most take smaller ones, but leave few places of them; for 32 pixels resnet_cifar is the
better choice. The norms of mobilenet_v3, mnasnet and the larger efficientnets average over hundreds of steps: after
fewer they do badly on pictures that they do not train on. Takes (N, C, H, W), any number of channels, and gives logits
(N, classes). Auxiliary heads are left out.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any, Literal

import torch
from pydantic import Field
from torch import nn
from torchvision import models

from cnn_core.base.options import Entry, Facts, Options
from cnn_core.models.blocks import too_large, too_small
from cnn_core.models.zoo import BuildModel

NAMES = tuple(models.list_models(module=models))
IMAGENET = 1000  # classes that the published numbers of parameters are for
PLAIN = {name: {"aux_logits": False, "init_weights": True} for name in ("googlenet", "inception_v3")}
SMALLEST = {"swin": 4, "efficientnet_v2": 1}  # of whole families, where torchvision states the size it trained with
WINDOWS = 224  # maxvit cuts its maps into 7x7 windows after it has halved the picture five times


class TorchvisionOptions(Options):
    network: Literal[NAMES] = Field(  # type: ignore[valid-type]
        "resnet18", title="Network", description="The name that torchvision gives it."
    )


def torchvision(options: TorchvisionOptions, input_shape: tuple[int, int, int], num_classes: int) -> nn.Module:
    """See `BuildModel` for the shapes."""
    name, sizes = options.network, _sizes(options.network, input_shape)
    try:
        model = models.get_model(name, weights=None, num_classes=num_classes, **PLAIN.get(name, {}), **sizes)
    except NotImplementedError:  # regnet computes its widths with torch, which has no numbers on the meta device
        with torch.device("cpu"):
            model = models.get_model(name, weights=None, num_classes=num_classes)
        model = model.to(torch.get_default_device())
    _take_channels(model, input_shape[0])
    for part in model.modules():  # an activation in place would change the map that Grad-CAM keeps
        if getattr(part, "inplace", False):
            setattr(part, "inplace", False)  # noqa: B010 - mypy takes every attribute of a module for a tensor
    return model


def _sizes(name: str, input_shape: tuple[int, int, int]) -> dict[str, Any]:
    """What networks must know that learn something for each place of the picture."""
    if name.startswith("vit"):
        return {"image_size": input_shape[1]}
    if name.startswith("maxvit"):
        return {"input_size": input_shape[1:]}
    return {}


def _take_channels(model: nn.Module, channels: int) -> None:
    """Make the first convolution anew where pictures have other than three channels."""
    path, first = next((path, part) for path, part in model.named_modules() if isinstance(part, nn.Conv2d))
    if first.in_channels == channels:
        return
    parent, _, name = path.rpartition(".")
    other = nn.Conv2d(
        channels,
        first.out_channels,
        first.kernel_size,  # type: ignore[arg-type]
        first.stride,  # type: ignore[arg-type]
        first.padding,  # type: ignore[arg-type]
        bias=first.bias is not None,
    )
    setattr(model.get_submodule(parent), name, other)


@cache
def published(name: str) -> dict[str, Any]:
    """What torchvision states of its default weights: `min_size`, `num_params`, ..."""
    return dict(models.get_model_weights(name).DEFAULT.meta)


def unfit(options: TorchvisionOptions, facts: Facts) -> str:
    """Too small a picture, a side that does not divide, or too many parameters."""
    name, (_, height, width) = options.network, facts.input_shape
    reason = too_large(published(name)["num_params"], "a smaller network") if facts.classes <= IMAGENET else ""
    if reason:
        return reason
    if square := _square(name):
        return _no_square(name, height, width, square) if height != width or height % square else ""
    smallest = next((side for family, side in SMALLEST.items() if name.startswith(family)), None)
    smallest = smallest or published(name)["min_size"][0]
    return too_small(facts.input_shape, _fails(name, height, width), smallest) if min(height, width) < smallest else ""


@lru_cache(maxsize=64)
def _fails(name: str, height: int, width: int) -> str:
    """The layer at which a picture of this size ends: tried without memory, on the meta device."""
    entered: list[str] = []
    with torch.device("meta"), torch.inference_mode():
        model = torchvision(TorchvisionOptions(network=name), (3, height, width), 2).eval()
        for path, part in model.named_modules():
            part.register_forward_pre_hook(lambda part, _, path=path: entered.append(f"{path} ({type(part).__name__})"))
        try:
            model(torch.empty(1, 3, height, width))
        except (RuntimeError, ValueError):
            pass
    return entered[-1]


def _square(name: str) -> int:
    """The side of which a picture's own must be a multiple, for transformers; 0 for all others."""
    if name.startswith("vit"):
        return int(name.rpartition("_")[2])
    return WINDOWS if name.startswith("maxvit") else 0


def _no_square(name: str, height: int, width: int, square: int) -> str:
    return (
        f"{name} takes square pictures with sides of {square}, {2 * square}, {3 * square} and so on, "
        f"not {height}x{width}; preprocessing.resize.size brings them there."
    )


ENTRY: Entry[BuildModel] = Entry(
    options=TorchvisionOptions, build=torchvision, tiny={"network": "squeezenet1_1"}, unfit=unfit
)
