"""Predictions: the stored logits of a split, from which every figure of an evaluation is counted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays

from cnn_core.base.errors import Failed
from cnn_core.base.files import atomic_write, sealed, sha256, unseal

SCHEMA = 1


@dataclass(frozen=True)
class Predictions:
    """logits: float32 (N, K). targets: int64 (N,). Row i belongs to picture i of the split."""

    logits: NDArray[np.float32]
    targets: NDArray[np.int64]


def save(folder: Path, split: str, predictions: Predictions, weights: str) -> None:
    """Write a split's predictions by the weights with this SHA-256; the manifest comes last."""
    folder.mkdir(exist_ok=True)
    data = save_arrays(
        {"logits": np.ascontiguousarray(predictions.logits), "targets": np.ascontiguousarray(predictions.targets)}
    )
    atomic_write(folder / f"{split}.safetensors", data)
    manifest = {"schema": SCHEMA, "split": split, "n": len(predictions.targets), "weights": weights}
    atomic_write(folder / f"{split}.json", sealed({**manifest, "bytes": len(data), "data_sha256": sha256(data)}))


def load(folder: Path, split: str, weights: str) -> Predictions | None:
    """What was stored for these weights; None where nothing was, or what was is of other weights or damaged."""
    try:
        manifest = unseal(folder / f"{split}.json")
        data = (folder / f"{split}.safetensors").read_bytes()
    except (Failed, OSError):
        return None
    if (
        manifest.get("schema") != SCHEMA
        or manifest.get("weights") != weights
        or sha256(data) != manifest.get("data_sha256")
    ):
        return None  # predictions can always be made again from the weights
    arrays = load_arrays(data)
    return Predictions(arrays["logits"], arrays["targets"])
