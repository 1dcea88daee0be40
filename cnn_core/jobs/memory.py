"""Whether the system ended a process for lack of memory: the kernel counts it, and nobody else says so."""

from __future__ import annotations

import re
from pathlib import Path

# the first that is there: what this container (control group 2) lost, else the whole machine since its start
COUNTERS = ("/sys/fs/cgroup/memory.events", "/proc/vmstat")
BOOT = "/proc/sys/kernel/random/boot_id"


def mark() -> str:
    """The count now, together with the start of the machine that it counts from; empty where nobody counts."""
    count = _kills()
    return "" if count is None else f"{_boot()} {count}"


def rose(since: str) -> bool:
    """Whether the system has ended a process for lack of memory since `mark` gave this."""
    boot, _, count = since.partition(" ")
    now = _kills()
    return bool(boot) and now is not None and boot == _boot() and now > int(count)


def _kills() -> int | None:
    for counter in COUNTERS:
        try:
            found = re.search(r"^oom_kill (\d+)", Path(counter).read_text(), flags=re.MULTILINE)
        except OSError:
            continue
        if found:
            return int(found[1])
    return None


def _boot() -> str:
    try:
        return Path(BOOT).read_text().strip()
    except OSError:
        return ""
