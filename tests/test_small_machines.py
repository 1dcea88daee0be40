"""Small and locked-down machines: the real app in processes that may write little, see one core, or have no room left.

Each test says what it needs and is skipped by name where it cannot be had (root, `unshare`).
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cnn_core import actions
from cnn_core.experiment import resolve
from tests.faults.harness import alive, until
from tests.serving import PROJECT, Server
from tests.sessions import Visitor

NOBODY = 65534
PAGES = ("", "data", "train", "runs", "watch", "evaluate", "features", "explain")
AS_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
READING = tuple(f"--{kind}=-all,+dac_read_search" for kind in ("inh-caps", "ambient-caps", "bounding-set"))


def _works(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=30).returncode == 0
    except OSError:
        return False


if os.geteuid() == 0 and not _works(*AS_NOBODY, "env", sys.executable, "-c", ""):
    AS_NOBODY += READING  # an interpreter in root's home: it may read everything, but write nothing
needs_root = pytest.mark.skipif(
    not _works(*AS_NOBODY, "env", sys.executable, "-c", ""),
    reason="no process can be started as another user (setpriv)",
)


def _can_unshare() -> bool:
    return _works("unshare", "-m", "sh", "-c", "mount -t tmpfs -o size=64k none /dev/shm")


needs_mounts = pytest.mark.skipif(not _can_unshare(), reason="mounts of one's own (unshare) are not allowed")


class Place:
    """Folders for a server that may write nowhere else, and the environment that says so; no HOME."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runs, self.data, self.locks, self.temporary = (folder / name for name in ("runs", "data", "locks", "tmp"))
        self.writable = (self.runs, self.data, self.locks, self.temporary)
        for one in self.writable:
            one.mkdir()
        self.environment = {
            "PATH": os.environ["PATH"],
            "CONVSCOPE_RUNS": str(self.runs),
            "CONVSCOPE_DATA": str(self.data),
            "CONVSCOPE_LOCKS": str(self.locks),
            "TMPDIR": str(self.temporary),
        }

    def give_to(self, user: int) -> None:
        for root, _, names in os.walk(self.folder):
            for path in (root, *(os.path.join(root, name) for name in names)):  # noqa: PTH118
                os.chown(path, user, user)


@contextmanager
def place() -> Iterator[Place]:
    """A place outside of pytest's folders, which other users cannot enter."""
    with tempfile.TemporaryDirectory(prefix="convscope-small-") as name:
        Path(name).chmod(0o755)
        at = Place(Path(name))
        yield at
        shutil.rmtree(at.runs)  # then its supervisor ends at once, and not when it has been idle for a while
        assert until(lambda: not alive(at.folder))


@contextmanager
def serving(at: Place, before: Sequence[str] = (), **options: Any) -> Iterator[Server]:
    """A server there that never prints a traceback."""
    log = at.folder / "server.log"
    server = Server(log, at.environment, before, **options)
    try:
        yield server.started()
    finally:
        server.kill()
        print(log.read_text()[-8000:])  # noqa: T201 - shown when the test fails
    assert "Traceback" not in log.read_text()


def demo(visitor: Visitor) -> str:
    """Press the button of the first page and follow the run to its end; its id."""
    visitor.open()
    visitor.press("Train the demo network")
    run = visitor.query.partition("run=")[2]
    assert run, (visitor.text(), visitor.troubles)
    assert until(lambda: "digits it never saw" in _look(visitor), 120), visitor.text()
    return run


def _look(visitor: Visitor) -> str:
    """What the page says at its next tick."""
    visitor.tick()
    return visitor.text()


def trained(folder: Path) -> str:
    """A small finished run; its id."""
    settings = {"data": {"name": "digits"}, "model": {"name": "small_cnn"}, "train": {"epochs": 1}}
    return str(actions.train(resolve(settings), folder)["run"])


def every_page(visitor: Visitor, run: str) -> None:
    """All pages show what there is of a run, and none has trouble."""
    for page in PAGES:
        visitor.open(page, run=run)
        assert visitor.page == page
        assert visitor.troubles == []
    visitor.open("runs", run=run)
    assert run[-4:] in visitor.text()
    visitor.open("evaluate", run=run)
    assert "of the time" in visitor.text(), visitor.text()
    visitor.open("explain", run=run, picture="test-3")
    assert "What decided" in visitor.text(), visitor.text()
    visitor.open("features", run=run, picture="test-3")
    assert "Where each map lights up" in visitor.text(), visitor.text()


def refused(visitor: Visitor, run: str) -> str:
    """Press Start; the sentence that says why nothing was started."""
    visitor.open("train", run=run)
    before = visitor.alerts()
    visitor.press("Start training")
    assert visitor.troubles == []
    said = [one for one in visitor.alerts() if one not in before]
    assert len(said) == 1, (said, visitor.text())
    return said[0]


@needs_root
@pytest.mark.timeout(240)
def test_another_user_trains_and_explains_with_a_tree_that_is_read_only_and_without_a_home():
    with place() as at:
        at.give_to(NOBODY)
        assert not _works(*AS_NOBODY, "touch", str(PROJECT / "written-by-a-test"))
        with serving(at, AS_NOBODY) as server, Visitor(server.address) as visitor:
            run = demo(visitor)
            record = actions.show(run, at.runs)
            assert (record["status"], record["reason"]) == ("done", "")
            assert record["test_accuracy"] >= 0.98
            at.runs.chmod(0o755)
            _read_only(at.runs)  # the same server finds that it may no longer write its runs
            every_page(visitor, run)
            said = refused(visitor, run)
            assert "cannot be" in said.lower(), said
            assert len(actions.runs(at.runs)) == 1
            at.give_to(NOBODY)


def _read_only(folder: Path) -> None:
    """Root's, for everybody to read."""
    for root, _, names in os.walk(folder):
        for path in (root, *(os.path.join(root, name) for name in names)):  # noqa: PTH118
            os.chown(path, 0, 0)


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_without_room_on_any_disk_every_page_shows_what_there_is_and_start_says_a_sentence():
    with place() as at:
        run = trained(at.runs)
        (at.runs / "index.sqlite").unlink(missing_ok=True)
        with (
            serving(at, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))) as server,
            Visitor(server.address) as visitor,
        ):
            every_page(visitor, run)
            assert "A run cannot be written" in refused(visitor, run)
        assert [one["run"] for one in actions.runs(at.runs)] == [run]


def container(at: Place, room: str, *, full: bool = False) -> list[str]:
    """The words before a command that runs it as in a locked-down container: all read-only but one small tmpfs."""
    here = at.folder
    steps = [
        "mount --make-rprivate /",
        f"mount --bind {here} /mnt",
        f"mount -t tmpfs -o size={room} none {here}",
        f"cp -a /mnt/. {here}",
        "mount -t tmpfs -o size=64k none /dev/shm",
        f"{{ ! {str(full).lower()} || dd if=/dev/zero of={here}/filling bs=4k 2>/dev/null || true; }}",
        "mount -o remount,ro,bind /",
        f'exec {" ".join(AS_NOBODY)} "$@"',
    ]
    return ["unshare", "-m", "sh", "-c", " && ".join(steps), "sh"]


def inside(server: Server, folder: Path) -> Path:
    """A folder as the server sees it."""
    return Path(f"/proc/{server.process.pid}/root{folder}")


def may_write(server: Server, folder: str) -> bool:
    """Whether anybody may, there."""
    try:
        (inside(server, Path(folder)) / "written-by-a-test").touch()
    except OSError:
        return False
    return True


@pytest.mark.slow
@needs_root
@needs_mounts
@pytest.mark.timeout(300)
def test_in_a_read_only_container_with_a_tiny_shared_memory_the_demo_trains():
    with place() as at:
        at.give_to(NOBODY)
        with serving(at, container(at, "64m")) as server, Visitor(server.address) as visitor:
            assert not may_write(server, "/tmp")
            assert not may_write(server, str(PROJECT))
            every_page(visitor, demo(visitor))


@pytest.mark.slow
@needs_root
@needs_mounts
@pytest.mark.timeout(300)
def test_a_disk_that_is_really_full_is_survived_and_room_made_is_used():
    with place() as at:
        run = trained(at.runs)
        at.give_to(NOBODY)
        with serving(at, container(at, "24m", full=True)) as server, Visitor(server.address) as visitor:
            folder = inside(server, at.folder)
            assert shutil.disk_usage(folder).free == 0
            every_page(visitor, run)
            assert "No space left" in refused(visitor, run)
            (folder / "filling").unlink()
            visitor.open("train", run=run)
            visitor.press("Start training")
            assert visitor.page == "watch", visitor.text()
            assert until(lambda: "Done" in _look(visitor), 90), visitor.text()
            assert visitor.troubles == []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_with_one_core_the_demo_trains_on_one_thread():
    with (
        place() as at,
        serving(at, preexec_fn=lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})) as server,
        Visitor(server.address) as visitor,
    ):
        run = demo(visitor)
        assert actions.show(run, at.runs)["threads"] == 1
        every_page(visitor, run)
