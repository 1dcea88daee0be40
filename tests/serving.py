"""A real server and a real browser, for what no other test can see."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).parents[1]
NOT_RUNNING = "[data-testid=stApp][data-test-script-state=notRunning]"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """`streamlit run app.py` as a process, with the runs and locks of this one unless `environment` says else.

    log: what it prints. before: words before the command, as `unshare` and `setpriv`. options: for `subprocess.Popen`.
    """

    def __init__(
        self, log: Path, environment: Mapping[str, str] | None = None, before: Sequence[str] = (), **options: Any
    ) -> None:
        self.log = log
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        options = {
            "cwd": PROJECT,
            "env": environment,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.STDOUT,
            **options,
        }
        self.process = subprocess.Popen([*before, *self.command(port)], **options)
        self._said = threading.Thread(target=self._listen, daemon=True)
        self._started = threading.Event()
        self._said.start()

    def command(self, port: int) -> list[str]:
        """The command line; another one where a subclass says so."""
        run = [sys.executable, "-m", "streamlit", "run", "app.py"]
        return [*run, f"--server.port={port}", "--server.headless=true"]

    def _listen(self) -> None:
        """Put what it says into the log (tracebacks too), so that the pipe never fills; it says when it listens."""
        with self.log.open("ab", buffering=0) as log:
            for line in self.process.stdout:
                log.write(line)
                if b"URL:" in line:
                    self._started.set()
        self._started.set()

    def started(self, seconds: float = 60) -> Server:
        """Wait until it answers."""
        assert self._started.wait(seconds), f"the server did not start in {seconds} s: {self.log.read_text()}"
        assert self.process.poll() is None, f"the server did not start: {self.log.read_text()}"
        assert urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=30).read() == b"ok"
        return self

    def kill(self) -> None:
        """SIGKILL, as a crash or the out-of-memory killer."""
        self.process.kill()
        self._reap()

    def end(self, seconds: float = 30) -> int:
        """SIGTERM, as systemd and containers do; the exit code."""
        self.process.terminate()
        return self._reap(seconds)

    def _reap(self, seconds: float = 30) -> int:
        code = self.process.wait(seconds)
        self._said.join(seconds)
        self.process.stdout.close()
        return code

    def memory(self) -> float:
        """Resident memory in MB (10^6 bytes)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) * 1024 / 1e6

    def files(self) -> int:
        """How many files it has open."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))


@contextmanager
def serving(log: Path) -> Iterator[str]:
    """A server for the block; gives its address, and ends it afterwards."""
    server = Server(log)
    try:
        yield server.started().address
    finally:
        server.kill()


@contextmanager
def browsing(**context) -> Iterator:
    """A page in headless Chromium, or a skip that says why; `page.strange` collects requests to elsewhere."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("there is no chromium on this computer: the browser journey was not made")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-quic"])
        page = browser.new_context(**context).new_page()
        page.set_default_timeout(60_000)
        page.strange = []
        page.on("request", lambda request: page.strange.append(request.url) if _strange(request.url) else None)
        yield page
        browser.close()


def _strange(url: str) -> bool:
    return url.startswith("http") and "//127.0.0.1" not in url and "//localhost" not in url


def settled(page) -> None:
    """Wait until the script has run to its end."""
    page.wait_for_selector(NOT_RUNNING)


def zombies(parent: int) -> list[str]:
    """Children of a process that ended and that it never waited for, by name."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = path.read_text().partition("(")[2].rpartition(")")
        except OSError:  # it has just ended
            continue
        state, mother = rest.split()[:2]
        if state == "Z" and int(mother) == parent:
            found.append(name)
    return found
