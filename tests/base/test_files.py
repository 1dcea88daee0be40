"""Files that are whole or not there, and JSON that notices when it was changed."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_core.base import files
from cnn_core.base.errors import Failed
from cnn_core.base.files import append_line, atomic_write, read_json, sealed, sha256, unseal


def test_the_sha_256_is_the_published_one():
    assert sha256(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("sync", [True, False])
def test_a_file_is_replaced_whole(tmp_path, sync):
    path = tmp_path / "state.json"
    for data in (b"first", b"", b"x" * 100_000):
        atomic_write(path, data, sync=sync)
        assert path.read_bytes() == data
    assert list(tmp_path.iterdir()) == [path]


CONTENTS = [bytes([letter]) * 50_000 for letter in b"ab"]


def read_while_written(path, write, found):
    """Collects in `found` all that a reader finds in the file while `write` replaces it a hundred times."""
    path.write_bytes(CONTENTS[0])
    start, done = threading.Barrier(2), threading.Event()

    def read():
        start.wait(20)
        while not done.is_set():
            found.append(path.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    start.wait(20)
    for number in range(100):
        write(path, CONTENTS[number % 2])
    done.set()
    reader.join()


def test_a_reader_sees_the_old_file_or_the_new_one_and_never_half_of_one(tmp_path):
    found = []
    read_while_written(tmp_path / "state.json", lambda *to: atomic_write(*to, sync=False), found)
    assert found
    assert set(found) <= set(CONTENTS)


def test_twin_a_file_that_is_written_in_place_is_seen_half(tmp_path):
    found = []

    def in_place(path, data):
        with path.open("wb") as file:
            file.write(data[:10])
            file.flush()
            before = len(found)
            while len(found) < before + 2:  # the reader has come by
                os.sched_yield()
            file.write(data[10:])

    read_while_written(tmp_path / "state.json", in_place, found)
    assert any(len(one) == 10 for one in found)


def test_several_writers_of_one_file_leave_one_of_their_contents_and_nothing_else(tmp_path):
    path = tmp_path / "state.json"
    contents = [bytes([letter]) * 20_000 for letter in b"abcd"]

    def write(data):
        for _ in range(25):
            atomic_write(path, data, sync=False)

    with ThreadPoolExecutor(4) as writers:
        list(writers.map(write, contents))
    assert path.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [path]


def test_short_writes_are_carried_on(tmp_path, monkeypatch):
    write = os.write
    monkeypatch.setattr(files.os, "write", lambda handle, data: write(handle, data[:7]))
    atomic_write(tmp_path / "file", b"longer than seven bytes")
    assert (tmp_path / "file").read_bytes() == b"longer than seven bytes"


@pytest.mark.parametrize("step", ["write", "fsync"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, step):
    path = tmp_path / "file"
    atomic_write(path, b"old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, step, full)
    with pytest.raises(OSError, match="No space"):
        atomic_write(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_rename_that_fails_leaves_nothing_behind(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="directory"):
        atomic_write(tmp_path / "folder", b"data")
    assert list(tmp_path.iterdir()) == [tmp_path / "folder"]


def test_it_is_written_synced_renamed_and_the_folder_synced_in_this_order(tmp_path, monkeypatch):
    calls = []
    for name in ("write", "fsync"):
        real = getattr(os, name)
        monkeypatch.setattr(files.os, name, lambda *a, name=name, real=real: calls.append(name) or real(*a))
    replace = files.Path.replace
    monkeypatch.setattr(files.Path, "replace", lambda *a: calls.append("rename") or replace(*a))
    atomic_write(tmp_path / "file", b"data")
    assert calls == ["write", "fsync", "rename", "fsync"]


def test_lines_are_appended_and_a_torn_last_one_is_cut_off(tmp_path):
    path = tmp_path / "journal.jsonl"
    append_line(path, "one")
    append_line(path, "zwölf")
    with path.open("ab") as file:
        file.write(b'{"half')
    append_line(path, "three")
    assert path.read_text("utf-8") == "one\nzwölf\nthree\n"


def test_a_file_that_is_one_torn_line_begins_anew(tmp_path):
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b"half")
    append_line(path, "one")
    assert path.read_bytes() == b"one\n"


text = st.text(st.characters(codec="utf-8"), max_size=20)
values = st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.booleans() | st.none() | text


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(text.filter(lambda key: key != "sha256"), values | st.lists(values, max_size=3), max_size=4))
def test_a_sealed_record_is_read_back(tmp_path_factory, record):
    path = tmp_path_factory.getbasetemp() / "sealed.json"
    path.write_bytes(sealed(record))
    assert unseal(path) == record


def test_the_seal_is_the_sha_256_of_the_sorted_fields(tmp_path):
    stored = json.loads(sealed({"b": 1, "a": "ü"}))
    assert stored.pop("sha256") == hashlib.sha256('{"a":"ü","b":1}'.encode()).hexdigest()


def test_every_changed_byte_of_a_sealed_record_is_noticed(tmp_path):
    path, whole = tmp_path / "sealed.json", sealed({"lr": 0.1, "name": "digits"})
    spaces = (0x20, 0x0A)
    for index, byte in enumerate(whole):
        if byte in spaces:
            continue  # white space between fields carries nothing
        path.write_bytes(whole[:index] + bytes([byte ^ 1]) + whole[index + 1 :])
        with pytest.raises(Failed):
            unseal(path)


def test_a_seal_without_its_sum_is_refused(tmp_path):
    path = tmp_path / "sealed.json"
    path.write_text('{"lr": 0.1}')
    with pytest.raises(Failed, match="SHA-256"):
        unseal(path)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [(b"", "not JSON"), (b"{", "not JSON"), (b"\xff", "not JSON"), (b"[1]", "not a JSON object")],
)
def test_a_damaged_file_is_named_in_a_sentence(tmp_path, data, sentence):
    path = tmp_path / "state.json"
    path.write_bytes(data)
    with pytest.raises(Failed, match=rf"state\.json is damaged: it is {sentence}"):
        read_json(path)


def test_a_missing_file_is_named_in_a_sentence(tmp_path):
    with pytest.raises(Failed, match=r"state\.json is missing"):
        read_json(tmp_path / "state.json")
    with pytest.raises(Failed, match="cannot be read"):
        read_json(tmp_path)
