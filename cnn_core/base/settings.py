"""Where things are: the runs folder, the data folder, the locks of this machine."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def runs_folder(given: str | os.PathLike[str] | None = None) -> Path:
    """The folder of runs: what was given, else `CONVSCOPE_RUNS`, else `./runs`. Absolute."""
    return Path(given or os.environ.get("CONVSCOPE_RUNS") or "runs").absolute()


def data_folder() -> Path:
    """The folder of data sets: `CONVSCOPE_DATA`, else `./data`. Absolute."""
    return Path(os.environ.get("CONVSCOPE_DATA") or "data").absolute()


def locks_folder() -> Path:
    """The folder of this machine's device locks: `CONVSCOPE_LOCKS`, else one in the temporary folder, for all users."""
    return Path(os.environ.get("CONVSCOPE_LOCKS") or Path(tempfile.gettempdir()) / "convscope-locks")
