"""What a worker process does: resolve the kind of job from its folder and do it."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

from cnn_core.base.errors import Failed, shorten
from cnn_core.jobs.job import Job
from cnn_core.jobs.launch import lower_priority

KIND = re.compile(r"cnn_core(\.[a-z_]+)+\Z")


def work(folder: Path) -> int:
    """Do the job in this folder; returns the exit code.

    The kind is a dotted name within cnn_core whose module has `work(job) -> int`.
    """
    job = Job(folder)
    kind = job.stored()["kind"]
    if not isinstance(kind, str) or not KIND.match(kind):
        raise Failed(f'{job.id} is of kind "{shorten(kind)}", which this ConvScope does not know.')
    lower_priority()
    code: int = import_module(kind).work(job)
    return code
