"""A file comes whole and right from the network, or not at all, with a plain word why; and anybody can stop it."""

from __future__ import annotations

import gzip
import hashlib
import socket
import tarfile
import threading
import time
from dataclasses import replace

import pytest

from cnn_core.data import fetching
from cnn_core.data.fetching import Lost, fetch, unpack
from cnn_core.data.sets import Download, Remote
from cnn_core.jobs.interrupts import Interrupted
from tests.data.origin import serving

DATA = bytes(range(256)) * 4000  # a million bytes
MD5 = hashlib.md5(DATA, usedforsecurity=False).hexdigest()


@pytest.fixture
def served(tmp_path):
    (tmp_path / "origin").mkdir()
    (tmp_path / "origin" / "file").write_bytes(DATA)
    with serving(tmp_path / "origin") as origin:
        yield origin


def remote(*urls: str) -> Remote:
    return Remote("file", urls, MD5, len(DATA))


def never() -> bool:
    return False


def test_a_file_comes_with_word_of_how_far_it_is(served, tmp_path):
    came = []
    fetch(remote(f"{served.address}/ok/file"), tmp_path / "got", came.append, never)
    assert (tmp_path / "got").read_bytes() == DATA
    assert came == sorted(came)
    assert came[-1] == len(DATA)
    assert len(came) > 5


WAYS = {
    "cut": "it was cut off after 0.5 MB",
    "ends": "is not the published file (its MD5 is another)",
    "wrong": "is not the published file (its MD5 is another)",
    "none": "answers 404 (Not Found)",
    "endless": "sends more than the 1.0 MB of the published file",
}


@pytest.mark.parametrize(("way", "why"), WAYS.items(), ids=WAYS)
def test_what_did_not_come_as_it_should_is_a_sentence(served, tmp_path, way, why):
    with pytest.raises(Lost) as lost:
        fetch(remote(f"{served.address}/{way}/file"), tmp_path / "got", lambda _: None, never)
    assert why in str(lost.value)


def test_a_place_that_has_it_not_gives_way_to_the_next_one(served, tmp_path):
    urls = [f"{served.address}/{way}/file" for way in ("none", "wrong", "ok")]
    fetch(remote(*urls), tmp_path / "got", lambda _: None, never)
    assert (tmp_path / "got").read_bytes() == DATA
    with pytest.raises(Lost, match="404"):  # the first one's reason is the one that is said
        fetch(remote(*urls[:2]), tmp_path / "got", lambda _: None, never)


def test_without_a_network_it_says_who_could_not_be_reached(tmp_path, monkeypatch):
    def closed(*_args, **_kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", closed)
    with pytest.raises(Lost, match=r"^data\.invalid cannot be reached \(Name or service not known\)$"):
        fetch(remote("https://data.invalid/file"), tmp_path / "got", lambda _: None, never)


def test_a_closed_port_and_a_server_of_another_kind_are_sentences(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def answer():
            talk, _ = server.accept()
            with talk:
                talk.recv(1000)
                talk.sendall(b"SSH-2.0-nothing\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(Lost, match="cannot be reached"):
            fetch(remote(f"http://127.0.0.1:{port}/file"), tmp_path / "got", lambda _: None, never)
        thread.join()
    with pytest.raises(Lost, match="Connection refused"):
        fetch(remote(f"http://127.0.0.1:{port}/file"), tmp_path / "got", lambda _: None, never)


@pytest.mark.parametrize("way", ["half", "silent"])
def test_a_server_that_says_nothing_can_be_stopped_at_once_and_is_given_up_in_the_end(
    served, tmp_path, monkeypatch, way
):
    url = f"{served.address}/{way}/file"
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    began = time.monotonic()
    with pytest.raises(Interrupted):
        fetch(remote(url), tmp_path / "got", lambda _: None, stop.is_set)
    assert time.monotonic() - began < 5  # and not the thirty seconds of the twin
    monkeypatch.setattr(fetching, "SILENCE", 0.3)
    with pytest.raises(Lost, match=r"has sent nothing for|timed out"):
        fetch(remote(url), tmp_path / "got", lambda _: None, never)


def test_no_thread_is_left_behind(served, tmp_path):
    before = threading.active_count()
    for way in ("ok", "cut", "endless"):
        try:
            fetch(remote(f"{served.address}/{way}/file"), tmp_path / "got", lambda _: None, never)
        except Lost:
            pass
    until = time.monotonic() + 10
    while any(one.name == "fetch" for one in threading.enumerate()) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(one.name == "fetch" for one in threading.enumerate()), before


# ---------------------------------------------------------------- unpacking


def archived(tmp_path, members: dict[str, bytes]) -> Download:
    packed = tmp_path / "packed"
    packed.mkdir()
    with tarfile.open(packed / "a.tar.gz", "w:gz") as archive:
        for name, data in members.items():
            path = tmp_path / "member"
            path.write_bytes(data)
            archive.add(path, name)
    (tmp_path / "into").mkdir()
    return Download((Remote("a.tar.gz", (), "", 1000),), "place", ("one", "two"), needs=1000)


def test_an_archive_gives_what_the_set_holds_and_nothing_else(tmp_path):
    members = {"place/one": b"1", "../two": b"out", "/place/two": b"out", "place/other": b"x", "place/two": b"2"}
    download = archived(tmp_path, members)
    unpack(download, tmp_path / "packed", tmp_path / "into", never)
    assert {path.name: path.read_bytes() for path in (tmp_path / "into").iterdir()} == {"one": b"1", "two": b"2"}
    assert list((tmp_path / "packed").iterdir()) == []
    assert not (tmp_path / "two").exists()


def test_a_link_in_an_archive_is_no_file(tmp_path):
    download = archived(tmp_path, {"place/one": b"1"})
    with tarfile.open(tmp_path / "packed" / "a.tar.gz", "w:gz") as archive:
        for name in ("place/one", "place/two"):
            link = tarfile.TarInfo(name)
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(link)
    with pytest.raises(Lost, match="one is not in what came"):
        unpack(download, tmp_path / "packed", tmp_path / "into", never)


def test_an_archive_that_lacks_a_file_is_cut_or_swells_is_said(tmp_path):
    download = archived(tmp_path, {"place/one": b"1" * 900})
    path = tmp_path / "packed" / "a.tar.gz"
    data = path.read_bytes()
    with pytest.raises(Lost, match="two is not in what came"):
        unpack(download, tmp_path / "packed", tmp_path / "into", never)
    for broken in (data[:-30], data[:40], b"none"):
        path.write_bytes(broken)
        with pytest.raises(Lost, match="cannot be unpacked"):
            unpack(download, tmp_path / "packed", tmp_path / "into", never)
    path.write_bytes(data)
    with pytest.raises(Lost, match="one is larger than it can be"):
        unpack(replace(download, needs=899), tmp_path / "packed", tmp_path / "into", never)
    with pytest.raises(Interrupted):
        unpack(download, tmp_path / "packed", tmp_path / "into", lambda: True)


def test_a_packed_file_is_unpacked(tmp_path):
    (tmp_path / "packed").mkdir()
    (tmp_path / "into").mkdir()
    path = tmp_path / "packed" / "labels.gz"
    download = Download((Remote("labels.gz", (), "", 10),), "place", ("labels",), needs=10**6)
    whole = gzip.compress(b"labels" * 1000)
    path.write_bytes(whole)
    unpack(download, tmp_path / "packed", tmp_path / "into", never)
    assert (tmp_path / "into" / "labels").read_bytes() == b"labels" * 1000
    for broken in (whole[:-5], whole[:10], b"none", whole[:20] + b"\xff\xff\xff" + whole[23:]):
        path.write_bytes(broken)
        with pytest.raises(Lost, match="cannot be unpacked"):
            unpack(download, tmp_path / "packed", tmp_path / "into", never)
