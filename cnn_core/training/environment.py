"""What a run runs on: device, precision and threads, versions, revision, command. Stored, for bits depend on it."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from cnn_core.experiment import TrainSettings
from cnn_core.training.precision import computing

PACKAGES = ("torch", "numpy", "safetensors", "pillow", "scikit-learn")


def environment(train: TrainSettings) -> dict[str, Any]:
    """The environment of a run that begins here and now.

    Raises:
        UserError: this machine lacks the device that is asked for.
    """
    return {
        "schema": 1,
        **computing(train),
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": processor(),
        "packages": {name: version(name) for name in PACKAGES},
        "revision": _revision(),
        "command": [Path(sys.argv[0]).name, *sys.argv[1:]],
        "openmp": os.environ.get("OMP_WAIT_POLICY", ""),
    }


def bringing() -> dict[str, Any]:
    """The environment of a run whose weights are brought from elsewhere."""
    return {
        "schema": 1,
        "device": "cpu",
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": processor(),
        "packages": {name: version(name) for name in (*PACKAGES, "torchvision")},
        "revision": _revision(),
        "command": [Path(sys.argv[0]).name, *sys.argv[1:]],
    }


def differences(began: dict[str, Any]) -> str:
    """What is not as it was when a run began, in a sentence; empty when its resume will give the same bits."""
    then = {**began["packages"], "processor": began["processor"]}
    now = {**{name: version(name) for name in PACKAGES}, "processor": processor()}
    changed = [f"{name} {old} is now {now.get(name)}" for name, old in then.items() if now.get(name) != old]
    return f"The bits may differ from an undisturbed run: {', '.join(changed)}." if changed else ""


def processor() -> str:
    """The instructions that torch uses on this processor, as `x86_64 AVX512`."""
    return f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}"


def _revision() -> str:
    """The revision of the code, where it is a git checkout."""
    git = Path(__file__).parents[2] / ".git"
    try:
        head = (git / "HEAD").read_text().strip()
        return (git / head.removeprefix("ref: ")).read_text().strip() if head.startswith("ref: ") else head
    except OSError:
        return ""
