"""Deleting a run: whole, recoverable, and never under somebody who works on it."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import pytest

from cnn_core import actions
from cnn_core.base import files
from cnn_core.base.errors import Failed, UserError
from cnn_core.base.locks import Lock
from cnn_core.base.settings import runs_folder
from cnn_core.jobs import queue
from cnn_core.runs import trash
from cnn_core.runs.run import RunFolder
from tests.runs.conftest import copied


def contents(folder: Path) -> dict[str, bytes]:
    """Every file by its path in the folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def bytes_of(folder: Path) -> int:
    return sum(len(data) for data in contents(folder).values())


def thrown(run, status="done") -> RunFolder:
    """A copy of the run that is in the trash."""
    run.update(status=status)
    return RunFolder(trash.delete(run))


def test_a_deleted_run_is_whole_in_the_trash_and_comes_back_as_it_was(run):
    before = contents(run.folder)
    there = trash.delete(run)
    assert there == runs_folder() / ".trash" / run.id
    assert actions.runs() == []
    assert contents(there) == before
    record = actions.restore(run.id)
    assert (record["run"], record["status"]) == (run.id, "done")
    assert contents(run.folder) == before
    assert [one["run"] for one in actions.runs()] == [run.id]
    assert actions.evaluate(run.id)["n"] == 360


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


# ------------------------------------------------------------ what is in it


def test_the_trash_says_what_is_in_it_the_newest_first(run, trained):
    actions.rename(run.id, "my name")
    second = copied(trained, runs_folder(), "20261125-000000-digits-mlp-0000")
    size = bytes_of(run.folder)
    for one in (run, second):
        trash.delete(one)
        os.utime(runs_folder() / ".trash" / one.id)
    rows = actions.trash()
    assert {one["run"] for one in rows} == {run.id, second.id}
    (mine,) = [one for one in rows if one["run"] == run.id]
    assert (mine["label"], mine["name"], mine["status"]) == ("my name", "my name", "done")
    assert (mine["data"], mine["model"], mine["bytes"]) == ("digits", "small_cnn", size)
    assert mine["deleted"].endswith("Z")
    assert [one["deleted"] for one in rows] == sorted((one["deleted"] for one in rows), reverse=True)
    assert actions.thrown_away() == 2


def test_a_runs_folder_without_a_trash_has_an_empty_one():
    assert actions.trash() == []
    assert actions.thrown_away() == 0
    assert actions.purge_all() == {"runs": [], "bytes": 0, "kept": []}


def test_a_damaged_run_in_the_trash_is_listed_can_come_back_and_can_be_purged(run):
    (run.state_path).write_text("{}")
    there = trash.throw_away(run)
    (row,) = actions.trash()
    assert (row["status"], row["label"]) == ("failed", "")
    with pytest.raises(Failed, match="state"):
        actions.restore(run.id)  # it is back, and its record says why it cannot be read
    assert not there.exists()
    trash.throw_away(run)
    assert actions.purge(run.id)["bytes"] > 0


def test_size_counts_no_link_and_nothing_that_vanishes(run, tmp_path):
    (tmp_path / "large").write_bytes(bytes(10**6))
    before = trash.size(run.folder)
    (run.folder / "link").symlink_to(tmp_path / "large")
    assert trash.size(run.folder) < before + 1000
    assert trash.size(tmp_path / "nothing") == 0


# ------------------------------------------------------------ back


def test_where_the_id_is_in_use_again_the_run_comes_back_beside_it(run, trained):
    trash.delete(run)
    copied(trained, runs_folder())
    record = actions.restore(run.id)
    assert record["run"] == f"{run.id}-2"
    assert {one["run"] for one in actions.runs()} == {run.id, f"{run.id}-2"}


def test_one_that_was_deleted_second_gets_its_own_id_back_when_that_is_free(run, trained):
    trash.delete(run)
    trash.delete(copied(trained, runs_folder()))
    assert sorted(one["run"] for one in actions.trash()) == [run.id, f"{run.id}-2"]
    assert actions.restore(f"{run.id}-2")["run"] == run.id
    assert actions.restore(run.id)["run"] == f"{run.id}-2"


def test_the_second_who_restores_the_same_run_gets_a_sentence(run):
    trash.delete(run)
    actions.restore(run.id)
    with pytest.raises(UserError, match="not in the trash"):
        actions.restore(run.id)
    assert len(actions.runs()) == 1


def test_a_run_that_waited_when_it_was_deleted_comes_back_stopped(run):
    run.update(status="queued", supervised=True, turn=5)
    trash.delete(run)
    record = actions.restore(run.id)
    assert (record["status"], record["message"]) == ("stopped", queue.UNBEGUN)


def test_what_never_became_a_run_cannot_come_back(run):
    run.state_path.unlink()
    trash.throw_away(run)
    with pytest.raises(UserError, match="never became a run"):
        actions.restore(run.id)
    assert actions.purge(run.id)["bytes"] > 0


def test_both_folders_are_synced_on_the_way_back(run, monkeypatch):
    trash.delete(run)
    synced = []
    monkeypatch.setattr(trash, "sync_folder", synced.append)
    actions.restore(run.id)
    assert synced == [run.root, run.root / ".trash"]


# ------------------------------------------------------------ away for good


def test_a_purge_frees_what_it_says_and_leaves_nothing(run, trained):
    other = copied(trained, runs_folder(), "20261125-000000-digits-mlp-0000")
    size = bytes_of(run.folder)
    trash.delete(run)
    trash.delete(other)
    freed = actions.purge(run.id)["bytes"]
    assert 0 <= freed - size < 64  # whoever removes it has signed its lock
    assert [path.name for path in (run.root / ".trash").iterdir()] == [other.id]


def test_only_what_lies_in_the_trash_is_purged(run, trained):
    thrown(copied(trained, runs_folder(), "20261125-000000-digits-mlp-0000"))
    for name in (run.id, str(run.folder), f"../{run.id}", f"./{run.id}", ".", "..", "", "20261125", "\0", None, 7):
        with pytest.raises(UserError, match="not in the trash"):
            actions.purge(name)
        with pytest.raises(UserError, match="not in the trash"):
            actions.restore(name)
    assert actions.show(run.id)["status"] == "done"
    assert actions.thrown_away() == 1


def test_the_beginning_of_an_id_purges_nothing(run, trained):
    """Of two with nearly one name the first is purged by somebody else; asking again must not take the second."""
    trash.delete(run)
    trash.delete(copied(trained, runs_folder()))
    actions.purge(run.id)
    with pytest.raises(UserError, match="not in the trash"):
        actions.purge(run.id)
    assert [one["run"] for one in actions.trash()] == [f"{run.id}-2"]


def test_a_purge_while_a_job_uses_the_run_is_refused(run):
    """As when a folder is moved by hand while it trains: the job goes on in the trash."""
    with run.lock():
        there = trash.throw_away(run)
        for act in (actions.purge, actions.restore):
            with pytest.raises(UserError, match="worked on by another process; stop it first"):
                act(run.id)
        emptied = actions.purge_all()
        assert [one["run"] for one in emptied["kept"]] == [run.id]
        assert "stop it first" in emptied["kept"][0]["why"]
        assert (emptied["runs"], emptied["bytes"]) == ([], 0)
        assert (there / "state.json").exists()
    assert actions.purge(run.id)["bytes"] > 0


def test_twin_without_the_lock_the_run_would_go_from_under_the_job(run):
    with run.lock():
        there = trash.throw_away(run)
        trash._remove(there)
        assert not there.exists()


def test_links_lead_nowhere(run, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("x")
    (run.folder / "link").symlink_to(outside)
    trash.delete(run)
    (run.root / ".trash" / "20261125-000000-digits-mlp-0000").symlink_to(outside)
    assert actions.purge_all()["runs"] == [run.id]
    assert (outside / "precious").read_text() == "x"


def test_a_trash_that_is_a_link_is_not_looked_into(run, tmp_path):
    outside = tmp_path / "outside"
    shutil.copytree(run.folder, outside / run.id)
    (run.root / ".trash").symlink_to(outside)
    assert actions.trash() == []
    with pytest.raises(UserError, match="not in the trash"):
        actions.purge(run.id)
    with pytest.raises(Failed, match="is a link"):
        actions.delete(run.id)
    assert (outside / run.id).exists()
    (finding,) = actions.doctor()["findings"]
    assert (finding["file"], finding["wrong"]) == (".trash", False)


@pytest.mark.parametrize("act", [actions.purge, actions.restore, lambda run: actions.purge_all()["runs"][0]])
def test_of_two_who_do_the_same_at_once_one_succeeds_and_the_other_gets_a_sentence(run, act):
    trash.delete(run)
    together, ends = threading.Barrier(2), []

    def visitor():
        together.wait(30)
        try:
            act(run.id)
            ends.append("done")
        except IndexError:
            ends.append("nothing to purge")
        except UserError as error:
            ends.append(str(error))
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is wrong
            ends.append(repr(error))

    visitors = [threading.Thread(target=visitor) for _ in range(2)]
    for one in visitors:
        one.start()
    for one in visitors:
        one.join(30)
    assert ends.count("done") == 1
    (other,) = [one for one in ends if one != "done"]
    sentences = ("not in the trash", "does not exist", "nothing to purge", "worked on by another")
    assert any(words in other for words in sentences), other


# ------------------------------------------------------------ a purge that does not come to its end


@pytest.fixture
def half_purged(run, monkeypatch) -> RunFolder:
    """A run whose purge was ended when it had removed the checkpoints."""
    trash.delete(run)
    remove = shutil.rmtree

    def and_no_more(path, *args):
        remove(path, *args)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(trash.shutil, "rmtree", and_no_more)
        with pytest.raises(KeyboardInterrupt):
            actions.purge(run.id)
    (left,) = (run.root / ".trash").iterdir()
    assert left.name == f".purged-{run.id}"
    return run


def test_half_a_run_is_neither_listed_nor_restored(half_purged):
    assert actions.trash() == []
    with pytest.raises(UserError, match="not in the trash"):
        actions.restore(half_purged.id)


def test_the_doctor_removes_what_a_purge_has_left(half_purged):
    (finding,) = actions.doctor()["findings"]
    assert (finding["file"], finding["wrong"]) == (f".trash/.purged-{half_purged.id}", True)
    assert actions.doctor(mend=True)["sound"]
    assert list((half_purged.root / ".trash").iterdir()) == []
    assert actions.doctor()["findings"] == []


def test_emptying_the_trash_removes_it_too(half_purged):
    assert actions.purge_all()["bytes"] > 0
    assert list((half_purged.root / ".trash").iterdir()) == []


def test_what_somebody_is_purging_now_is_left_to_him(half_purged):
    left = RunFolder(half_purged.root / ".trash" / f".purged-{half_purged.id}")
    with left.lock():
        assert actions.doctor()["findings"] == []
        assert actions.purge_all() == {"runs": [], "bytes": 0, "kept": []}
    assert left.folder.exists()


def test_what_cannot_be_removed_is_a_sentence_that_says_where_it_is(run, monkeypatch):
    trash.delete(run)

    def refused(path, *args):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(trash.shutil, "rmtree", refused)
        with pytest.raises(Failed, match=r"Permission denied.*\.purged-.*doctor --mend"):
            actions.purge(run.id)
        assert "Permission denied" in actions.purge_all()["kept"][0]["why"]
    assert actions.purge_all()["bytes"] > 0


def test_runs_in_the_trash_are_no_findings_and_strangers_are_only_named(run):
    trash.delete(run)
    assert actions.doctor()["findings"] == []
    (run.root / ".trash" / "letter.txt").write_text("x")
    (finding,) = actions.doctor(mend=True)["findings"]
    assert (finding["file"], finding["wrong"], finding["mended"]) == (".trash/letter.txt", False, False)


def test_a_trash_that_is_a_file_is_a_sentence_for_everybody(run):
    (run.root / ".trash").touch()
    for act in (actions.trash, actions.thrown_away, actions.purge_all):
        with pytest.raises(Failed, match="cannot be read"):
            act()
    assert [one["file"] for one in actions.doctor()["findings"]] == [".trash"]
