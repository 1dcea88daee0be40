"""How long one waits: for the help, for a list, for a page, for the demo from the button."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from streamlit.testing.v1 import AppTest

from benchmarks.timing import say
from cnn_core import actions
from cnn_core.experiment import demo
from cnn_core.figures import curves

ROUNDS = 5
PROJECT = Path(__file__).parents[1]


def main() -> None:
    """Print the waits; runs and locks of our own."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(CONVSCOPE_RUNS=f"{folder}/runs", CONVSCOPE_LOCKS=f"{folder}/locks")
        commands()
        run = button()
        tick(run)
        pages(run)


def commands() -> None:
    """Wall time of commands that people type all the time."""
    for arguments in (("--help",), ("list",)):
        times = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "cnn_core", *arguments], cwd=PROJECT, stdout=subprocess.DEVNULL, check=True
            )
            times.append(time.perf_counter() - began)
        middle = statistics.median(times)
        say(f"python -m cnn_core {arguments[0]}, s", f"{middle:.2f}", "<= 0.5", middle <= 0.5)


def button() -> str:
    """From the start of the demo to its first validation and to its end, as the page sees them."""
    first, done = [], []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        run = actions.start(demo())
        seen = None
        while (now := actions.live(run)).record["status"] in ("queued", "running"):
            if seen is None and now.rows:
                seen = time.perf_counter() - began
            time.sleep(0.02)
        first.append(seen if seen is not None else time.perf_counter() - began)
        done.append(time.perf_counter() - began)
    for name, times, target in (("first point", first, 6), ("done", done, 20)):
        middle = statistics.median(times)
        say(f"demo, from the button to {name}, s", f"{middle:.1f}", f"<= {target}", middle <= target)
    return run


def pages(run: str) -> None:
    """Server time of a rerun, warm, through app.py; and of what a live tick reads."""
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60)
    app.query_params["run"] = run
    app.run()
    for page in ("home", "train", "watch", "runs", "evaluate", "explain"):
        app.switch_page(f"pages/{page}.py")
        if page == "explain":
            app.query_params["picture"] = "test-12"  # a map to show, not the choice of a picture
        app.run()
        times = []
        for _ in range(2 * ROUNDS):
            began = time.perf_counter()
            app.run()
            times.append(1000 * (time.perf_counter() - began))
            if app.exception:
                raise RuntimeError(f"{page}: {app.exception[0].message}")
        middle = statistics.median(times[1:])
        say(f"rerun of {page}, ms", f"{middle:.0f}", "<= 150", middle <= 150)


def tick(run: str) -> None:
    """What the server does for one live tick: read what is new, make both charts and what the browser is sent."""
    times = []
    for _ in range(4 * ROUNDS):
        began = time.perf_counter()
        now = actions.live(run)
        planned = now.record["epochs_planned"]
        curves.accuracy_curve(now.rows, planned, "light", best=now.record["best_epoch"])
        curves.loss_curve(now.rows, planned, "light")
        times.append(1000 * (time.perf_counter() - began))
    middle = statistics.median(times[1:])
    say("a live tick, ms", f"{middle:.0f}", "<= 50", middle <= 50)


if __name__ == "__main__":
    main()
