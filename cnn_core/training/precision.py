"""Where and how to compute: device, precision, threads. Everything that depends on the device is decided here."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import torch

from cnn_core.base.errors import UserError
from cnn_core.experiment import TrainSettings

MOST_THREADS = 8


def resolve_device(wanted: str) -> str:
    """`auto` or a name to a device of this machine.

    Raises:
        UserError: this machine has no such device.
    """
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if wanted == "auto":
        return next(name for name in ("cuda", "mps", "cpu") if there[name])
    if not there[wanted]:
        offered = ", ".join(["auto", *(name for name, is_there in there.items() if is_there)])
        raise UserError(f'train.device is "{wanted}", but this machine has none; choose one of {offered}.')
    return wanted


def resolve_precision(wanted: str, device: str) -> str:
    """`auto` to bfloat16 where the device has instructions for it (AMX on processors), else float32."""
    if wanted != "auto":
        return wanted
    return "bfloat16" if has_bfloat16(device) else "float32"


def has_bfloat16(device: str) -> bool:
    """Whether bfloat16 is faster than float32 here, not merely possible."""
    if device == "cuda":
        return torch.cuda.get_device_capability()[0] >= 8  # Ampere and later
    if device == "cpu":
        try:
            return " amx_bf16" in Path("/proc/cpuinfo").read_text()
        except OSError:
            return False
    return False


def resolve_threads(wanted: int) -> int:
    """One fewer than there are cores (the server needs one), eight at most. Bits depend on it, so it is stored."""
    if wanted:
        return wanted
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    return max(1, min(MOST_THREADS, cores - 1))


def computing(train: TrainSettings) -> dict[str, Any]:
    """The device, precision and threads that these settings mean on this machine."""
    device = resolve_device(train.device)
    return {
        "device": device,
        "precision": resolve_precision(train.precision, device),
        "threads": resolve_threads(train.threads),
    }


def autocast(device: str, precision: str) -> AbstractContextManager[Any]:
    """The context of a forward pass: bfloat16 where asked for; weights and updates stay float32."""
    return torch.autocast(device, dtype=torch.bfloat16) if precision == "bfloat16" else nullcontext()
