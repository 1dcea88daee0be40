"""A real server and a real browser, for what no other test can see."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
NOT_RUNNING = "[data-testid=stApp][data-test-script-state=notRunning]"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(log: Path) -> Iterator[str]:
    """`streamlit run app.py` with this test's runs and locks; gives its address, and ends it afterwards."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}", "--server.headless=true"]
    with log.open("wb") as errors:
        process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=errors, env=os.environ)
        try:
            said = next((line for line in process.stdout if b"URL:" in line), None)
            assert said, f"the server did not start: {log.read_text()}"
            address = f"http://127.0.0.1:{port}"
            assert urllib.request.urlopen(f"{address}/_stcore/health", timeout=30).read() == b"ok"
            yield address
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


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
