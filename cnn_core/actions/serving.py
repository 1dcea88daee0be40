"""The verb that serves the dashboard: starts its server, and before it ends stops every run with a checkpoint.

The server is a process of its own, so that this one can look after the end: it is what systemd or a container starts
and sends SIGTERM.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from cnn_core.actions.running import ENDING, ask_stop
from cnn_core.base.errors import Failed, UserError
from cnn_core.base.settings import data_folder, runs_folder
from cnn_core.data.downloading import FOLDER as DOWNLOADS
from cnn_core.jobs import verdict
from cnn_core.jobs.index import states
from cnn_core.jobs.job import LIVE
from cnn_core.jobs.launch import PROJECT
from cnn_core.runs.run import COMPRESSING, LABS

HEALTH = "/_stcore/health"
SIGNALS = (signal.SIGTERM, signal.SIGINT)
STOPPING = verdict.STOP_WITHIN + 2 * ENDING  # seconds that runs are waited for: the supervisor ends them before
ENDED = 10.0  # seconds that the server may take to end, after which it is killed
LOOK = 0.1

Say = Callable[[str], None]


def serve(port: int = 8501, address: str = "127.0.0.1", say: Say = lambda sentence: None) -> int:
    """Serve the dashboard until SIGTERM or SIGINT, then stop what trains; returns the exit code.

    Health is answered at `HEALTH`. Call it in the main thread: it handles the signals.

    Raises:
        UserError: the port or the address cannot be used.
    """
    _check(port, address)
    asked = threading.Event()
    before = {number: signal.signal(number, lambda *_: asked.set()) for number in SIGNALS}
    try:
        server = subprocess.Popen(_command(port, address), cwd=PROJECT, env=_environment(), start_new_session=True)
        threading.Thread(target=_watch, args=(server, asked), name="server", daemon=True).start()
        asked.wait()
        if server.poll() is not None:
            say(f"The server has ended by itself (code {server.returncode}).")
            return 1
        _stop(say)
        _end(server)
        _stop(say)  # what a visitor has started meanwhile
        return 0
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _check(port: int, address: str) -> None:
    if not 1 <= port <= 65_535:
        raise UserError(f"--port is {port}, but must be a whole number from 1 to 65535.")
    try:
        family = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
    except OSError as error:
        raise UserError(
            f"The dashboard cannot be served at {address}, port {port} ({error.strerror or error}); "
            "choose another --port or --address."
        ) from error


def _command(port: int, address: str) -> list[str]:
    run = [sys.executable, "-m", "streamlit", "run", str(PROJECT / "app.py")]
    return [*run, f"--server.port={port}", f"--server.address={address}", "--server.headless=true"]


def _environment() -> dict[str, str]:
    """Ours, with absolute folders: the server has the project as its working folder."""
    return {**os.environ, "CONVSCOPE_RUNS": str(runs_folder()), "CONVSCOPE_DATA": str(data_folder())}


def _watch(server: subprocess.Popen[bytes], ended: threading.Event) -> None:
    server.wait()
    ended.set()


def _end(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(ENDED)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


# ---------------------------------------------------------------- stopping what is at work


def _stop(say: Say) -> None:
    """Stop all labs, which would train on, then what compresses, runs and downloads, and wait until they have."""
    for folder in (runs_folder() / LABS, runs_folder() / COMPRESSING, runs_folder(), data_folder() / DOWNLOADS):
        for sentence in stop_all(folder):
            say(sentence)


def stop_all(folder: Path) -> list[str]:
    """Ask everything in a folder of jobs to stop, and wait until it has; sentences on what happened.

    Those that wait leave the line first, so that nothing new begins. The supervisor ends what does not stop.
    """
    said: dict[str, str] = {}
    until = time.monotonic() + STOPPING
    while left := _live(folder):
        for name in left:
            if name not in said:
                said[name] = _ask(folder, name)
        if time.monotonic() > until:
            return [*said.values(), *(f"{name} has not stopped; it is left behind." for name in left)]
        time.sleep(LOOK)
    return list(said.values())


def _ask(folder: Path, name: str) -> str:
    try:
        ask_stop(name, folder)
    except (UserError, Failed) as error:
        return str(error)
    return f"{name} is asked to stop; it keeps what it has, and can be resumed."


def _live(folder: Path) -> list[str]:
    """What waits, then what is at work. A folder that cannot be read holds nothing that we could stop."""
    if not folder.is_dir():
        return []
    try:
        found = {name: state for name, state in states(folder, patience=0).items() if state["status"] in LIVE}
    except UserError:
        return []
    return sorted(found, key=lambda name: (found[name]["alive"], found[name]["number"]))
