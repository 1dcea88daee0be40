"""How long an epoch will take, timed on a few batches in a process of its own. No torch here."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from cnn_core.base.errors import Failed, UserError, shorten
from cnn_core.experiment import Experiment
from cnn_core.jobs.launch import PROJECT, environment

PATIENCE = 90.0  # seconds


def estimate_apart(experiment: Experiment) -> dict[str, Any]:
    """`estimate` in a process of its own, at low priority: a server that answers others is not held up.

    Raises:
        UserError, Failed: as `estimate`; or the process ended otherwise.
    """
    command = [sys.executable, "-m", "cnn_core", "estimate", "--experiment", "-", "--gently", "--json"]
    try:
        done = subprocess.run(
            command,
            input=experiment.model_dump_json().encode(),
            capture_output=True,
            cwd=PROJECT,
            env=environment(),
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Failed(f"An epoch could not be timed within {PATIENCE:.0f} s.") from error
    except OSError as error:
        raise Failed(f"An epoch could not be timed: {error.strerror or error}.") from error
    if done.returncode == 0:
        return dict(json.loads(done.stdout.splitlines()[-1]))
    said = done.stderr.decode(errors="replace").strip().splitlines()
    kind = UserError if done.returncode == 2 else Failed
    raise kind(shorten(said[-1].removeprefix("Error: "), 300) if said else "An epoch could not be timed.")
