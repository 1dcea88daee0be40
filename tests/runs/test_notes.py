"""Name, note and tags of a run: shown everywhere, written at any time, and never in the way of the run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import nullcontext

import pytest

from cnn_core import actions
from cnn_core.base.errors import Failed, UserError
from cnn_core.base.files import sealed
from cnn_core.base.locks import Lock
from cnn_core.runs import leftovers, notes
from cnn_core.runs.doctor import doctor
from tests.runs.conftest import flip


def said(run):
    """What list and record say of a run, which must be the same."""
    keys = ("label", "name", "note", "tags")
    (listed,) = actions.runs()
    shown = actions.show(run.id)
    assert [listed[key] for key in keys] == [shown[key] for key in keys]
    return tuple(listed[key] for key in keys)


def findings():
    return [(one["file"], one["wrong"]) for one in actions.doctor()["findings"]]


def test_a_name_is_what_the_run_is_called(run):
    assert said(run) == ("digits · small_cnn", "", "", [])
    actions.rename(run.id, "  my best\u00a0one ")
    assert said(run)[:2] == ("my best one", "my best one")


def test_without_a_name_it_goes_by_its_settings_again_and_the_file_is_gone(run):
    actions.rename(run.id, "x")
    actions.rename(run.id, "")
    assert said(run)[:2] == ("digits · small_cnn", "")
    assert not (run.folder / notes.FILE).exists()


def test_a_note_keeps_its_lines(run):
    actions.note(run.id, "first\u00a0line\r\n\n\tsecond  \n")
    assert said(run)[2] == "first line\n\n    second"


def test_tags_are_added_and_taken_off_and_stand_in_order(run):
    actions.tag(run.id, ["b", "a", "b"])
    actions.tag(run.id, ["c"], ["a", "not there"])
    assert said(run)[3] == ["b", "c"]


def test_each_of_the_three_leaves_the_others(run):
    actions.rename(run.id, "name")
    actions.note(run.id, "note")
    actions.tag(run.id, ["tag"])
    actions.rename(run.id, "other")
    assert said(run) == ("other", "other", "note", ["tag"])


def test_a_run_that_trains_is_named_and_its_state_stays_untouched(run):
    before = run.state_path.read_bytes()
    with Lock(run.lock_path) as lock:
        assert lock.acquire()
        actions.rename(run.id, "while it trains")
        actions.tag(run.id, ["live"])
    assert run.state_path.read_bytes() == before
    assert actions.show(run.id)["label"] == "while it trains"


@pytest.mark.parametrize(
    ("write", "most"),
    [
        (lambda run, text: actions.rename(run, text), notes.NAME_MOST),
        (lambda run, text: actions.note(run, text), notes.NOTE_MOST),
        (lambda run, text: actions.tag(run, [text]), notes.TAG_MOST),
    ],
)
def test_as_many_letters_as_are_allowed_and_not_one_more(run, write, most):
    write(run.id, "ü" * most)
    with pytest.raises(UserError, match="at most") as error:
        write(run.id, "ü" * (most + 1))
    assert len(str(error.value)) < 160


def test_as_many_tags_as_are_allowed_and_not_one_more(run):
    actions.tag(run.id, [str(number) for number in range(notes.TAGS_MOST)])
    with pytest.raises(UserError, match="12 tags at most"):
        actions.tag(run.id, ["another"])
    actions.tag(run.id, ["another"], ["0"])
    assert len(said(run)[3]) == notes.TAGS_MOST


@pytest.mark.parametrize("bad", ["a\0b", "a\x1b[31m", "a\u202eb", "\ud800"])
def test_signs_that_cannot_be_shown_are_refused_by_their_number(run, bad):
    for write in (actions.rename, actions.note, lambda run, text: actions.tag(run, [text])):
        with pytest.raises(UserError, match=r"U\+"):
            write(run.id, bad)
    assert said(run)[1:] == ("", "", [])


@pytest.mark.parametrize("tag", ["", "  "])
def test_an_empty_tag_is_refused(run, tag):
    with pytest.raises(UserError, match="tag is empty"):
        actions.tag(run.id, [tag])


def test_families_of_emoji_and_persian_are_letters(run):
    name = "👩\u200d👩\u200d👧 نامه\u200cای"
    actions.rename(run.id, name)
    assert said(run)[0] == name


# ------------------------------------------------------------ several at once


def tag_all(run, count=8, each=1):
    threads = [
        threading.Thread(target=notes.change, args=(run.folder, notes.tagged([f"{number:02}"])))
        for number in range(count)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    return len(notes.read(run.folder).tags)


def test_of_several_who_tag_at_once_nobody_loses_anything(run):
    assert tag_all(run) == 8


def test_twin_without_the_lock_somebody_would(run, monkeypatch):
    together, write = threading.Barrier(8), notes._write
    monkeypatch.setattr(notes, "_alone", lambda root: nullcontext())
    monkeypatch.setattr(notes, "_write", lambda folder, after: (together.wait(30), write(folder, after)))
    assert tag_all(run) < 8


def test_a_lock_that_somebody_holds_for_long_is_a_sentence(run, monkeypatch):
    monkeypatch.setattr(notes, "LOCK_WAIT", 0.05)
    with Lock(run.root / notes.LOCK) as lock:
        assert lock.acquire()
        with pytest.raises(Failed, match="Another process"):
            actions.rename(run.id, "x")


def test_naming_what_was_deleted_meanwhile_is_a_sentence_and_leaves_nothing(run):
    folder = run.folder
    actions.delete(run.id)
    with pytest.raises(UserError, match="does not exist"):
        notes.change(folder, notes.renamed("x"))
    assert not folder.exists()


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_a_sentence(run):
    run.folder.chmod(0o500)
    try:
        with pytest.raises(Failed, match="cannot be written"):
            actions.rename(run.id, "x")
    finally:
        run.folder.chmod(0o700)


def test_a_full_disk_is_a_sentence_and_the_old_name_stays(run, monkeypatch):
    actions.rename(run.id, "old")

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(notes, "atomic_write", full)
    with pytest.raises(Failed, match="No space left"):
        actions.rename(run.id, "new")
    assert said(run)[0] == "old"


def test_unchanged_notes_are_read_once(run, monkeypatch):
    actions.rename(run.id, "x")
    read, asked = notes._read, []
    monkeypatch.setattr(notes, "_read", lambda path: (asked.append(path), read(path))[1])
    notes._known.clear()
    for _ in range(3):
        assert said(run)[0] == "x"
    assert len(asked) == 1
    actions.rename(run.id, "y")
    assert said(run)[0] == "y"
    assert len(asked) == 2


# ------------------------------------------------------------ what a folder may hold


def foreign(run, **record):
    (run.folder / notes.FILE).write_bytes(sealed({"schema": 1, **record}))
    return said(run)


def test_notes_that_make_no_sense_are_none(run):
    for value in (None, 7, True, [], {}, [["x"]]):
        assert foreign(run, name=value, note=value, tags=value) == ("digits · small_cnn", "", "", [])


def test_foreign_notes_are_no_longer_than_ours(run):
    label, name, note, tags = foreign(run, name="n" * 10**5, note="o" * 10**5, tags=["t" * 10**5, *map(str, range(99))])
    assert (len(label), len(name), len(note)) == (80, 80, 2000)
    assert len(tags) == notes.TAGS_MOST
    assert max(map(len, tags)) == notes.TAG_MOST


def test_the_doctor_takes_the_file_for_one_of_ours(run):
    actions.rename(run.id, "x")
    assert findings() == []


def test_damaged_notes_are_found_and_set_aside(run):
    actions.rename(run.id, "x")
    flip(run.folder / notes.FILE, 20)
    assert said(run)[0] == "digits · small_cnn"
    assert findings() == [(notes.FILE, True)]
    assert doctor(run.root, "cnn_core.training.job", mend=True)["sound"]
    assert findings() == []
    assert (run.folder / "damaged" / notes.FILE).exists()
    actions.rename(run.id, "y")
    assert said(run)[0] == "y"


def test_a_link_is_not_followed(run, tmp_path):
    other = tmp_path / "other.json"
    other.write_bytes(sealed({"schema": 1, "name": "secret"}))
    (run.folder / notes.FILE).symlink_to(other)
    assert said(run)[1] == ""
    actions.rename(run.id, "mine")
    assert json.loads(other.read_text())["name"] == "secret"
    assert said(run)[1] == "mine"


def half_written(run, process):
    path = run.folder / f"{notes.FILE}.{process}-1.tmp"
    path.write_bytes(b"{")
    return path


def test_what_a_living_process_is_just_writing_is_no_leftover_of_the_run(run):
    path = half_written(run, os.getpid())
    assert leftovers.sweep(run.folder) == []
    assert findings() == []
    assert path.exists()


def test_what_a_dead_process_left_is_one(run):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    path = half_written(run, dead.pid)
    assert findings() == [(path.name, True)]
    assert leftovers.sweep(run.folder) == [path]


def test_twin_the_state_of_a_living_process_would_be_one_for_the_holder_of_the_lock(run):
    path = run.folder / f"state.json.{os.getpid()}-1.tmp"
    path.write_bytes(b"{")
    assert leftovers.sweep(run.folder) == [path]
