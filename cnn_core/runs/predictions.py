"""Predictions: the stored logits of a split, from which every figure of an evaluation is counted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays

from cnn_core.base.files import atomic_write, make_folder, read_file, sealed, sha256
from cnn_core.runs.manifests import Unusable, read_sealed, unreadable

SCHEMA = 1


@dataclass(frozen=True)
class Predictions:
    """logits: float32 (N, K). targets: int64 (N,). Row i belongs to picture i of the split.

    Of pixels: (N, K, H, W) and (N, H, W); stored as float16, which is as sure of the class as the network is.
    """

    logits: NDArray[np.float32]
    targets: NDArray[np.int64]


def save(folder: Path, split: str, predictions: Predictions, weights: str) -> None:
    """Write a split's predictions by the weights with this SHA-256; the manifest comes last."""
    make_folder(folder)
    logits, targets = predictions.logits, predictions.targets
    if logits.ndim > 2:  # a split of masks would weigh hundreds of megabytes
        logits, targets = logits.astype(np.float16), targets.astype(np.int16)
    data = save_arrays({"logits": np.ascontiguousarray(logits), "targets": np.ascontiguousarray(targets)})
    atomic_write(folder / f"{split}.safetensors", data)
    manifest = {"schema": SCHEMA, "split": split, "n": len(predictions.targets), "weights": weights}
    atomic_write(folder / f"{split}.json", sealed({**manifest, "bytes": len(data), "data_sha256": sha256(data)}))


def load(folder: Path, split: str, weights: str) -> Predictions | None:
    """What was stored for these weights; None where nothing was, or what was is of other weights or damaged."""
    try:
        found, by = read(folder, split)
    except Unusable:
        return None  # predictions can always be made again from the weights
    return found if by == weights else None


def read(folder: Path, split: str) -> tuple[Predictions, str]:
    """What is stored for a split, and the SHA-256 of the weights that said so.

    Raises:
        Unusable: nothing is stored, or it is damaged or of another version.
    """
    file = f"{split}.safetensors"
    manifest = read_sealed(folder / f"{split}.json")
    if manifest.get("schema") != SCHEMA or manifest.get("split") != split:
        raise Unusable(f"{split}.json", "it is of another version or split")
    try:
        data = read_file(folder / file)
    except OSError as error:
        raise unreadable(file, error) from error
    if sha256(data) != manifest.get("data_sha256"):
        raise Unusable(file, "its SHA-256 does not match")
    try:
        arrays = load_arrays(data)
        logits, targets = arrays["logits"], arrays["targets"]
        if logits.ndim > 2:
            logits, targets = logits.astype(np.float32), targets.astype(np.int64)
        found = Predictions(logits, targets)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise Unusable(file, "it does not hold predictions") from error
    shape = found.logits.shape
    if len(shape) not in (2, 4) or found.targets.shape != (*shape[:1], *shape[2:]):
        raise Unusable(file, "it does not hold predictions")
    return found, str(manifest.get("weights"))
