"""The job of downloading a data set: fetched and unpacked aside, checked, and only then put in its place.

Its folder is in `.jobs` of the data folder, so it is seen by everyone who uses these data, and is no run. How far it
is stands in `progress.json`. Whatever happens, a file is in its place whole and right, or not there.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cnn_core.base.errors import Failed, UserError, shorten
from cnn_core.base.files import atomic_write, plain, sync_folder
from cnn_core.base.locks import Lock
from cnn_core.data.fetching import Lost, fetch, unpack
from cnn_core.data.sets import SHELF, Download
from cnn_core.jobs.interrupts import Interrupted, stop_on_signals
from cnn_core.jobs.job import Job, now

KIND = "cnn_core.data.downloading"
FOLDER = ".jobs"  # in the data folder
PROGRESS = "progress.json"
SAY_EVERY = 0.25  # seconds between two words on how far it is
PACE = 5.0  # seconds over which the speed is taken

Show = Callable[[dict[str, Any]], None]


def work(job: Job, lock: Lock) -> int:
    """What a worker process calls; returns the exit code."""
    return 0 if run(job)["status"] in ("done", "stopped") else 1


def run(job: Job, show: Show = lambda progress: None) -> dict[str, Any]:
    """Download the set that a job is about; returns the job's last state. The caller holds its lock.

    Args:
        show: told how far it is: `stage` (fetching, unpacking), `bytes`, `total`, `speed` (bytes a second).
    """
    aside = job.folder / "aside"
    asked = threading.Event()
    one = _Progress(job.folder / PROGRESS, show)
    try:
        with stop_on_signals(asked):
            job.update(status="running", reason="", message="", started=now(), ended=None)
            bring(str(job.stored().get("dataset")), job.root.parent, aside, one, lambda: _stopped(job, asked))
        says = {"status": "done", "reason": "", "message": ""}
    except (Interrupted, KeyboardInterrupt):
        says = {"status": "stopped", "reason": "asked", "message": "Cancelled; nothing of it was kept."}
    except UserError as error:
        says = {"status": "failed", "reason": "error", "message": str(error)}
    except Exception as error:  # noqa: BLE001 - the last resort: a job never ends without a word
        job.log(traceback.format_exc().rstrip())
        says = {"status": "failed", "reason": "error", "message": f"{type(error).__name__}: {shorten(error, 300)}."}
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    _end(job, says)
    return says


def _stopped(job: Job, asked: threading.Event) -> bool:
    return asked.is_set() or job.stop_asked()


def _end(job: Job, says: dict[str, Any]) -> None:
    try:
        job.update(**says, ended=now())
        job.clear_stop()
        job.log(f"{says['status']} {says['message']}".rstrip())
    except (OSError, UserError) as error:  # the disk is full, or the folder is gone
        sys.stderr.write(f"{says['message']} The state could not be written: {error}.\n")


@dataclass
class _Progress:
    """How far it is, for readers of the job's folder and for whoever waits here."""

    path: Path
    show: Show
    total: int = 0
    before: int = 0  # bytes of the files that are there already
    said_at: float = 0.0
    seen: list[tuple[float, int]] = field(default_factory=list)

    def came(self, count: int) -> None:
        """So many bytes of the present file are there."""
        moment = time.monotonic()
        if moment - self.said_at >= SAY_EVERY:
            self.seen = [*(one for one in self.seen if moment - one[0] < PACE), (moment, self.before + count)]
            self.say("fetching", self.before + count)

    def say(self, stage: str, count: int) -> None:
        (first, had), (last, has) = (self.seen[0], self.seen[-1]) if self.seen else ((0.0, 0), (0.0, 0))
        speed = max(0, has - had) / (last - first) if last > first else None
        row = {"stage": stage, "bytes": count, "total": max(count, self.total), "speed": speed}
        self.said_at = time.monotonic()
        try:
            atomic_write(self.path, plain(row), sync=False)
        except OSError:
            pass  # the file that is fetched will meet the same, and say it
        self.show(row)


def bring(name: str, folder: Path, aside: Path, progress: _Progress, stopped: Callable[[], bool]) -> None:
    """Fetch, unpack, check and put into place.

    Args:
        name: of the set. folder: the data folder. aside: for what is not whole yet, on the same disk.

    Raises:
        Failed: what is in the way, and what to do. Interrupted.
    """
    source = SHELF.load(name).build
    options = SHELF.load(name).options()
    download = source.download
    if download is None or not source.missing(options, folder):
        return
    otherwise = f"Or {by_hand(download, folder)}"
    try:
        _make_room(source.about.title, download, folder)
        packed, ready = aside / "packed", aside / "ready"
        for path in (packed, ready):
            path.mkdir(parents=True)
        progress.total = download.size
        for remote in download.files:
            fetch(remote, packed / remote.name, progress.came, stopped)
            progress.before += remote.size
        progress.say("unpacking", download.size)
        unpack(download, packed, ready, stopped)
        _place(download, ready, folder)
        source.load(options, folder)  # lays a large set out for mapping; and it was complete only if it can be read
    except Lost as error:
        raise Failed(f"{source.about.title} could not be downloaded: {error}. Try again later. {otherwise}") from error
    except OSError as error:
        raise Failed(_unwritten(source.about.title, folder, error)) from error


def by_hand(download: Download, folder: Path) -> str:
    """What to put where without this computer's network: `fetch … and unpack it into …`."""
    names = download.files[0].name if len(download.files) == 1 else f"{download.files[0].name} and the other files"
    what = "unpack it into" if len(download.files) == 1 else "put them into"
    place = (folder / download.place).parent if len(download.files) == 1 else folder / download.place
    return (
        f"fetch {names} elsewhere ({download.files[0].urls[0].rpartition('/')[0]}/) and {what} {place}; "
        "CONVSCOPE_DATA may name another folder."
    )


def _make_room(title: str, download: Download, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < download.needs:
        raise Failed(
            f"There is no room for {title} in {folder}: it needs {download.needs / 1e6:,.0f} MB while it is unpacked, "
            f"and {free / 1e6:,.0f} MB are free. Make room, or let CONVSCOPE_DATA name a folder on another disk."
        )


def _place(download: Download, ready: Path, folder: Path) -> None:
    """Move the files to where they belong, each in one step."""
    place = folder / download.place
    place.mkdir(parents=True, exist_ok=True)
    for name in download.holds:
        with (ready / name).open("rb") as file:
            os.fsync(file.fileno())
        (ready / name).replace(place / name)
    sync_folder(place)


def _unwritten(title: str, folder: Path, error: OSError) -> str:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    do = "Make room" if full else "Let it be written to"
    return (
        f"{title} cannot be written to {folder} ({error.strerror or error}); nothing of it was kept. {do}, or let "
        "CONVSCOPE_DATA name another folder."
    )
