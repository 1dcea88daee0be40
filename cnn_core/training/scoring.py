"""What a task makes of logits and targets at a validation: numbers for the journal, and which pictures are wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from cnn_core.evaluation.segmentation import HALF, mean_iou, overlap_of_each, pixel_matrix


@dataclass(frozen=True)
class Score:
    """accuracy: of what is answered, pictures or pixels. wrong: the class said by the index of a wrong picture.

    more: further numbers by the name that they have in the journal.
    """

    accuracy: float
    wrong: dict[int, int]
    more: dict[str, Any] = field(default_factory=dict)


ScoreOf = Callable[[Tensor, Tensor], Score]


def of_pictures(logits: Tensor, targets: Tensor) -> Score:
    """Logits (N, K) and targets (N,): one class a picture."""
    said = logits.argmax(1)
    wrong = (said != targets).nonzero().flatten().tolist()
    accuracy = (len(targets) - len(wrong)) / len(targets)
    return Score(accuracy, dict(zip(wrong, said[wrong].tolist(), strict=True)))


def of_pixels(logits: Tensor, targets: Tensor) -> Score:
    """Logits (N, K, H, W) and targets (N, H, W): one class a pixel, 0 the background.

    A picture is wrong where less than half of what is or was said to be no background is right (IoU); what is said of
    it is the class that was said most often, the background aside.
    """
    said, true = logits.argmax(1).cpu().numpy(), targets.cpu().numpy()
    classes = logits.shape[1]
    overlap = overlap_of_each(said, true)
    wrong = {int(at): _mostly(logits[int(at)]) for at in (overlap < HALF).nonzero()[0]}
    matrix = pixel_matrix(said, true, classes)
    return Score(float((said == true).mean()), wrong, {"val_iou": mean_iou(matrix)})


def _mostly(logits: Tensor) -> int:
    """The class said for most pixels (K, H, W), the background aside; the background where nothing else was."""
    counts = logits.argmax(0).flatten().bincount(minlength=logits.shape[0])
    return int(counts[1:].argmax()) + 1 if int(counts[1:].sum()) else 0


SCORES: dict[str, ScoreOf] = {"segmentation": of_pixels}


def task_numbers(logits: NDArray[np.float32], targets: NDArray[np.int64]) -> dict[str, float]:
    """What is noted of the test pictures beside their accuracy."""
    if logits.ndim == 2:
        return {}
    return {"test_iou": mean_iou(pixel_matrix(logits.argmax(1), targets, logits.shape[1]))}


def score_of(task: str) -> ScoreOf:
    """How a task is scored; one class a picture where nothing else is said."""
    return SCORES.get(task, of_pictures)
