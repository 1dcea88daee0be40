"""How long the pages take with a hundred runs in the list and a run of 10,000 test pictures looked at.

Over a WebSocket, as a browser asks; the answer is there when the page is complete. And in a browser, until it stands.
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.timing import say
from cnn_core import actions
from cnn_core.experiment import resolve
from tests.serving import Server, browsing, settled
from tests.sessions import Visitor

RUNS = 100
ROUNDS = 7
PAGES = ("", "data", "train", "runs", "watch", "evaluate", "features", "explain")


def main() -> None:
    """Print the waits; runs and locks of our own, nothing trains meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(CONVSCOPE_RUNS=f"{folder}/runs", CONVSCOPE_LOCKS=f"{folder}/locks")
        run = many(Path(folder) / "runs")
        server = Server(Path(folder) / "log").started()
        try:
            with Visitor(server.address) as visitor:
                reruns(visitor, run)
                clicks(visitor, run)
            in_a_browser(server.address, run)
        finally:
            server.kill()


def many(root: Path) -> str:
    """A run on MNIST, whose test split has 10,000 pictures, among a hundred of others; returns its id."""
    digits = {"data": {"name": "digits"}, "model": {"name": "small_cnn"}, "train": {"epochs": 10}}
    one = root / str(actions.train(resolve(digits))["run"])
    for number in range(RUNS - 2):
        shutil.copytree(one, root / f"{one.name[:-4]}{number:04x}")
    return str(actions.train(resolve({**digits, "data": {"name": "mnist"}, "train": {"epochs": 1}}))["run"])


def query(page: str, run: str, number: int = 3) -> dict[str, str]:
    """The address of a page that shows something of the run."""
    return {"run": run, **({"picture": f"test-{number}"} if page in ("explain", "features") else {})}


def reruns(visitor: Visitor, run: str) -> None:
    """Each page once more, as it is after any click; all were opened before, so that all is imported."""
    for page in PAGES:
        visitor.open(page, **query(page, run))
    for page in PAGES:
        visitor.open(page, **query(page, run))
        middle = waited(visitor.rerun)
        say(f"{page or 'home'} again, {RUNS} runs in the list, ms", f"{middle:.0f}", "<= 150", middle <= 150)
    assert not visitor.troubles, visitor.troubles


def clicks(visitor: Visitor, run: str) -> None:
    """From a click on a small picture to the page with its map; the pictures of a cell; another page of pictures."""
    numbers = iter(range(100))

    def cell() -> None:
        number = next(numbers)
        visitor.open("evaluate", run=run, cell=f"{number % 10}-{number % 10}")

    def picture() -> None:
        visitor.open("explain", **query("explain", run, 100 + next(numbers)))

    for what, act in (("a cell of 30 pictures", cell), ("a picture and its map, never asked before", picture)):
        middle = waited(act)
        say(f"a click on {what}, ms", f"{middle:.0f}", "<= 300", middle <= 300)
    visitor.open("data", data="mnist")
    wait = waited(lambda: visitor.press("Others"))
    shown = sum(len(one.json) > 0 for _, one in visitor.elements("bidi_component"))
    say(f"a click on Others beside {shown} rows of samples, ms", f"{wait:.0f}", "<= 300", wait <= 300)
    assert not visitor.troubles, visitor.troubles


def waited(act: Callable[[], object]) -> float:
    """Milliseconds, the median; the first time does not count."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        act()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times[1:])


def in_a_browser(address: str, run: str) -> None:
    """Each page in a new tab of a browser that has been there before: seconds until it stands."""
    with browsing(viewport={"width": 1440, "height": 900}) as page:
        page.goto(address)
        settled(page)
        times = {}
        for name in PAGES:
            asked = "&".join(f"{key}={value}" for key, value in query(name, run).items())
            began = time.perf_counter()
            page.goto(f"{address}/{name}?{asked}")
            page.locator("h1").first.wait_for()
            settled(page)
            times[name or "home"] = time.perf_counter() - began
    slowest = max(times, key=lambda name: times[name])
    worst = times[slowest]
    say(f"any page in a browser, warm server, s: the slowest is {slowest}", f"{worst:.1f}", "<= 3", worst <= 3)


if __name__ == "__main__":
    main()
