"""What labs on classes of uneven size share: how they teach, and what they read off the answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.base.errors import Failed
from cnn_core.evaluation.agreement import agreement
from cnn_core.evaluation.basics import confusion_matrix
from cnn_core.evaluation.calibration import calibration_error


def settings(data: Mapping[str, Any], epochs: int, width: int, **train: Any) -> dict[str, Any]:
    """A small network without batch norm, taught in small steps; `train`: loss and sampler."""
    return {
        "data": data,
        "preprocessing": [{"name": "scale", "options": {"to": "unit"}}],
        "model": {"name": "small_cnn", "options": {"depth": 2, "width": width, "batch_norm": False}},
        "train": {
            "epochs": epochs,
            "batch_size": 64,
            "lr": 2e-4,
            "optimizer": {"name": "adamw", "options": {"weight_decay": 0.0}},
            "schedule": "constant",
            **train,
        },
    }


def uneven(data: str, shape: str, pictures: int, ratio: float) -> dict[str, Any]:
    """A data set with classes of uneven size, as the settings of an experiment name it."""
    fewer = {} if data == "digits" else {"val_pictures": 500}
    options = {"train_pictures": pictures, "imbalance": shape, "ratio": ratio, **fewer}
    return {"name": data, "options": options}


def figures(logits: NDArray[np.float32], targets: NDArray[np.int64], rare: int) -> dict[str, float]:
    """Recalls of the rarest and of as many of the most frequent classes, macro F1, and the calibration error.

    Args:
        logits: (N, K), of classes from the most frequent to the rarest. rare: how many count as rare.
    """
    classes = logits.shape[1]
    found = agreement(confusion_matrix(targets, logits.argmax(1), classes), [str(label) for label in range(classes)])
    recalls = [row["recall"] for row in found["per_class"]]
    scores = [row["f1"] for row in found["per_class"]]
    if None in recalls:
        raise Failed("A class has no test picture, so its recall is not known; choose another data set.")
    return {
        "minority_recall": float(np.mean(recalls[-rare:])),
        "majority_recall": float(np.mean(recalls[:rare])),
        "macro_f1": float(np.mean(scores)),  # a class that is never said has F1 0
        "calibration_error": float(calibration_error(logits, targets) or 0.0),
    }


def recalls_of(logits: NDArray[np.float32], targets: NDArray[np.int64]) -> list[float]:
    """The recall of each class that has pictures, in the order of the logits; nan of the others."""
    matrix = confusion_matrix(targets, logits.argmax(1), logits.shape[1])
    with np.errstate(invalid="ignore"):
        found: list[float] = (matrix.diagonal() / matrix.sum(1)).tolist()
    return found
