"""Files that are whole or not there, and JSON that notices when it was changed."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import resource
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_core.base import files
from cnn_core.base.errors import Failed
from cnn_core.base.files import (
    LEFTOVER,
    append_line,
    atomic_write,
    make_folder,
    read_json,
    sealed,
    sha256,
    unseal,
    unseal_bytes,
)


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


def test_what_a_killed_writer_leaves_is_known_by_its_name(tmp_path):
    child = os.fork()
    if child == 0:
        files.os.fsync = lambda _: os._exit(9)
        atomic_write(tmp_path / "step-00000001.json", b"data")
    os.waitpid(child, 0)
    (left,) = tmp_path.iterdir()
    found = LEFTOVER.match(left.name)
    assert found["name"] == "step-00000001.json"
    assert int(found["process"]) == child
    for name in ("step-00000001.json", "x.tmp", "x.1.tmp", ".1-2.tmp", "x.1-2.tmp.png", "x.a-2.tmp"):
        assert LEFTOVER.match(name) is None


def test_a_new_folder_is_synced_into_its_parent(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(files, "sync_folder", synced.append)
    make_folder(tmp_path / "checkpoints")
    make_folder(tmp_path / "checkpoints")
    assert (tmp_path / "checkpoints").is_dir()
    assert synced == [tmp_path]
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        make_folder(tmp_path / "file")


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


@pytest.mark.parametrize("room", [0, 3, 8])
def test_a_full_disk_leaves_the_whole_lines_and_says_so(tmp_path, monkeypatch, room):
    path = tmp_path / "journal.jsonl"
    append_line(path, "one")
    write, left = os.write, [room]

    def short(handle, data):
        if not left[0]:
            raise OSError(28, "No space left on device")
        part = bytes(data)[: left[0]]
        left[0] -= len(part)
        return write(handle, part)

    monkeypatch.setattr(files.os, "write", short)
    with pytest.raises(OSError, match="No space"):
        append_line(path, "a longer line")
    monkeypatch.undo()
    assert path.read_bytes() == b"one\n"


def test_a_real_limit_leaves_the_whole_lines_and_says_so(tmp_path):
    path = tmp_path / "journal.jsonl"
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20))
        append_line(path, "fits")
        try:
            append_line(path, "longer than the twenty bytes")
        except OSError as error:
            os._exit(error.errno)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == errno.EFBIG
    assert path.read_bytes() == b"fits\n"


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


RECORD = {"lr": 1e-05, "name": "zwölf", "deep": {"a": [1, 2.5, None, True]}, "zero": 0.0}


def unseals(data):
    try:
        return unseal_bytes(data, "it")
    except Failed:
        return None


def test_every_flipped_bit_of_a_sealed_record_is_noticed():
    whole = sealed(RECORD)
    for place in range(len(whole) * 8):
        damaged = bytearray(whole)
        damaged[place // 8] ^= 1 << place % 8
        assert unseals(bytes(damaged)) is None, damaged


def test_twin_the_sum_of_the_fields_alone_misses_bits_of_the_file_that_mean_the_same():
    whole = sealed(RECORD)
    missed = whole.replace(b"1e-05", b"1E-05")
    assert missed != whole
    record = json.loads(missed)
    assert record.pop("sha256") == sha256(files._canonical(record))  # which was the whole check once
    assert unseals(missed) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[:-1],
        lambda whole: whole + b" ",
        lambda whole: whole * 2,
        lambda whole: whole[:-3] + b"}\n",
        lambda whole: whole.replace(b"\n", b"\r\n"),
        lambda whole: whole.replace(b"{\n", b'{\n "lr": 1e-05,\n', 1),  # a key twice
        lambda whole: whole.decode().encode("utf-16"),
        lambda whole: b"\0" * len(whole),
        lambda whole: whole.replace(b"1e-05", b"NaN"),
        lambda whole: whole.replace(b"1e-05", b'"\\ud800"'),
        lambda whole: b'{"a":' * 100_000,
        lambda whole: b"",
    ],
)
def test_a_sealed_record_that_was_cut_repeated_or_written_otherwise_is_refused(damage):
    assert unseals(damage(sealed(RECORD))) is None


def test_a_link_a_folder_or_a_pipe_in_place_of_a_sealed_file_is_refused_and_not_waited_for(tmp_path):
    (tmp_path / "real").write_bytes(sealed(RECORD))
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "nowhere").symlink_to("none")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name, why in (("link", "a link"), ("nowhere", "a link"), ("folder", "not a file"), ("pipe", "not a file")):
        with pytest.raises(Failed, match=rf"{name} cannot be read \(it is {why}\)\."):
            unseal(tmp_path / name)
    assert unseal(tmp_path / "real") == RECORD


def test_a_seal_without_its_sum_is_refused(tmp_path):
    path = tmp_path / "sealed.json"
    path.write_text('{"lr": 0.1}')
    with pytest.raises(Failed, match="SHA-256"):
        unseal(path)


@pytest.mark.parametrize("value", ["NaN", "1e999", '"\\ud800"'])
def test_what_json_has_no_word_for_is_damage(tmp_path, value):
    path = tmp_path / "sealed.json"
    path.write_text(f'{{"lr": {value}, "sha256": "{"0" * 64}"}}')
    with pytest.raises(Failed, match="SHA-256"):
        unseal(path)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[1]", "not a JSON object"),
        (b"[" * 100_000, "not JSON"),
    ],
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
