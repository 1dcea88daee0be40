"""Figures and grounds of the shapes data set, as arithmetic on whole stacks of pictures.

A figure is a test of points (u, v), the picture's pixels moved, turned and scaled so that the figure lies in the circle
of radius 1. A pixel belongs to it when its centre does: hard edges, so the mask is exact. A ground is a number 0..1 for
each pixel that mixes two colours. In one channel, chosen for each picture, figure and ground lie in different halves of
the range with a gap between: the figure can always be seen, and no pixel of the ground has its colour.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

CHUNK = 256  # pictures drawn at a time; part of what decides the random numbers, so never changed
NOISE = 25  # of 255: the deviation of the noise on bright figures
GRAIN = 10  # of 255: the noise on every ground
FIGURE, GROUND = (170, 256), (GRAIN, 120)  # in the channel that tells them apart; or the other way round, 255 - x


def _regular(u: Floats, v: Floats, corners: int, inner: float) -> NDArray[np.bool_]:
    """A polygon or star: tips at radius 1, the corners between them at radius `inner`."""
    half = np.pi / corners
    angle = np.abs((np.arctan2(v, u) + half) % (2 * half) - half)  # folded: 0 at a tip, `half` between two
    radius = np.hypot(u, v)
    x, y = radius * np.cos(angle), radius * np.sin(angle)
    along, across = inner * np.cos(half) - 1, inner * np.sin(half)  # the edge runs from (1, 0) by this much
    return (x - 1) * across - y * along <= 0


def _bars(u: Floats, v: Floats, width: float) -> NDArray[np.bool_]:
    return (np.abs(u) <= 0.95) & (np.abs(v) <= width)


FIGURES: dict[str, Callable[[Floats, Floats], NDArray[np.bool_]]] = {
    "circle": lambda u, v: np.hypot(u, v) <= 0.85,
    "square": lambda u, v: np.maximum(np.abs(u), np.abs(v)) <= 0.7,
    "triangle": lambda u, v: _regular(u, v, 3, 0.5),
    "star": lambda u, v: _regular(u, v, 5, 0.382),
    "cross": lambda u, v: _bars(u, v, 0.3) | _bars(v, u, 0.3),
    "ring": lambda u, v: np.abs(np.hypot(u, v) - 0.75) <= 0.2,
    "crescent": lambda u, v: (np.hypot(u, v) <= 0.95) & (np.hypot(u - 0.5, v) > 0.75),
    "bar": lambda u, v: _bars(u, v, 0.28),
}


def _plain(x: Floats, y: Floats, four: Floats, rng: np.random.Generator) -> Floats:
    return np.zeros(np.broadcast_shapes(x.shape, y.shape, four[0].shape), dtype=np.float32)


def _gradient(x: Floats, y: Floats, four: Floats, rng: np.random.Generator) -> Floats:
    angle = 2 * np.pi * four[0]
    return 0.5 + (x * np.cos(angle) + y * np.sin(angle)) / np.sqrt(8)


def _stripes(x: Floats, y: Floats, four: Floats, rng: np.random.Generator) -> Floats:
    angle = np.pi * four[0]
    place = (1 + 3 * four[1]) * (x * np.cos(angle) + y * np.sin(angle)) + four[2]
    return (place % 1 < 0.5).astype(np.float32)


def _noise(x: Floats, y: Floats, four: Floats, rng: np.random.Generator) -> Floats:
    return rng.random(np.broadcast_shapes(x.shape, y.shape, four[0].shape), dtype=np.float32)


def _blobs(x: Floats, y: Floats, four: Floats, rng: np.random.Generator) -> Floats:
    across = np.sin(np.pi * (1 + 2 * four[0]) * (x + 0.6 * y) + 6.3 * four[1])
    down = np.sin(np.pi * (1 + 2 * four[2]) * (y - 0.6 * x) + 6.3 * four[3])
    return 0.5 + (across + down) / 4


GROUNDS = (_plain, _gradient, _stripes, _noise, _blobs)


def draw(
    targets: NDArray[np.int64], size: int, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Figures by number (N,) to pictures uint8 (N, size, size, 3) and masks uint8 (N, size, size) of 0 and 1."""
    pictures = np.empty((len(targets), size, size, 3), dtype=np.uint8)
    masks = np.empty((len(targets), size, size), dtype=np.uint8)
    for start in range(0, len(targets), CHUNK):
        part = slice(start, start + CHUNK)
        masks[part] = figure_masks(targets[part], size, rng)
        figure, ground = _colours(len(targets[part]), rng)
        pictures[part] = np.where(masks[part, ..., None] == 1, figure[:, None, None], _grounds(ground, size, rng))
    return pictures, masks


def draw_bright(
    targets: NDArray[np.int64], size: int, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """As `draw`, but grey: a figure of one brightness on a darker ground, and strong noise over both."""
    masks = figure_masks(targets, size, rng)
    ground, contrast = rng.uniform(30, 110, len(targets)), rng.uniform(60, 120, len(targets))
    noise = rng.normal(0, NOISE, masks.shape)
    grey = ground[:, None, None] + contrast[:, None, None] * masks + noise
    pictures = np.repeat(np.clip(np.rint(grey), 0, 255).astype(np.uint8)[..., None], 3, axis=3)
    return pictures, masks.astype(np.uint8)


def figure_masks(targets: NDArray[np.int64], size: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Where each figure is, (N, size, size): whole inside the picture, of a random place, size and rotation."""
    count = len(targets)
    radius = rng.uniform(0.22, 0.42, count) * size
    centre = radius[:, None] + rng.random((count, 2)) * (size - 2 * radius[:, None])
    angle = rng.uniform(0, 2 * np.pi, count)
    cosine, sine = np.cos(angle)[:, None, None], np.sin(angle)[:, None, None]
    middles = np.arange(size) + 0.5  # of the pixels
    x = ((middles[None] - centre[:, :1]) / radius[:, None])[:, None, :]
    y = ((middles[None] - centre[:, 1:]) / radius[:, None])[:, :, None]
    u, v = (x * cosine + y * sine).astype(np.float32), (y * cosine - x * sine).astype(np.float32)
    masks = np.empty((count, size, size), dtype=np.bool_)
    for number, inside in enumerate(FIGURES.values()):
        mine = targets == number
        masks[mine] = inside(u[mine], v[mine])
    return masks


def _colours(count: int, rng: np.random.Generator) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Colours of the figures (N, 3) and two for each ground (N, 2, 3), apart in one channel of each picture."""
    figure, ground = rng.integers(0, 256, (count, 3)), rng.integers(GRAIN, 256 - GRAIN, (count, 2, 3))
    all_of_them, channel = np.arange(count), rng.integers(0, 3, count)
    swap = rng.random(count) < 0.5
    bright, dark = rng.integers(*FIGURE, count), rng.integers(*GROUND, (count, 2))
    figure[all_of_them, channel] = np.where(swap, 255 - bright, bright)
    ground[all_of_them, :, channel] = np.where(swap[:, None], 255 - dark, dark)
    return figure.astype(np.uint8), ground


def _grounds(colours: NDArray[np.int64], size: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """uint8 (N, size, size, 3) from two colours each (N, 2, 3)."""
    count = len(colours)
    kinds = rng.integers(0, len(GROUNDS), count)
    four = rng.random((4, count, 1, 1), dtype=np.float32)
    places = np.linspace(-1, 1, size, dtype=np.float32)
    mix = np.empty((count, size, size), dtype=np.float32)
    for number, kind in enumerate(GROUNDS):
        mine = kinds == number
        mix[mine] = kind(places[None, None, :], places[None, :, None], four[:, mine], rng)
    first, second = colours[:, 0].astype(np.float32), colours[:, 1].astype(np.float32)
    whole = first[:, None, None] + np.clip(mix, 0, 1)[..., None] * (second - first)[:, None, None]
    whole += rng.uniform(-GRAIN, GRAIN, (count, size, size, 1)).astype(np.float32)
    return np.clip(np.rint(whole), 0, 255).astype(np.uint8)
