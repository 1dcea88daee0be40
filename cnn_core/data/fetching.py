"""Fetch a file from the network, and unpack it: checked against its MD5, interruptible at any moment.

Our own loop around urllib: torchvision's knows neither progress nor a stop. The connection is read by a thread of its
own, so that a silent server, or a name that takes its time, never keeps anybody from stopping.
"""

from __future__ import annotations

import gzip
import hashlib
import http.client
import queue
import tarfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from cnn_core.data.sets import Download, Remote
from cnn_core.jobs.interrupts import Interrupted

if TYPE_CHECKING:
    from _typeshed import SupportsRead

CHUNK = 1 << 16
SILENCE = 30.0  # seconds without a byte after which a server is given up
LOOK = 0.1  # seconds between two looks at whether to stop

Came = Callable[[int], None]  # told how many bytes of the file there are
Stopped = Callable[[], bool]


class Lost(Exception):
    """A file did not come from this place; the text says why, to follow a colon."""


def fetch(remote: Remote, path: Path, came: Came, stopped: Stopped) -> None:
    """Write a file whose MD5 (or beginning of a SHA-256) is the published one, from the first place that has it.

    Raises:
        Lost: no place has it; says why the first one has not. Interrupted: `stopped` became true. OSError: it cannot
            be written. In each case what there is of the file may still be there.
    """
    why: list[Lost] = []
    for url in remote.urls:
        try:
            return _fetch(url, remote, path, came, stopped)
        except Lost as error:
            why.append(error)
    raise why[0]


def _fetch(url: str, remote: Remote, path: Path, came: Came, stopped: Stopped) -> None:
    kind, published = ("MD5", remote.md5) if remote.md5 else ("SHA-256", remote.sha256)
    digest, size = hashlib.new(kind.replace("-", ""), usedforsecurity=False), 0
    with path.open("wb") as file:
        for chunk in _chunks(url, stopped):
            file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            came(size)
            if size > 2 * remote.size:
                raise Lost(f"{_host(url)} sends more than the {_size(remote.size)} of the published file")
    if not published or not digest.hexdigest().startswith(published):
        raise Lost(f"what came from {_host(url)} is not the published file (its {kind} is another)")


def _chunks(url: str, stopped: Stopped) -> Iterator[bytes]:
    """The bytes at an address, as they come.

    Raises:
        Lost, Interrupted.
    """
    come: queue.Queue[bytes | Lost] = queue.Queue(maxsize=16)
    gone = threading.Event()
    threading.Thread(target=_read, args=(url, come, gone), name="fetch", daemon=True).start()
    last = time.monotonic()
    try:
        while True:
            if stopped():
                raise Interrupted
            try:
                one = come.get(timeout=LOOK)
            except queue.Empty:
                if time.monotonic() - last > SILENCE:
                    raise _silent(url) from None
                continue
            last = time.monotonic()
            if isinstance(one, Lost):
                raise one
            if not one:
                return
            yield one
    finally:
        gone.set()


def _read(url: str, come: queue.Queue[bytes | Lost], gone: threading.Event) -> None:
    """The thread that reads: chunks, then an empty one, or why there are no more."""
    try:
        for chunk in _response(url):
            if not _put(come, chunk, gone):
                return
        _put(come, b"", gone)
    except Lost as error:
        _put(come, error, gone)
    except HTTPError as error:
        _put(come, Lost(f"{_host(url)} answers {error.code} ({error.reason}) when asked for it"), gone)
    except (OSError, http.client.HTTPException, ValueError) as error:
        _put(come, Lost(f"{_host(url)} cannot be reached ({_words(error)})"), gone)


def _response(url: str) -> Iterator[bytes]:
    with urlopen(Request(url, headers={"User-Agent": "ConvScope"}), timeout=SILENCE) as response:
        stated = response.headers.get("Content-Length", "")
        size = 0
        while True:
            try:
                chunk = response.read1(CHUNK)  # what there is, so that progress is seen on a slow line
            except TimeoutError:
                raise _silent(url) from None
            except (OSError, http.client.HTTPException):  # the connection broke
                chunk = b""
                stated = stated or str(size + 1)
            if not chunk:
                break
            size += len(chunk)
            yield chunk
    if stated.isdigit() and size < int(stated):
        raise Lost(f"it was cut off after {_size(size)}")


def _put(come: queue.Queue[bytes | Lost], one: bytes | Lost, gone: threading.Event) -> bool:
    """Hand something over; False when nobody waits for it any more."""
    while not gone.is_set():
        try:
            come.put(one, timeout=LOOK)
            return True
        except queue.Full:
            continue
    return False


def _silent(url: str) -> Lost:
    return Lost(f"{_host(url)} has sent nothing for {SILENCE:.0f} s")


def _host(url: str) -> str:
    return urlsplit(url).netloc or url


def _words(error: BaseException) -> str:
    """`Connection refused`, `Name or service not known`."""
    cause = error.reason if isinstance(error, URLError) and isinstance(error.reason, BaseException) else error
    return str(getattr(cause, "strerror", None) or cause or type(cause).__name__).rstrip(".")


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB" if count >= 100_000 else f"{count:,} bytes"


def unpack(download: Download, packed: Path, into: Path, stopped: Stopped) -> None:
    """Unpack all fetched files of a folder into another: exactly what the set holds, whatever else they hold.

    Names in an archive are compared, never used as paths.

    Raises:
        Lost: it does not hold what it should. Interrupted. OSError: it cannot be written.
    """
    for remote in download.files:
        path = packed / remote.name
        try:
            if remote.name.endswith(".tar.gz"):
                _unpack_archive(download, path, into, stopped)
            else:
                with gzip.open(path) as source:
                    _copy(source, into / path.stem, download.needs, stopped)
        except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise Lost(f"{remote.name} cannot be unpacked ({_words(error)})") from error
        path.unlink()
    absent = [name for name in download.holds if not (into / name).is_file()]
    if absent:
        raise Lost(f"{absent[0]} is not in what came")


def _unpack_archive(download: Download, path: Path, into: Path, stopped: Stopped) -> None:
    wanted = {f"{download.place}/{name}": name for name in download.holds}
    with tarfile.open(path, "r|gz") as archive:
        for member in archive:
            name = wanted.get(member.name)
            source = archive.extractfile(member) if name and member.isreg() else None
            if name and source:
                _copy(source, into / name, download.needs, stopped)


def _copy(source: SupportsRead[bytes], target: Path, most: int, stopped: Stopped) -> None:
    size = 0
    with target.open("wb") as file:
        while chunk := source.read(16 * CHUNK):
            if stopped():
                raise Interrupted
            size += len(chunk)
            if size > most:
                raise Lost(f"{target.name} is larger than it can be")
            file.write(chunk)
