"""A place on the network that has data sets: a real server with small files of the true form, and every way to fail.

As a program it is the worker or supervisor that fetches from there: `python -m tests.data.origin work FOLDER --lock N`,
where `ORIGIN` names the server's address and folder.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import pickle
import struct
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path

import numpy as np

from cnn_core.base.locks import Lock
from cnn_core.data.sets import SHELF, Remote
from cnn_core.data.sets._idx import FILES
from cnn_core.jobs import launch, supervisor, work

NAMES = ("mnist", "fashion_mnist", "cifar10", "cifar100")


def idx(array: np.ndarray) -> bytes:
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def batch(count: int, seed: int = 0, classes: int = 10, protocol: int = 2, **changes: object) -> bytes:
    """One of CIFAR's pickles, with `count` pictures of noise."""
    rows = np.random.default_rng(seed).integers(0, 256, (count, 3072), np.uint8)
    labels = [number % classes for number in range(count)]
    key = b"labels" if classes == 10 else b"fine_labels"
    record = {b"data": rows, key: labels, b"filenames": [b"a.png"] * count, b"batch_label": b"training batch"}
    return pickle.dumps({**record, **{name.encode(): value for name, value in changes.items()}}, protocol=protocol)


def cifar(folder: Path, name: str = "cifar10", count: int = 20) -> Path:
    """The files of a CIFAR set with `count` pictures in each, in torchvision's layout; returns their folder."""
    source = SHELF.load(name).build
    place = folder / source.download.place
    place.mkdir(parents=True)
    for number, file in enumerate((*source.train, source.test)):
        (place / file).write_bytes(batch(count, number, len(source.classes)))
    return place


def publish(folder: Path) -> None:
    """Lay out small files as they are published, packed."""
    rng = np.random.default_rng(0)
    for images, labels in FILES.values():
        for name, array in ((images, rng.integers(0, 256, (24, 28, 28), np.uint8)), (labels, np.arange(24) % 10)):
            (folder / f"{name}.gz").write_bytes(gzip.compress(idx(array.astype(np.uint8))))
    for name in ("cifar10", "cifar100"):
        download = SHELF.load(name).build.download
        place = cifar(folder / "unpacked", name)
        for file in download.holds:
            if not (place / file).exists():
                (place / file).write_bytes(b"names")
        with tarfile.open(folder / download.files[0].name, "w:gz") as archive:
            archive.add(place, download.place)
            archive.addfile(tarfile.TarInfo("../outside"), io.BytesIO())


def point(name: str, address: str, folder: Path, way: str = "ok") -> None:
    """Let a set be fetched from this server, in this process."""
    module = import_module(f"{SHELF.package}.{name}")
    source = module.ENTRY.build
    files = []
    for one in source.download.files:
        data = (folder / one.name).read_bytes()
        md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
        files.append(Remote(one.name, (f"{address}/{way}/{one.name}",), md5, len(data)))
    download = replace(source.download, files=tuple(files), needs=1_000_000)
    module.ENTRY = replace(module.ENTRY, build=replace(source, download=download))


class Origin:
    """The server: its address, its folder, and an event that lets it go on where it waits."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = ""
        self.go_on = threading.Event()
        self.asked: list[str] = []


def _handler(origin: Origin) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            _, way, name = self.path.split("/")
            origin.asked.append(self.path)
            try:
                getattr(self, f"_{way}")((origin.folder / name).read_bytes())
            except (BrokenPipeError, ConnectionResetError):
                pass

        def _head(self, length: int | None) -> None:
            self.send_response(200)
            if length is not None:
                self.send_header("Content-Length", str(length))
            self.end_headers()

        def _ok(self, data: bytes) -> None:
            self._head(len(data))
            self.wfile.write(data)

        def _cut(self, data: bytes) -> None:
            self._head(len(data))
            self.wfile.write(data[: len(data) // 2])

        def _ends(self, data: bytes) -> None:
            self._head(None)
            self.wfile.write(data[: len(data) // 2])

        def _wrong(self, data: bytes) -> None:
            self._ok(data[:-1] + bytes([data[-1] ^ 1]))

        def _none(self, data: bytes) -> None:
            self.send_error(404)

        def _endless(self, data: bytes) -> None:
            self._head(None)
            while True:
                self.wfile.write(data)

        def _half(self, data: bytes) -> None:
            self._head(len(data))
            self.wfile.write(data[: len(data) // 2])
            self.wfile.flush()
            origin.go_on.wait(60)
            self.wfile.write(data[len(data) // 2 :])

        def _silent(self, data: bytes) -> None:
            origin.go_on.wait(60)

    return Handler


@contextmanager
def serving(folder: Path) -> Iterator[Origin]:
    origin = Origin(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(origin))
    server.daemon_threads = True
    origin.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield origin
    finally:
        origin.go_on.set()
        server.shutdown()
        server.server_close()


def command(verb: str, folder: Path, lock: Lock) -> list[str]:
    """What `launch.command` is replaced by."""
    return [sys.executable, "-m", "tests.data.origin", verb, str(folder), "--lock", str(lock.handle)]


if __name__ == "__main__":
    verb, job, _, number = sys.argv[1:]
    launch.command = command
    supervisor.IDLE = 1.0
    place, at, how = os.environ["ORIGIN"].split("|")
    for known in NAMES:
        point(known, at, Path(place), how)
    sys.exit((work.work if verb == "work" else supervisor.supervise)(Path(job), int(number)))
