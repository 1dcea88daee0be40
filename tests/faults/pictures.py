"""Pictures mutated from a seed corpus for a minute: nothing but `BadPicture` comes out, soon, and memory stays."""

from __future__ import annotations

import hashlib
import os
import resource
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from cnn_core.base.errors import BadPicture
from cnn_core.pictures.opener import open_picture
from tests.faults.harness import forked, spread, tell
from tests.pictures.test_any_bytes import corpora, mutated

SECONDS = 60.0
SLOWEST = 1.0  # seconds of processor time for one picture
PEAK = 400  # MB above the start: a picture of 25 megapixels takes 250 while it is decoded
GROWTH = 50  # MB that stay when all is over
ROUND = 500  # mutations that are told of at once


def complaint(data: bytes, opened: Callable[[bytes], object]) -> str:
    """What is wrong with what happens to these bytes; empty when nothing is."""
    began = time.process_time()
    try:
        opened(data)
    except BadPicture:
        pass
    except BaseException as error:  # noqa: BLE001 - what comes out is the question
        return f"{type(error).__name__} came out"
    took = time.process_time() - began
    return f"it took {took:.1f} s" if took > SLOWEST else ""


def fuzzed(number: int, until: float, opened: Callable[[bytes], object], count: int) -> list[str]:
    """Mutate until the time is over, or `count` times; a row a round: what was wrong, or empty."""
    rng, whole, rows = np.random.default_rng(number), corpora(), []
    before = _memory()
    while time.monotonic() < until and (not count or len(rows) < count):
        data = mutated(whole[int(rng.integers(len(whole)))], rng)
        for _ in range(int(rng.integers(3))):
            data = mutated(data, rng) if len(data) > 1 else data
        said = complaint(data, opened)
        rows.append(f"{said}: {len(data)} bytes, {hashlib.sha256(data).hexdigest()[:12]}" if said else "")
    peak, left = (after - first for after, first in zip(_memory(), before, strict=True))
    return [*rows, f"memory grew by {peak} MB, of which {left} stayed"] if peak > PEAK or left > GROWTH else rows


def _memory() -> tuple[int, int]:
    """(peak, now) of this process, in MB."""
    now = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, now // 2**20


def lane(until: float, opened: Callable[[bytes], object], count: int, number: int) -> list[str]:
    """Fuzz in forked children, each with a seed of its own, so that one that dies is seen."""
    rows: list[str] = []
    while time.monotonic() < until and (not count or len(rows) < count):
        left = min(ROUND, count - len(rows)) if count else ROUND
        ended = forked(partial(fuzzed, number + 1000 * len(rows), until, opened, left))
        rows += ended.said if ended.code == 0 else [f"the process died: {ended.said or ended.signal}"]
    return rows


def main(count: int = 0, seed: int = 0, lanes: int = 2, opened: Callable[[bytes], object] = open_picture) -> bool:
    """A minute; or `count` mutations in each lane."""
    os.environ["PYTHONWARNINGS"] = "ignore"
    until = time.monotonic() + SECONDS
    found = spread(partial(lane, until, opened, count), [seed + number for number in range(lanes)], lanes)
    rows = [(f"seed {number}", [row] if row else []) for number, said in found for row in said]
    return tell("mutated pictures opened or refused in words", rows)
