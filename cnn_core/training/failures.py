"""What is said of an exception that is nobody's wrong input."""

from __future__ import annotations

import torch

from cnn_core.base.errors import shorten
from cnn_core.jobs.job import DISK_FULL

MEMORY = "The memory of this computer was not enough. Choose a smaller batch, smaller pictures or a smaller network."


def what_failed(error: Exception) -> tuple[str, str, str]:
    """(status, reason, sentence) of an exception that is nobody's wrong input."""
    if isinstance(error, OSError) and error.errno in DISK_FULL:
        return "stopped", "disk", "The disk is full. What was saved is kept; make room, then Resume."
    if isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error):
        return "failed", "memory", MEMORY
    if "Expected more than 1 value per channel" in str(error):
        return "failed", "error", "train.batch_size is too small for batch norm on maps of 1 x 1; choose at least 2."
    what = f"{type(error).__name__}: {shorten(error, 300)}"
    return "failed", "error", f"Training failed: {what}. The log has the details."
