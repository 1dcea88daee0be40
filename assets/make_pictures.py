"""Make the pictures of the first page: `python assets/make_pictures.py`. Every one is what ConvScope itself computes.

The heat is Grad-CAM of a network trained here on drawn shapes, the mistakes are those of a network that read
scikit-learn's handwritten digits for one epoch. Nothing is painted by hand.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from cnn_core import actions, experiment
from cnn_core.evaluation.cases import mistakes
from cnn_core.figures.overlay import enlarged, overlay

HERE = Path(__file__).parent
GAP, CORNER = 6, 8


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        shapes = trained(folder, {"name": "shapes", "options": {"size": 64}}, epochs=12)
        digits = trained(folder, {"name": "digits"}, epochs=1)
        hero(shapes)
        why(shapes)
        learned(shapes)
        wrong(digits)


def trained(folder: str, data: dict[str, object], epochs: int) -> actions.Run:
    raw = {"data": data, "model": {"name": "small_cnn"}, "train": {"epochs": epochs}}
    record = actions.train(experiment.resolve(raw), runs=folder)
    print(record["label"], record["test_accuracy"])  # noqa: T201
    return actions.load_run(record["run"], runs=folder)


def hero(run: actions.Run) -> None:
    """A picture of the test set that the network was sure of, and what decided."""
    index = sure(run, "star" if "star" in run.classes else run.classes[-1])[0]
    picture = actions.pictures(run, "test", [index])[0][0]
    found = actions.explain(run, picture)
    print("hero:", found.target, round(found.probability, 4), found.layer, found.grid)  # noqa: T201
    save(enlarged(picture, 480), "hero-picture")
    save(overlay(picture, found.heat, 1.0, side=480), "hero-heat")


def why(run: actions.Run) -> None:
    """Heat over eight more pictures."""
    indices = [index for name in run.classes for index in sure(run, name)[1:3]][:6]
    stack = actions.pictures(run, "test", indices)[0]
    heats = [actions.explain(run, picture).heat for picture in stack]
    tiles = [overlay(picture, heat, 1.0, side=192) for picture, heat in zip(stack, heats, strict=True)]
    save(tiled(tiles, 3), "question-explain")


def learned(run: actions.Run) -> None:
    """What shapes look like."""
    stack = actions.pictures(run, "train", range(24))[0]
    save(tiled([enlarged(picture, 96) for picture in stack], 6), "question-train")


def wrong(run: actions.Run) -> None:
    """The surest mistakes."""
    found = run.predictions("test")
    indices = [one.index for one in mistakes(found.logits, found.targets)][:24]
    stack = actions.pictures(run, "test", indices)[0]
    save(tiled([enlarged(picture, 96) for picture in stack], 6), "question-evaluate")


def sure(run: actions.Run, name: str) -> list[int]:
    """Test pictures of a class that were right, the surest first."""
    found, target = run.predictions("test"), run.classes.index(name)
    margin = found.logits[:, target] - np.delete(found.logits, target, 1).max(1)
    order = np.argsort(-np.where(found.targets == target, margin, -np.inf), kind="stable")
    return [int(one) for one in order]


def tiled(tiles: list[np.ndarray], columns: int) -> np.ndarray:
    """Tiles (h, w, 3) in rows, with clear gaps and rounded corners: uint8 (H, W, 4)."""
    side = tiles[0].shape[0]
    rows = len(tiles) // columns
    whole = Image.new("RGBA", (columns * (side + GAP) - GAP, rows * (side + GAP) - GAP))
    mask = Image.new("L", (side * 4, side * 4))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, side * 4 - 1, side * 4 - 1), CORNER * 4, fill=255)
    mask = mask.resize((side, side), Image.Resampling.LANCZOS)
    for i, tile in enumerate(tiles):
        at = (i % columns * (side + GAP), i // columns * (side + GAP))
        whole.paste(Image.fromarray(tile), at, mask)
    return np.asarray(whole)


def save(picture: np.ndarray, name: str) -> None:
    Image.fromarray(picture).save(HERE / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
