"""A network ready to be asked: a module with its fitted preprocessing, its classes and a lock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from cnn_core.base.errors import UnknownName, UserError
from cnn_core.models.anatomy import conv_layers
from cnn_core.pictures import Picture, as_picture, open_film
from cnn_core.preprocessing.pipeline import Preprocessing

Pictured = str | Path | bytes | Image.Image | NDArray[np.uint8]
Look = Callable[[], None]
BATCH = 64  # small batches stay in the cache of a processor core
CHUNK = 1024  # pictures held as float at a time


class Network:
    """A module in eval mode, float32, frozen; safe to be asked by several threads at once.

    The module belongs to this object: nobody else may train it or change it. Whatever adds hooks or needs gradients
    does so under `lock`.
    """

    def __init__(self, module: nn.Module, preprocessing: Preprocessing, classes: tuple[str, ...]) -> None:
        self.module = module.eval().requires_grad_(False)
        for part in module.modules():  # an activation in place would change the map that a layer's hook has kept
            if getattr(part, "inplace", False):
                setattr(part, "inplace", False)  # noqa: B010 - mypy takes every attribute of a module for a tensor
        self.preprocessing = preprocessing
        self.classes = classes
        self.lock = threading.Lock()

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """(C, H, W) of what the module gets."""
        return self.preprocessing.input_shape

    @cached_property
    def _convolutions(self) -> list[tuple[str, tuple[int, int]]]:
        return conv_layers(self.module, self.input_shape)

    def convolutions(self) -> list[tuple[str, tuple[int, int]]]:
        """Every convolution by name, in the order of call, with the (height, width) of its output."""
        with self.lock:
            return self._convolutions

    def open(self, picture: Pictured, name: str = "") -> Picture:
        """Open a path, bytes, a PIL picture or a uint8 array (H, W) or (H, W, C) as a picture.

        Raises:
            BadPicture: it cannot be used.
        """
        return as_picture(picture, name)

    def preprocess(self, picture: Pictured) -> Tensor:
        """A picture as the module gets it: float32 (1, C, H, W).

        For films: an animation, or uint8 (H, W, T * C) with any number T of frames; float32 (1, T * C, H, W).
        """
        if self.preprocessing.frames > 1:
            return self.preprocessing.tensor(self._film(picture)[None])
        return self.preprocessing.tensor(self.preprocessing.picture(self.open(picture).image)[None])

    def only_pictures(self, what: str) -> None:
        """Raise where this network takes films; `what` cannot be done with them, as a sentence goes on after `and`.

        Raises:
            UserError: it takes films.
        """
        if self.preprocessing.frames > 1:
            raise UserError(f"This network takes films, and {what}.")

    def _film(self, film: Pictured) -> NDArray[np.uint8]:
        """A film as preprocessed, uint8 (H, W, T * C)."""
        colors = self.preprocessing.stored_shape[0] // self.preprocessing.frames
        if isinstance(film, np.ndarray):
            if film.dtype == np.uint8 and film.ndim == 3 and film.shape[2] > 0 and film.shape[2] % colors == 0:
                return self.preprocessing.pictures(film[None])[0]
            raise UserError(f"A film must be uint8 (H, W, frames x {colors}), not {film.dtype} {film.shape}.")
        if isinstance(film, Image.Image):
            raise UserError(
                "This network takes films: give an animation (GIF or WebP), or a film of its data as test-0."
            )
        return np.concatenate([self.preprocessing.picture(one) for one in open_film(film)], axis=2)

    def logits(self, images: Tensor, look: Look = lambda: None) -> Tensor:
        """float32 (N, C, H, W) to float32 logits (N, K), in batches; `look` is called before each, and may raise."""
        device = next(self.module.parameters()).device
        found = []
        for batch in torch.split(images, BATCH):
            look()
            with self.lock, torch.inference_mode():  # taken anew for each batch, so that others wait only for one
                found.append(self.module(batch.to(device)).float().cpu())
        return torch.cat(found)

    def predict(self, pictures: NDArray[np.uint8], look: Look = lambda: None) -> NDArray[np.float32]:
        """Whole sets: uint8 (N, H, W, C) as stored to float32 logits (N, K); `look` as in `logits`."""
        seen = self.preprocessing.pictures(pictures)
        chunks = range(0, len(seen), CHUNK)
        return torch.cat([self.logits(self.preprocessing.tensor(seen[i : i + CHUNK]), look) for i in chunks]).numpy()

    def activations(self, images: Tensor, layer: str) -> Tensor:
        """The output of a layer, as named by `named_modules`, for float32 (N, C, H, W); of its last call.

        Raises:
            UserError: there is no such layer, or a picture does not pass it, or it gives something else than a tensor.
        """
        modules = dict(self.module.named_modules())
        if layer not in modules or layer == "":
            raise UnknownName(layer, "layer", [name for name in modules if name])
        kept: list[Any] = []
        device = next(self.module.parameters()).device
        with self.lock, torch.inference_mode():
            hook = modules[layer].register_forward_hook(lambda _m, _i, output: kept.append(_copied(output)))
            try:
                self.module(images.to(device))
            finally:
                hook.remove()
        if not kept or not isinstance(kept[-1], Tensor):
            raise UserError(f'layer "{layer}" gives no maps and no numbers for a picture; choose another one.')
        return kept[-1]


def _copied(output: Any) -> Any:
    """A copy, for what comes next may work in place (`out += shortcut`)."""
    return output.float().cpu().clone() if isinstance(output, Tensor) else None
