"""Several people at one server: how long a page takes for 1, 5 and 20 who look around at once; what a session costs."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.timing import say
from cnn_core import actions
from cnn_core.experiment import resolve
from tests.serving import Server
from tests.sessions import Visitor

CROWDS = (1, 5, 20)
ROUNDS = 4
PAGES = ("", "runs", "watch", "evaluate", "explain")


def main() -> None:
    """Print the waits; runs and locks of our own, nothing trains meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(CONVSCOPE_RUNS=f"{folder}/runs", CONVSCOPE_LOCKS=f"{folder}/locks")
        run = str(actions.train(resolve({"data": {"name": "digits"}, "model": {"name": "small_cnn"}}))["run"])
        server = Server(Path(folder) / "log").started()
        try:
            looks_around(server.address, run)  # loads what is loaded once
            for people in CROWDS:
                crowd(server, run, people)
        finally:
            server.kill()


def crowd(server: Server, run: str, people: int) -> None:
    """So many look around at once, without a pause."""
    before = server.memory()
    with ThreadPoolExecutor(people) as pool:
        waits = sorted(
            wait for one in pool.map(lambda _: looks_around(server.address, run), range(people)) for wait in one
        )
    middle, late = statistics.median(waits), waits[int(0.95 * len(waits))]
    holds = middle <= 150 if people == 1 else None
    say(
        f"a page for each of {people} at once, ms: middle, 95 of 100",
        f"{middle:.0f}, {late:.0f}",
        "<= 150, alone",
        holds,
    )
    say("  and what a session holds when it has ended, MB", f"{(server.memory() - before) / people:.1f}", "<= 2")


def looks_around(address: str, run: str) -> list[float]:
    """A new session goes through the pages; milliseconds until each was complete."""
    waits = []
    with Visitor(address) as visitor:
        for page in PAGES * ROUNDS:
            began = time.perf_counter()
            visitor.open(page, run=run, **({"picture": "test-3"} if page == "explain" else {}))
            waits.append(1000 * (time.perf_counter() - began))
        assert not visitor.troubles, visitor.troubles
    return waits


if __name__ == "__main__":
    main()
