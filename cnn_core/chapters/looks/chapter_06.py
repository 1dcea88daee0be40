"""What a picture is along the chain, from the file to what the network gets."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnn_core.base.options import parse_options
from cnn_core.chapters.looks import Drawn, Look
from cnn_core.chapters.looks._pictures import photo, shown

CASES = {
    "training": "In training the pipeline ends with a draw of the augmentation, another one in each epoch.",
    "validation and test": "For validation and test there is no augmentation: the picture is scored as it is.",
    "a forgotten step": "The same chain without its last step. Nothing looks wrong, and the network gets numbers "
    "some eighty times larger than any it was trained with.",
}
STEPS: dict[str, dict[str, Any]] = {"resize": {"size": 64}, "scale": {}}
MOVES: dict[str, dict[str, Any]] = {"shift": {"pixels": 8}, "flip": {"horizontal": 1.0}}


def draw(choice: str, theme: str) -> Drawn:
    """Stages with the range of their numbers, by the fitted pipeline."""
    import torch

    from cnn_core.augmentation.apply import Augmenter
    from cnn_core.augmentation.entries import SHELF as AUGMENTATIONS
    from cnn_core.preprocessing.pipeline import Preprocessing
    from cnn_core.preprocessing.steps import SHELF

    picture = photo(0)
    steps = [(name, parse_options(SHELF.load(name).options, values, name)) for name, values in STEPS.items()]
    fitted = Preprocessing.fit(steps, picture[None])
    seen = fitted.pictures(picture[None])
    stages = [("the file, upright", picture), ("cropped to 64 × 64", seen[0])]
    if choice == "training":
        moves = [
            (name, parse_options(AUGMENTATIONS.load(name).options, values, name)) for name, values in MOVES.items()
        ]
        augmenter = Augmenter(moves, 1, seed=2)
        augmenter.epoch(0)
        seen = augmenter.batch(torch.from_numpy(np.array(seen)), torch.tensor([0])).numpy()
        stages.append(("one draw: shifted, mirrored", seen[0]))
    low, high = fitted.value_range(seen)
    if choice == "a forgotten step":
        low, high = float(seen.min()), float(seen.max())
    stages.append((f"numbers from {low:.1f} to {high:.1f}", fitted.display(fitted.tensor(seen))[0]))
    return Drawn(CASES[choice], pictures=tuple((caption, shown(one)) for caption, one in stages))


LOOK = Look("The way of a picture", tuple(CASES), draw)
