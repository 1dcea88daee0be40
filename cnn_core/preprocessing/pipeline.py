"""The fitted preprocessing: the one function that decides what the network sees.

Training, evaluation, prediction and explanation use this and nothing else. Steps work on uint8 pictures, at last one
affine map per channel, folded from all steps, makes floats of them. A film, whose frames stand one after the other in
its channels, goes through frame by frame, and all of its frames get the same: so it may have any number of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnn_core.base.errors import Failed
from cnn_core.base.options import Options
from cnn_core.pictures import from_array
from cnn_core.preprocessing.steps import ORDER, SHELF, Step, Window

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Shape = tuple[int, int, int]  # C, H, W
Choices = Iterable[tuple[str, Options]]

CHUNK = 256  # pictures that become floats at a time: their floats stay in the processor's cache


@dataclass(frozen=True)
class Fitted:
    """One step with its options and what it learned from the training split."""

    name: str
    options: Options
    fitted: dict[str, Any]

    @property
    def step(self) -> Step:
        return SHELF.load(self.name).build


def output_shape(choices: Choices, stored_shape: Shape, frames: int = 1) -> Shape:
    """(C, H, W) of what the network gets, for a data set stored as (C, H, W). Reads no data, imports no torch."""
    shape = (stored_shape[0] // frames, *stored_shape[1:])
    for name, options in _complete(choices):
        shape = SHELF.load(name).build.shape(options, shape)
    return shape[0] * frames, shape[1], shape[2]


class Preprocessing:
    """Fitted steps. Nothing that it does changes its answers, so threads may share it.

    frames: of the films that it was fitted on; 1 for pictures. Films may have any number of them.
    """

    def __init__(self, steps: Sequence[Fitted], stored_shape: Shape, frames: int = 1) -> None:
        self.steps = tuple(steps)
        self.stored_shape = stored_shape
        self.frames = frames
        self._kept: dict[tuple[int, torch.device], tuple[Tensor, Tensor]] = {}

    @staticmethod
    def output_shape(choices: Choices, stored_shape: Shape, frames: int = 1) -> Shape:
        """See the function of this name."""
        return output_shape(choices, stored_shape, frames)

    @classmethod
    def fit(cls, choices: Choices, pictures: NDArray[np.uint8], frames: int = 1) -> Preprocessing:
        """Learn from the training split, uint8 (N, H, W, C); a step that was not chosen has its defaults."""
        steps: list[Fitted] = []
        shape = (pictures.shape[3], pictures.shape[1], pictures.shape[2])
        pictures = frames_of(pictures, pictures.shape[3] // frames)
        for name, options in _complete(choices):
            one = Fitted(name, options, SHELF.load(name).build.fit(options, pictures))
            pictures = _through([one], pictures)
            steps.append(one)
        return cls(steps, shape, frames)

    def record(self) -> dict[str, Any]:
        """Everything as plain JSON; `from_record` gives the same object back, to the bit."""
        steps = [{"name": s.name, "options": s.options.model_dump(mode="json"), "fitted": s.fitted} for s in self.steps]
        record = {"stored_shape": list(self.stored_shape), "input_shape": list(self.input_shape), "steps": steps}
        return {**record, "frames": self.frames} if self.frames > 1 else record

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Preprocessing:
        """What `record` made.

        Raises:
            Failed: the record is not of this form. UnknownName: a step that is not there (any more).
        """
        try:
            steps = [
                Fitted(
                    SHELF.known(one["name"]),
                    SHELF.load(one["name"]).options.model_validate(one["options"]),
                    dict(one["fitted"]),
                )
                for one in record["steps"]
            ]
            channels, height, width = (int(v) for v in record["stored_shape"])
            frames = int(record.get("frames", 1))
        except (KeyError, TypeError, ValueError) as error:
            raise Failed("The stored preprocessing is damaged or of another version; train the run again.") from error
        return cls(steps, (channels, height, width), frames)

    @cached_property
    def input_shape(self) -> Shape:
        """(C, H, W) of what the network gets."""
        return output_shape([(one.name, one.options) for one in self.steps], self.stored_shape, self.frames)

    @cached_property
    def _affine(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        channels = self.input_shape[0] // self.frames
        multiply, add = np.ones(channels), np.zeros(channels)
        for one in self.steps:
            found = one.step.affine(one.options, one.fitted, channels)
            if found is not None:
                multiply, add = multiply * found[0], add * found[0] + found[1]
        return multiply, add

    @property
    def multiply(self) -> NDArray[np.float32]:
        """Per channel (C,), of a film those of a frame: the network gets `pixel * multiply + add` for pixels 0..255."""
        return self._affine[0].astype(np.float32)

    @property
    def add(self) -> NDArray[np.float32]:
        """Per channel (C,); see `multiply`."""
        return self._affine[1].astype(np.float32)

    def pictures(self, pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """A set uint8 (N, H, W, C) to uint8 (N, H', W', C'): `picture` for each; the same array if nothing changes.

        Of films `picture` for each frame, however many they have.
        """
        if self.frames == 1:
            return _through(self.steps, pictures)
        frames = frames_of(pictures, self.stored_shape[0] // self.frames)
        return films_of(_through(self.steps, frames), len(pictures))

    def labels(self, labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Labels of pixels (N, H, W), moved as `pictures` moves the pixels: (N, H', W'), none mixed with another."""
        geometry = [  # what changes colours does not concern labels
            Fitted(one.name, one.options.model_copy(update={"interpolation": "nearest"}), one.fitted)
            for one in self.steps
            if "interpolation" in type(one.options).model_fields
        ]
        return _through(geometry, labels[..., None])[..., 0]

    def picture(self, picture: Image.Image | NDArray[np.uint8]) -> NDArray[np.uint8]:
        """One picture of any size, upright, L or RGB, or uint8 (H, W) or (H, W, C), to uint8 (H', W', C')."""
        return _array(_one(self.steps, picture if isinstance(picture, Image.Image) else from_array(picture).image))

    def window(self, width: int, height: int) -> Window:
        """Which part (left, top, right, bottom) of a picture of this size the network gets, in its pixels.

        Inside the picture where the middle is cut out; beyond its edges where it is padded.
        """
        box: Window = (0.0, 0.0, float(width), float(height))
        size, shape = (width, height), self.stored_shape
        for one in self.steps:
            shape = one.step.shape(one.options, shape)
            part = one.step.window(one.options, one.fitted, *size)
            if part is not None:
                across, down = (box[2] - box[0]) / size[0], (box[3] - box[1]) / size[1]
                left, top = box[0] + part[0] * across, box[1] + part[1] * down
                box = (left, top, left + (part[2] - part[0]) * across, top + (part[3] - part[1]) * down)
                size = (shape[2], shape[1])
        return box

    def value_range(self, pictures: NDArray[np.uint8]) -> tuple[float, float]:
        """Smallest and largest number the network gets from uint8 (..., C), already resized."""
        pictures = pictures.reshape(*pictures.shape[:-1], -1, len(self.multiply))  # of a film all frames together
        axes = tuple(range(pictures.ndim - 1))
        ends = np.stack([pictures.min(axes), pictures.max(axes)]) * self.multiply + self.add
        return float(ends.min()), float(ends.max())

    def tensor(self, pictures: NDArray[np.uint8] | Tensor, device: torch.device | str | None = None) -> Tensor:
        """uint8 (N, H, W, C), already through `pictures`, to float32 (N, C, H, W) in channels_last memory.

        Multiplied, then added, each rounded once: a picture gives the same bits alone and in any batch.
        """
        import torch  # noqa: PLC0415 - the form and the shape must come without it

        # copied, since torch warns when it shares a read-only array
        source = pictures if isinstance(pictures, torch.Tensor) else torch.from_numpy(np.array(pictures, order="C"))
        source = source.to(device).contiguous() if device is not None else source.contiguous()
        count, height, width, channels = source.shape
        out = torch.empty(source.shape, dtype=torch.float32, device=source.device)
        # the inner loop runs over a row of pixels, or a whole picture if rows are short: never over three channels
        row = width * channels if width * channels >= 64 else height * width * channels
        multiply, add = self._rows(row // len(self.multiply), out.device)
        step = CHUNK if out.device.type == "cpu" else max(1, count)
        for start in range(0, count, step):
            part = out[start : start + step].view(-1, row)
            part.copy_(source[start : start + step].view(-1, row)).mul_(multiply).add_(add)
        return out.permute(0, 3, 1, 2)

    def _rows(self, repeat: int, device: torch.device) -> tuple[Tensor | float, Tensor | float]:
        """The map for a row of `repeat` pixels. Kept: making it anew made a batch of 128 take 1.7 times as long."""
        import torch  # noqa: PLC0415

        if len(self.multiply) == 1:
            return float(self.multiply[0]), float(self.add[0])
        if (repeat, device) not in self._kept:
            both = torch.from_numpy(np.stack([self.multiply, self.add])).to(device).repeat(1, repeat)
            self._kept[repeat, device] = (both[0], both[1])
        return self._kept[repeat, device]

    def display(self, values: NDArray[np.float32] | Tensor) -> NDArray[np.uint8]:
        """The inverse of `tensor`, exact for what came from it: float (N, C, H, W) to uint8 (N, H, W, C)."""
        array = values if isinstance(values, np.ndarray) else values.detach().cpu().numpy()
        multiply, add = self._affine
        values = np.moveaxis(array, 1, -1).astype(np.float64)
        pixels = (values.reshape(*values.shape[:-1], -1, len(add)) - add) / multiply
        return np.clip(np.rint(pixels.reshape(values.shape)), 0, 255).astype(np.uint8)


def frames_of(films: NDArray[np.uint8], channels: int) -> NDArray[np.uint8]:
    """Films uint8 (N, H, W, T * C) as their frames one after the other, (N * T, H, W, C)."""
    count, height, width, every = films.shape
    if every == channels:
        return films
    apart = films.reshape(count, height, width, every // channels, channels)
    return apart.transpose(0, 3, 1, 2, 4).reshape(-1, height, width, channels)


def films_of(frames: NDArray[np.uint8], count: int) -> NDArray[np.uint8]:
    """Frames (N * T, H, W, C) as `count` films (N, H, W, T * C): the inverse of `frames_of`."""
    apart = frames.reshape(count, -1, *frames.shape[1:])
    return apart.transpose(0, 2, 3, 1, 4).reshape(count, *frames.shape[1:3], -1)


def _complete(choices: Choices) -> list[tuple[str, Options]]:
    given = {SHELF.known(name): options for name, options in choices}
    return [(name, given[name] if name in given else SHELF.load(name).options()) for name in ORDER]


def _through(steps: Sequence[Fitted], pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A set through some steps, picture by picture; a set that they would not change is given back as it is."""
    if not len(pictures) or not steps:
        return pictures
    first = _image(pictures[0])
    changed = _one(steps, first)
    if changed is first:
        return pictures
    found = np.empty((len(pictures), changed.height, changed.width, len(changed.getbands())), dtype=np.uint8)
    for index, picture in enumerate(pictures):
        found[index] = _array(_one(steps, _image(picture)))
    return found


def _one(steps: Sequence[Fitted], picture: Image.Image) -> Image.Image:
    for one in steps:
        picture = one.step.picture(one.options, one.fitted, picture)
    return picture


def _image(array: NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(array[..., 0] if array.ndim == 3 and array.shape[-1] == 1 else array)


def _array(picture: Image.Image) -> NDArray[np.uint8]:
    array = np.asarray(picture)
    return array[..., None] if array.ndim == 2 else array
