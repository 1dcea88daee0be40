"""Verbs of segmentation: the mask of any picture, and the masks that were said of a split beside the true ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnn_core.actions.asking import Asked, loaded, named
from cnn_core.actions.running import Folder
from cnn_core.base.errors import UserError
from cnn_core.evaluation import softmax
from cnn_core.network import Pictured

SEGMENTATION = "segmentation"


@dataclass(frozen=True)
class Segmented:
    """What a network says of each pixel of a picture.

    saw: uint8 (H, W, C), what it got. labels: uint8 (H, W), by number in `classes`, 0 the background. sure: float32
    (H, W), the probability of that class. shares: of the pixels, by class. notice: why not the best epoch answers.
    """

    saw: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    sure: NDArray[np.float32]
    classes: tuple[str, ...]
    shares: tuple[float, ...]
    notice: str


def segment(run: Asked, picture: Pictured, runs: Folder = None) -> Segmented:
    """Give each pixel of a picture its class.

    Raises:
        UserError: the run's network gives one class a picture, or the picture cannot be used.
    """
    asked = loaded(run, runs)
    if asked.experiment.task != SEGMENTATION:
        raise UserError(f"{asked.id} gives one class to a picture, not to each pixel; predict and explain answer.")
    network = asked.network()
    tensor = network.preprocess(named(asked, picture))
    logits = network.logits(tensor).numpy()[0]
    classes, height, width = logits.shape
    chances = softmax(logits.reshape(classes, -1).T).T.reshape(classes, height, width)
    labels = chances.argmax(0)
    counts = np.bincount(labels.reshape(-1), minlength=classes) / labels.size
    return Segmented(
        saw=network.preprocessing.display(tensor)[0],
        labels=labels.astype(np.uint8),
        sure=chances.max(0).astype(np.float32),
        classes=asked.classes,
        shares=tuple(float(one) for one in counts),
        notice=asked.notice,
    )


def said_and_true(
    run: Asked, split: str, indices: Sequence[int], runs: Folder = None
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    """Pictures of a split as the network got them, uint8 (n, H, W, C), and their labels (n, H, W), said and true."""
    asked = loaded(run, runs)
    found, at = asked.predictions(split), np.asarray(indices, dtype=np.int64)
    stored = asked.data().splits[split].pictures[at]
    said = found.logits[at].argmax(1).astype(np.uint8)
    return asked.preprocessing.pictures(stored), said, found.targets[at].astype(np.uint8)
