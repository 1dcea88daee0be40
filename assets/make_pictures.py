"""Make the pictures of the first page: `python -m assets.make_pictures`. Every one is what ConvScope itself computes.

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
from cnn_core.runs.loaded import Run

HERE = Path(__file__).parent
GAP, CORNER = 4, 5


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        drawn = {"name": "shapes", "options": {"size": 64, "count": 6000}}
        shapes = trained(folder, drawn, {"name": "resnet_cifar", "options": {"depth": 8}}, epochs=10)
        digits = trained(folder, {"name": "digits"}, {"name": "small_cnn"}, epochs=1, lr=2e-4)
        hero(shapes)
        why(shapes)
        learned(shapes)
        wrong(digits)


def trained(folder: str, data: dict[str, object], model: dict[str, object], **train: float) -> Run:
    raw = {"data": data, "model": model, "augmentation": ["flip"] if data["name"] == "shapes" else [], "train": train}
    record = actions.train(experiment.resolve(raw), runs=folder)
    print(record["label"], record["test_accuracy"])  # noqa: T201
    return actions.load_run(record["run"], runs=folder)


def hero(run: Run) -> None:
    """A star of the test set that the network was sure of, and what decided."""
    index = sure(run, "star")[5]
    picture = actions.pictures(run.experiment, "test", [index])[0][0]
    found = actions.explain(run, picture)
    print("hero:", found.target, round(found.probability, 4), found.layer, found.grid)  # noqa: T201
    save(enlarged(picture, 400), "hero-picture")
    save(overlay(picture, found.heat, 0.7, side=400), "hero-heat")


def why(run: Run) -> None:
    """What decided for two of the surest of three classes."""
    indices = [index for name in ("star", "square", "circle") for index in sure(run, name)[2:4]]
    stack = actions.pictures(run.experiment, "test", indices)[0]
    heats = [actions.explain(run, picture).heat for picture in stack]
    tiles = [overlay(picture, heat, 0.7, side=128) for picture, heat in zip(stack, heats, strict=True)]
    save(tiled(tiles, 3), "question-explain")


def learned(run: Run) -> None:
    """What shapes look like."""
    stack = actions.pictures(run.experiment, "train", range(24))[0]
    save(tiled([enlarged(picture, 64) for picture in stack], 6), "question-train")


def wrong(run: Run) -> None:
    """The surest mistakes."""
    found = run.predictions("test")
    indices = [one.index for one in mistakes(found.logits, found.targets)][:24]
    stack = actions.pictures(run.experiment, "test", indices)[0]
    save(tiled([enlarged(picture, 64) for picture in stack], 6), "question-evaluate")


def sure(run: Run, name: str) -> list[int]:
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
