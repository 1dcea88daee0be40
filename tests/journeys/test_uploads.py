"""Files that visitors send, and sessions that ended: limited by session and in all, and given back."""

from __future__ import annotations

import asyncio
import os
import threading
from types import SimpleNamespace

import pytest
from starlette.exceptions import HTTPException
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from cnn_core import actions
from cnn_core.experiment import resolve
from pages.parts import uploads
from tests.faults.harness import until
from tests.journeys.test_people import UPLOADER, numbers, photo
from tests.serving import Server
from tests.sessions import Visitor


def sent(visitor: Visitor, data: bytes, times: int) -> list[int]:
    """Send a file again and again, as a script can that has no widget; the answers."""
    return [visitor.send(visitor.place("x.png").upload_url, "x.png", data) for _ in range(times)]


def warmed(visitor: Visitor) -> Visitor:
    """A server that has loaded all it will ever load, so that what it grows by is what visitors leave."""
    raw = {"data": {"name": "digits"}, "model": {"name": "small_cnn"}, "train": {"epochs": 1}}
    run = str(actions.train(resolve(raw))["run"])
    visitor.open("explain", run=run, picture="test-1")
    assert "What decided" in visitor.text()
    return visitor.unfold("Change picture").choose("Which picture", "Photo")


@pytest.mark.timeout(120)
def test_a_session_is_refused_past_three_files_and_photo_after_photo_does_not_pile_up(tmp_path, monkeypatch):
    monkeypatch.setenv("STREAMLIT_SERVER_MAX_UPLOAD_SIZE", "1")  # as with 20, but quicker
    server = Server(tmp_path / "log").started()
    try:
        with Visitor(server.address) as greedy, Visitor(server.address) as other:
            warmed(other)
            greedy.open()
            assert sent(greedy, os.urandom(1_000_000), 30) == [204] * 3 + [413] * 27
            for seed in range(5):  # more than may wait
                other.upload(UPLOADER, "mine.png", photo(seed, side=550))
                assert "Your photo" in other.text()
                assert numbers(other).shape == (8, 8)
                other.unfold("Change picture").choose("Which picture", "Photo")
            assert greedy.troubles == other.troubles == []
    finally:
        server.kill()


@pytest.mark.slow
@pytest.mark.timeout(170)
def test_570_mb_of_one_session_grow_the_server_by_less_than_130_and_go_when_it_ends(tmp_path, monkeypatch):
    monkeypatch.setenv("STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL", "2")
    server = Server(tmp_path / "log").started()
    try:
        with Visitor(server.address) as other:
            warmed(other)
            with Visitor(server.address) as greedy:
                greedy.open()
                before = server.memory()
                assert sent(greedy, os.urandom(19_000_000), 30) == [204] * 3 + [413] * 27
                assert 40 < server.memory() - before < 130
            assert until(lambda: server.memory() - before < 30, uploads.SWEEP + 15)  # `other` is still there
    finally:
        server.kill()


# ---------------------------------------------------------------- the parts alone


def a_file(name: str, size: int) -> UploadedFileRec:
    return UploadedFileRec(file_id=name, name=name, type="image/png", data=bytes(size))


def limited() -> MemoryUploadedFileManager:
    files = MemoryUploadedFileManager("/upload")
    uploads.limit(files, in_session=10, in_all=25)
    return files


def test_a_session_may_fill_its_share_and_again_when_its_files_were_taken():
    files = limited()
    files.add_file("ann", a_file("1", 6))
    with pytest.raises(HTTPException) as refused:
        files.add_file(session_id="ann", file=a_file("2", 5))
    assert refused.value.status_code == 413
    files.add_file("ann", a_file("2", 4))
    files.remove_file("ann", "1")
    files.add_file("ann", a_file("3", 6))
    assert [one.name for one in files.get_files("ann", ["1", "2", "3"])] == ["2", "3"]


def test_many_sessions_share_what_there_is_and_one_that_ends_makes_room():
    files = limited()
    for name in ("ann", "bob"):
        files.add_file(name, a_file("1", 10))
    with pytest.raises(HTTPException):
        files.add_file("cyd", a_file("1", 6))
    files.remove_session_files("ann")
    files.add_file("cyd", a_file("1", 6))


def test_twin_without_limits_one_session_may_send_all_it_likes():
    files = MemoryUploadedFileManager("/upload")
    for number in range(30):
        files.add_file("ann", a_file(str(number), 10))
    assert len(files.file_storage["ann"]) == 30


class Session:
    """What the storage knows of a session that was closed."""

    id = "ann"

    def __init__(self) -> None:
        self.ended = threading.Event()
        self.session_state = {"photo": "large"}

    def shutdown(self) -> None:
        self.ended.set()


def ended_session(seconds: float, *, guarded: bool) -> Session:
    """A session that nobody comes back to, some time after it could have been come back to."""
    storage, session = MemorySessionStorage(ttl_seconds=0), Session()

    async def serve() -> None:
        server = SimpleNamespace(
            _get_async_objs=lambda: SimpleNamespace(eventloop=asyncio.get_running_loop()),
            _session_mgr=SimpleNamespace(_session_storage=storage),
        )
        storage.save(SimpleNamespace(session=session))
        if guarded:
            uploads.give_back(server)
        await asyncio.sleep(seconds)

    asyncio.run(serve())
    return session


def test_a_session_that_nobody_can_come_back_to_gives_back_what_it_held():
    session = ended_session(0.05, guarded=True)
    assert session.ended.is_set()
    assert session.session_state == {}


def test_twin_without_the_guard_it_keeps_it_until_another_one_ends():
    session = ended_session(0.05, guarded=False)
    assert not session.ended.is_set()
    assert session.session_state
