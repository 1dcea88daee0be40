"""How a worker is asked to stop from its terminal or its system: a signal becomes a flag, nothing is torn."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Interrupted(Exception):
    """Somebody asked to stop: raised at a place where nothing is torn."""


@contextmanager
def stop_on_signals(asked: threading.Event) -> Iterator[None]:
    """SIGINT and SIGTERM set `asked`; a second SIGINT interrupts at once. Outside the main thread nothing changes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ask(number: int, frame: object) -> None:
        if asked.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        asked.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
