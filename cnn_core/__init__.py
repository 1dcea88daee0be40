"""ConvScope's compute: train a convolutional network and look inside it.

A handful of lazy names; importing the package imports nothing heavy.
"""

from __future__ import annotations

import os
import tempfile
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnn_core.actions import explain, load_run
    from cnn_core.models import build_model

__all__ = ["__version__", "build_model", "explain", "load_run"]
__version__ = "0.1.0"

_HOME = {"build_model": "cnn_core.models", "load_run": "cnn_core.actions", "explain": "cnn_core.actions"}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _mind_full_disks() -> None:
    """Parts of torch and matplotlib ask for a temporary folder as they are imported, and Python offers none without
    room in it. They write nothing of ours there, so on a full disk any folder will do.
    """
    try:
        folder = tempfile.gettempdir()
    except FileNotFoundError:
        folder = tempfile.tempdir = os.environ.get("TMPDIR") or "/tmp"
        os.environ.setdefault("MPLCONFIGDIR", folder)
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", f"{folder}/convscope-torch")


_mind_full_disks()
