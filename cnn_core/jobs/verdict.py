"""What is said of a job whose worker died without saying anything itself: one sentence, and what can be done."""

from __future__ import annotations

import signal
from typing import Any

from cnn_core.jobs import memory

STOP_WITHIN = 5.0  # seconds from the request to stop until the worker is ended
_KEPT = "What was saved is kept; Resume goes on from there."
_MEMORY = (
    "The system ended it, most likely because the memory was full. What was saved is kept. Close other programs and "
    "Resume, or start anew with a smaller batch, smaller pictures or a smaller network."
)


def _says(status: str, reason: str, message: str) -> dict[str, Any]:
    return {"status": status, "reason": reason, "message": message, "waiting_for": ""}


def unseen(state: dict[str, Any]) -> dict[str, Any]:
    """Of a job that was running (or about to be), whose lock is free, and whose end nobody saw."""
    if state["status"] == "queued":
        return _says("stopped", "killed", "It ended before it began. Resume starts it.")
    if memory.rose(state.get("memory_mark", "")):
        return _says("stopped", "memory", _MEMORY)
    return _says("stopped", "killed", f"It ended without a word (killed, or the computer went down). {_KEPT}")


def overdue() -> dict[str, Any]:
    """Of a job that was ended because it did not stop."""
    return _says("stopped", "ended", f"It did not stop within {STOP_WITHIN:.0f} s, so it was ended. {_KEPT}")


def seen(code: int, memory_mark: str) -> dict[str, Any]:
    """Of a worker that ended with this exit code (negative: by that signal) and left its job unfinished."""
    if code == -signal.SIGKILL and memory.rose(memory_mark):
        return _says("stopped", "memory", _MEMORY)
    if code in (-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP):
        name = signal.Signals(-code).name
        return _says("stopped", "killed", f"Somebody, or the system, ended its process ({name}). {_KEPT}")
    if code < 0:
        what = signal.strsignal(-code) or f"signal {-code}"
        return _says("stopped", "crashed", f"Its process crashed ({what.lower()}). {_KEPT} The log may say more.")
    return _says("failed", "error", f"Its process ended with code {code} before it was done. The log has the details.")
