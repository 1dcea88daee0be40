"""Deleting a run: whole, recoverable, and never under somebody who works on it."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from cnn_core import actions
from cnn_core.base import files
from cnn_core.base.errors import Failed, UserError
from cnn_core.base.locks import Lock
from cnn_core.base.settings import runs_folder
from cnn_core.runs import trash
from tests.runs.conftest import copied


def test_a_deleted_run_is_whole_in_the_trash_and_can_be_brought_back(run):
    before = {path.name: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()}
    there = trash.delete(run)
    assert there == runs_folder() / ".trash" / run.id
    assert actions.runs() == []
    assert {path.name: path.read_bytes() for path in there.rglob("*") if path.is_file()} == before
    there.rename(run.folder)
    assert actions.show(run.id)["status"] == "done"


def test_a_run_that_somebody_works_on_is_not_deleted(run):
    with Lock(run.lock_path) as lock:
        assert lock.acquire()
        with pytest.raises(UserError, match="stop it first"):
            trash.delete(run)
    assert run.folder.is_dir()


def test_nobody_can_begin_with_a_run_while_it_is_being_deleted(run, monkeypatch):
    rename, taken = Path.rename, []

    def begin_meanwhile(self, to):
        taken.append(Lock(run.lock_path).acquire())
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", begin_meanwhile)
    trash.delete(run)
    assert taken == [False]


def test_twin_whoever_only_looks_moves_the_folder_from_under_a_worker(run, monkeypatch):
    rename, taken = Path.rename, []

    def begin_meanwhile(self, to):
        taken.append(Lock(run.lock_path).acquire())
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", begin_meanwhile)
    assert not run.alive()
    trash.throw_away(run)
    assert taken == [True]


def test_the_same_id_may_be_deleted_twice(run, trained):
    trash.delete(run)
    again = copied(trained, runs_folder())
    assert trash.delete(again).name == f"{run.id}-2"


def test_both_folders_are_synced(run, monkeypatch):
    synced = []
    monkeypatch.setattr(trash, "sync_folder", synced.append)
    monkeypatch.setattr(files, "sync_folder", synced.append)
    trash.delete(run)
    assert synced == [run.root, run.root / ".trash", run.root]  # the trash itself is new


def test_a_trash_that_is_no_folder_is_a_sentence(run):
    (run.root / ".trash").touch()
    with pytest.raises(Failed, match="cannot be moved"):
        trash.delete(run)
    assert run.folder.is_dir()


def test_deleting_what_was_deleted_meanwhile_is_a_sentence(run):
    shutil.rmtree(run.folder)
    with pytest.raises(UserError, match="does not exist"):
        trash.delete(run)


def test_whoever_asks_while_a_run_is_deleted_gets_an_answer_or_a_sentence(run, trained):
    """Ten times: a reader that asks again and again until the run is gone."""
    wrong = []

    def ask(begun):
        try:
            while True:
                shutil.rmtree(run.predictions, ignore_errors=True)
                actions.evaluate(run.id)
                actions.live(run.id)
                actions.runs()
                begun.set()
        except UserError as error:
            if len(str(error).splitlines()) != 1:
                wrong.append(str(error))
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is wrong
            wrong.append(repr(error))
        begun.set()

    for _ in range(10):
        begun = threading.Event()
        reader = threading.Thread(target=ask, args=(begun,))
        reader.start()
        assert begun.wait(30)
        trash.delete(run)
        reader.join(30)
        copied(trained, runs_folder())
    assert wrong == []
