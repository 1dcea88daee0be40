"""The fast part of `make test-all`: real kills, damage of each kind, two Starts at once; and that it can fail."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cnn_core import actions
from tests.actions.test_running import SMALL
from tests.jobs.conftest import until

START = f"""
import sys
from cnn_core import actions
from cnn_core.experiment import resolve
wanted = resolve({{**{SMALL!r}, "train": {{"epochs": 1, "batch_size": 64}}}})
print("ready", flush=True)
sys.stdin.readline()
print(actions.start(wanted), flush=True)
"""

# what each part must notice: the guard that is taken away, then the part
BROKEN = """
import tests.faults.__main__
from cnn_core.runs import checkpoints, manifests
{breaks}
from importlib import import_module
raise SystemExit(not import_module("tests.faults.{part}").main(count={count}))
"""


def part(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "tests.faults", *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("name", "count"), [("kills", 2), ("operations", 4), ("supervisor", 2), ("damage", 2)])
def test_what_is_broken_on_purpose_is_survived_or_found(name, count):
    done = part(name, "--count", str(count))
    assert done.returncode == 0, done.stdout + done.stderr


NO_SUMS = "manifests.check_part = lambda *a, **k: None; manifests.sha256 = checkpoints.sha256 = lambda data: ''"


@pytest.mark.timeout(400)
def test_twin_damage_is_not_found_where_nobody_counts_the_sums():
    code = BROKEN.format(part="damage", count=3, breaks=NO_SUMS)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr


def test_two_starts_at_once_are_two_runs_one_after_the_other():
    shells = [
        subprocess.Popen([sys.executable, "-c", START], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for shell in shells:
        assert shell.stdout.readline() == "ready\n"
    for shell in shells:
        shell.stdin.write("\n")
        shell.stdin.flush()
    made = {shell.communicate()[0].strip() for shell in shells}
    assert len(made) == 2
    until(lambda: all(one["status"] == "done" for one in actions.runs()), 90)
    second, first = actions.runs()
    assert {first["run"], second["run"]} == made
    assert first["number"] < second["number"]
    assert first["ended"] <= second["started"]
