"""`python -m tests.faults PART [--count N] [--seed S] [--lanes L]`: break it on purpose; 1 if it fails.

`all` does one part after another within an hour, each in a process of its own; `slow` are the tests that `make test`
leaves out; `soak` has options of its own.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before anything imports torch: a pool of threads would not survive a fork

import argparse
import signal
import subprocess
import sys
import time
from importlib import import_module

PARTS = ("operations", "supervisor", "damage", "mutations", "disk", "power", "states", "pictures", "kills")
HOUR = 3600.0  # seconds for all parts
LIMIT = 900.0  # seconds for one of them, but the soak
SOAK = 30.0  # minutes, or what is left of the hour
SPARE = 120.0  # seconds that a soak needs beyond its minutes


def main(arguments: list[str]) -> int:
    """Do one part, or all."""
    if arguments[:1] == ["soak"]:
        return int(import_module("tests.faults.soak").main(arguments[1:]))
    parser = argparse.ArgumentParser("python -m tests.faults", description=__doc__)
    parser.add_argument("part", choices=[*PARTS, "slow", "soak", "all"])
    parser.add_argument("--count", type=int, default=0, help="how many; 0: as many as the part has")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--lanes", type=int, default=2, help="how many at a time")
    given = vars(parser.parse_args(arguments))
    part = given.pop("part")
    if part in ("all", "slow"):
        return everything() if part == "all" else subprocess.run(_pytest(), check=False).returncode
    return not import_module(f"tests.faults.{part}").main(**given)


def everything() -> int:
    """All parts in order, whatever fails; which did, at the end."""
    began, failed = time.monotonic(), []
    for part in (*PARTS, "slow", "soak"):
        start = time.monotonic()
        left = began + HOUR - start
        soak = ["--minutes", f"{min(SOAK, (left - SPARE) / 60):.1f}"] if part == "soak" else []
        verdict = _in_time([sys.executable, "-m", "tests.faults", part, *soak], left if soak else min(left, LIMIT))
        _say(f"    {part} {verdict} after {time.monotonic() - start:.0f} s")
        failed += [part] if verdict != "passed" else []
    _say(f"{(time.monotonic() - began) / 60:.0f} minutes; {'failed: ' if failed else 'all passed'}{', '.join(failed)}")
    return bool(failed)


def _in_time(command: list[str], seconds: float) -> str:
    process = subprocess.Popen(command, start_new_session=True)
    try:
        return "passed" if process.wait(seconds) == 0 else "failed"
    except subprocess.TimeoutExpired:
        return "was out of time"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _pytest() -> list[str]:
    return [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile", "-m", "slow", "-rs"]


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
