"""Each harness fails when what it guards is broken: a part that has never failed on purpose does not count."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.serving import PROJECT

PLAIN_WRITES = """
from cnn_core.runs import checkpoints
checkpoints.atomic_write = lambda path, data, **_: path.write_bytes(data)
"""
NO_RANDOM_NUMBERS = """
from cnn_core.training import engine
engine._restore_random = lambda state, device: None
"""
NOBODY_HEARS_A_STOP = """
from cnn_core.jobs.job import Job
Job.stop_asked = lambda self: False
"""
EVERY_SUM_IS_RIGHT = """
from cnn_core.runs import manifests
class Right(str):
    def __ne__(self, other): return False
manifests.sha256 = lambda data: Right()
"""
NOTHING_IS_COMPARED = """
from tests.faults import harness
harness.differences = lambda found, wanted: []
"""
NO_WAY_TO_SAY_THAT_IT_IS_FULL = """
from cnn_core.jobs import job
job._overwrite = lambda path, data: False
"""
NO_FOLDER_IS_SYNCED = """
from cnn_core.base import files
files.sync_folder = lambda folder: None
"""
NOBODY_LIVES = """
from cnn_core.jobs import job
job.held = lambda path: False
"""
PILLOW_ALONE = """
import io
from PIL import Image
from cnn_core.pictures import opener
opener.open_picture = lambda data: Image.open(io.BytesIO(data), formats=opener.FORMATS).load()
"""
ANOTHER_SEED = """
from tests.faults import kills
trained = kills.trained
def other(root):  # in a forked child
    kills.RUN = (*kills.RUN, "train.seed=1")
    return trained(root)
kills.trained = other
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("part", "count", "broken"),
    [
        pytest.param("operations", 60, PLAIN_WRITES, id="operations: checkpoints written in place"),
        pytest.param("operations", 20, NO_RANDOM_NUMBERS, id="operations: random numbers not restored"),
        pytest.param("supervisor", 1, NOBODY_HEARS_A_STOP, id="supervisor: a request to stop is not heard"),
        pytest.param("damage", 6, EVERY_SUM_IS_RIGHT, id="damage: sums are not compared"),
        pytest.param("mutations", 4, NOTHING_IS_COMPARED, id="mutations: bits are not compared"),
        pytest.param("disk", 30, NO_WAY_TO_SAY_THAT_IT_IS_FULL, id="disk: a full one cannot be said"),
        pytest.param("power", 90, NO_FOLDER_IS_SYNCED, id="power: folders are not synced"),
        pytest.param("states", 4, NOBODY_LIVES, id="states: no lock is seen"),
        pytest.param("pictures", 400, PILLOW_ALONE, id="pictures: opened by Pillow alone"),
        pytest.param("kills", 2, ANOTHER_SEED, id="kills: other bits"),
    ],
)
def test_twin_a_part_fails_where_its_guard_is_broken(part, count, broken):
    code = f"{broken}\nimport sys\nfrom tests.faults.{part} import main\nsys.exit(not main(count={count}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, env=os.environ, capture_output=True, text=True, timeout=170
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "ModuleNotFoundError" not in done.stderr
    assert "SyntaxError" not in done.stderr
