"""How well masks fit: IoU and Dice from a matrix of pixels, borders apart, and the lattice that gridding leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.evaluation.basics import confusion_matrix, softmax

HALF = 0.5  # the overlap from which a picture counts as found
Labels = NDArray[np.integer[Any]]


def pixel_matrix(said: Labels, true: Labels, classes: int) -> NDArray[np.int64]:
    """Pixels (K, K) by true class (rows) and said class (columns), of labels (N, H, W) each."""
    return confusion_matrix(true.reshape(-1), said.reshape(-1), classes)


def iou_of_each(matrix: NDArray[np.int64]) -> list[float | None]:
    """Intersection over union by class, 0..1; None for a class that neither is there nor was said."""
    both = np.diag(matrix)
    union = matrix.sum(0) + matrix.sum(1) - both
    return [float(inter / whole) if whole else None for inter, whole in zip(both, union, strict=True)]


def dice(iou: float | None) -> float | None:
    """Dice = 2 IoU / (1 + IoU): the F1 of the pixels."""
    return None if iou is None else 2 * iou / (1 + iou)


def mean_iou(matrix: NDArray[np.int64]) -> float:
    """The mean IoU of the classes that are there or were said, the background one of them."""
    known = [one for one in iou_of_each(matrix) if one is not None]
    return float(np.mean(known)) if known else 0.0


def overlap_of_each(said: Labels, true: Labels) -> NDArray[np.float64]:
    """IoU of the foreground with its class, by picture (N,): right pixels over those that are or were said to be one.

    1 where neither has any foreground.
    """
    axes = tuple(range(1, said.ndim))
    union = ((said > 0) | (true > 0)).sum(axes)
    right = ((said == true) & (true > 0)).sum(axes)
    return np.where(union > 0, right / np.maximum(union, 1), 1.0)


def borders(true: Labels) -> NDArray[np.bool_]:
    """Pixels (N, H, W) beside one, in the four directions, that has another class."""
    found = np.zeros(true.shape, bool)
    down, across = true[:, 1:] != true[:, :-1], true[:, :, 1:] != true[:, :, :-1]
    found[:, 1:] |= down
    found[:, :-1] |= down
    found[:, :, 1:] |= across
    found[:, :, :-1] |= across
    return found


def lone_pixels(said: Labels) -> float:
    """The share of pixels that differ from two left and right neighbours that agree; gridding leaves many."""
    left, middle, right = said[:, :, :-2], said[:, :, 1:-1], said[:, :, 2:]
    return float(((left == right) & (middle != left)).mean())


def lattice_energy(logits: NDArray[np.float32]) -> float:
    """The share of the spectral energy of the probability maps, means aside, at the lattice frequency.

    That is the row and the column of the highest frequency, where neighbours alternate. Logits (N, K, H, W) with even
    sides. After the gridding of Yu, Koltun and Funkhouser, 2017 (dilated residual networks).
    """
    count, classes, height, width = logits.shape
    flat = softmax(logits.transpose(0, 2, 3, 1).reshape(-1, classes))
    maps = flat.reshape(count, height, width, classes).transpose(0, 3, 1, 2)
    energy = np.abs(np.fft.fft2(maps - maps.mean((2, 3), keepdims=True))) ** 2
    whole = float(energy.sum())
    high = (
        energy[:, :, height // 2].sum()
        + energy[:, :, :, width // 2].sum()
        - energy[:, :, height // 2, width // 2].sum()
    )
    return float(high) / whole if whole else 0.0


def segmentation_report(logits: NDArray[np.float32], targets: Labels, classes: Sequence[str]) -> dict[str, Any]:
    """The figures of a split.

    Args:
        logits: (N, K, H, W). targets: (N, H, W). classes: K names, the background first.

    Returns:
        `n` pictures, `classes`, `pixel_accuracy`, `border_accuracy` and `inside_accuracy` (None where there is no such
        pixel), `mean_iou`, `lone_pixels`, `baseline` (the pixel accuracy of the background alone), `per_class` rows of
        `class`, `iou`, `dice`, `precision`, `recall` (None: undefined) and `pixels`, and `overlaps`, by picture.
    """
    said = logits.argmax(1)
    matrix = pixel_matrix(said, targets, len(classes))
    right, edge = said == targets, borders(targets)
    ious = iou_of_each(matrix)
    rows = [
        {
            "class": name,
            "iou": ious[at],
            "dice": dice(ious[at]),
            "precision": _share(matrix[at, at], matrix[:, at].sum()),
            "recall": _share(matrix[at, at], matrix[at].sum()),
            "pixels": int(matrix[at].sum()),
        }
        for at, name in enumerate(classes)
    ]
    return {
        "n": len(targets),
        "classes": list(classes),
        "pixel_accuracy": float(right.mean()) if right.size else None,
        "border_accuracy": _share(right[edge].sum(), edge.sum()),
        "inside_accuracy": _share(right[~edge].sum(), (~edge).sum()),
        "mean_iou": mean_iou(matrix),
        "lone_pixels": lone_pixels(said),
        "baseline": float((targets == 0).mean()) if targets.size else None,
        "per_class": rows,
        "overlaps": [float(one) for one in overlap_of_each(said, targets)],
    }


def _share(part: Any, whole: Any) -> float | None:
    return float(part) / float(whole) if whole else None
