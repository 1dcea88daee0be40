"""Moving shapes: short films of one figure that goes one of eight ways; the class is the way it goes.

Grey, noisy, and without edges: what leaves on one side comes back on the other, so the place at the end says nothing
about the way, and neither does a single frame. A film played backwards is one of the opposite class. Frame after frame
stands in the channels of one picture: a film of 6 frames has 6. The same options always give the same films.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from cnn_core.base.errors import UserError
from cnn_core.base.options import Entry, Facts, hints
from cnn_core.data.sampling import Sampled
from cnn_core.data.sets import About, DataFacts, DataSet, Source, Split
from cnn_core.data.splits import stratified

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WAYS = {  # how far a figure of speed 1 goes from frame to frame: down, right; opposite ways are four apart
    "right": (0, 1),
    "down right": (1, 1),
    "down": (1, 0),
    "down left": (1, -1),
    "left": (0, -1),
    "up left": (-1, -1),
    "up": (-1, 0),
    "up right": (-1, 1),
}
GROUND, FIGURE = 51, 204  # of 255
SPEEDS = (1, 2)  # pixels a frame, along each side
MOST_BYTES = 2 * 2**30
CHUNK = 512  # films drawn at a time; part of what decides the random numbers, so never changed


class MovingShapesOptions(Sampled):
    frames: int = Field(6, ge=2, le=32, title="Frames", description="Pictures in each film.")
    size: int = Field(
        16, ge=8, le=64, title="Size", description="Width and height of a frame.", json_schema_extra=hints(unit="px")
    )
    count: int = Field(
        4500, ge=160, le=200_000, title="Films", description="In all; 70 % train, 10 % validate, 20 % test."
    )
    noise: float = Field(
        0.1,
        ge=0,
        le=1,
        title="Noise",
        description="Its deviation, as a share of the range of brightness, drawn anew for every frame.",
        json_schema_extra=hints(step=0.05),
    )
    seed: int = Field(0, ge=0, le=2**32 - 1, title="Seed", description="Another number draws other films.")
    split_seed: int = Field(
        0,
        ge=0,
        le=2**32 - 1,
        title="Split seed",
        description="Which films fall into which split.",
        json_schema_extra=hints(advanced=True),
    )


class MovingShapes:
    """Drawn at once: 4,500 films of six frames take about a quarter of a second."""

    about = About("Moving shapes", "drawn here, by ConvScope", "Apache 2.0, as ConvScope itself")
    download = None

    def facts(self, options: MovingShapesOptions) -> DataFacts:
        held_out = _held_out(options.count)
        splits = {"train": options.count - sum(held_out.values()), **held_out}
        return DataFacts(tuple(WAYS), (options.frames, options.size, options.size), splits, frames=options.frames)

    def missing(self, options: MovingShapesOptions, folder: Path) -> str:
        return ""

    def load(self, options: MovingShapesOptions, folder: Path) -> DataSet:
        import numpy as np

        if sentence := _unfit(options, Facts()):
            raise UserError(sentence)
        targets = np.arange(options.count, dtype=np.int64) % len(WAYS)  # as many of each as possible
        films = draw_films(targets, options.frames, options.size, options.noise, np.random.default_rng(options.seed))
        chosen = stratified(targets, _held_out(options.count), options.split_seed)
        return DataSet(tuple(WAYS), {name: Split(films[at], targets[at]) for name, at in chosen.items()})


def draw_films(
    targets: NDArray[np.int64], frames: int, size: int, noise: float, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Ways by number (N,) to films uint8 (N, size, size, frames); figure, speed and first place are drawn."""
    import numpy as np

    looks, count = _looks(size), len(targets)
    look, speed = rng.integers(0, len(looks), count), rng.integers(SPEEDS[0], SPEEDS[1] + 1, count)
    place = rng.integers(0, size, (count, 2))
    steps = np.array(list(WAYS.values()))[targets] * speed[:, None]
    at = (place[:, None] + steps[:, None] * np.arange(frames)[:, None]) % size  # (N, T, 2)
    pixels = np.arange(size)
    films = np.empty((count, size, size, frames), dtype=np.uint8)
    for start in range(0, count, CHUNK):
        part = slice(start, start + CHUNK)
        rows = (pixels[:, None] - at[part, None, :, 0]) % size  # (n, H, T): of the look that is centred at (0, 0)
        columns = (pixels[:, None] - at[part, None, :, 1]) % size
        inside = looks[look[part, None, None, None], rows[:, :, None], columns[:, None]]
        grey = np.where(inside, np.float32(FIGURE), np.float32(GROUND))
        grey += rng.standard_normal(grey.shape, dtype=np.float32) * np.float32(255 * noise)
        films[part] = np.clip(np.rint(grey), 0, 255)
    return films


def _looks(size: int) -> NDArray[np.bool_]:
    """A disc, a square and a triangle about the corner (0, 0) of a picture without edges: (3, size, size)."""
    import numpy as np

    reach = np.arange(size, dtype=np.float32)
    reach = np.minimum(reach, reach - size, where=reach > size / 2, out=reach.copy())  # -size/2 .. size/2
    y, x, radius = reach[:, None], reach[None], max(2.5, size * 0.2)
    triangle = (np.abs(y) <= radius) & (np.abs(x) <= (y + radius) / 2)
    return np.stack([np.hypot(x, y) <= radius, np.maximum(np.abs(x), np.abs(y)) <= 0.8 * radius, triangle])


def _held_out(count: int) -> dict[str, int]:
    return {"val": count // 10, "test": count // 5}


def _unfit(options: MovingShapesOptions, facts: Facts) -> str:
    one = options.size**2 * options.frames
    if options.count * one <= MOST_BYTES:
        return ""
    return (
        f"data.count {options.count} with data.size {options.size} and data.frames {options.frames} would take "
        f"{options.count * one / 2**30:.1f} GB of memory; at most {MOST_BYTES // one} such films are drawn."
    )


ENTRY: Entry[Source] = Entry(
    options=MovingShapesOptions, build=MovingShapes(), tiny={"count": 160, "size": 8, "frames": 3}, unfit=_unfit
)
