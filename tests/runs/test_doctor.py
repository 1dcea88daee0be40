"""The doctor: each damage is found, said in a sentence and mended; nothing that it cannot name is touched."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from cnn_core import actions
from cnn_core.actions.mending import doctor
from cnn_core.base.errors import UserError
from cnn_core.base.files import sealed
from cnn_core.base.locks import Lock
from cnn_core.base.settings import runs_folder
from cnn_core.jobs import index
from cnn_core.jobs.job import Job
from cnn_core.runs import checking, checkpoints, mending, rebuilding
from cnn_core.runs.checking import large, small, strange
from cnn_core.runs.manifests import experiment_sum
from cnn_core.runs.run import RunFolder
from tests.runs.conftest import copied, flip

NEWEST, BEST, FIRST = "step-00000060", "step-00000040", "step-00000020"


def everything(folder: Path) -> dict[str, bytes]:
    """All files below a folder, links as where they lead."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            found[str(path.relative_to(folder))] = os.fsencode(path.readlink())
        elif path.is_file():
            found[str(path.relative_to(folder))] = path.read_bytes()
    return found


def append(data: bytes):
    def harm(path: Path) -> None:
        with path.open("ab") as file:
            file.write(data)

    return harm


def write(data: bytes):
    return lambda path: path.write_bytes(data)


def insert_a_line(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], b'{"kind": "st\0\0\n', *lines[2:]]))


def by_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


HARMS = [  # (file, what is done to it, what is said, what is done about it)
    ("state.json", flip, "The state is lost: its SHA-256 does not match", "made again"),
    ("state.json", os.unlink, "The state is lost: it is missing", "made again"),
    ("state.json", write(b""), "The state is lost: its SHA-256", "made again"),
    ("state.json", by_a_folder, "The state is lost: it cannot be read: it is not a file", "made again"),
    ("experiment.json", flip, "The settings cannot be read: its SHA-256 does not match", ""),
    ("experiment.json", os.unlink, "The settings cannot be read: it is missing", ""),
    ("environment.json", flip, "The note on device and versions cannot be read: its SHA-256", r"into damaged/"),
    ("preprocessing.json", flip, "The fitted preprocessing cannot be read: its SHA-256", "fitted again"),
    ("preprocessing.json", os.unlink, "The fitted preprocessing cannot be read: it is missing", "fitted again"),
    ("journal.jsonl", append(b'{"kind": "ste'), "Its last line is half a line", "cut off"),
    ("journal.jsonl", insert_a_line, r"1 of \d+ lines cannot be read, the first is line 3", "kept in damaged/"),
    ("journal.jsonl", append(b"[1]\n"), r"1 of \d+ lines cannot be read", "kept in damaged/"),
    ("wall.json", write(b"{"), "The wall of wrong pictures cannot be read", r"into damaged/"),
    (f"checkpoints/{NEWEST}.json", flip, "epoch 3 is damaged .*SHA-256", r"into damaged/, and the run says so"),
    (f"checkpoints/{NEWEST}.json", by_a_folder, "epoch 3 is damaged .*not a file", r"into damaged/"),
    (f"checkpoints/{NEWEST}.model.safetensors", flip, "epoch 3 is damaged .*SHA-256", r"into damaged/"),
    (f"checkpoints/{NEWEST}.state.safetensors", flip, "epoch 3 is damaged .*SHA-256", r"into damaged/"),
    (f"checkpoints/{NEWEST}.state.safetensors", os.unlink, "epoch 3 is damaged .*missing", r"into damaged/"),
    (f"checkpoints/{BEST}.model.safetensors", append(b"x"), "epoch 2 is damaged .*bytes, not", r"into damaged/"),
    (f"checkpoints/{FIRST}.model.safetensors", by_a_folder, "epoch 1 is damaged .*not a file", r"into damaged/"),
    ("predictions/test.safetensors", flip, "predictions of the test pictures cannot be used: its SHA-256", "removed"),
    ("predictions/test.json", flip, "predictions of the test pictures cannot be used: its SHA-256", "removed"),
    ("predictions/val.json", os.unlink, "predictions of the val pictures cannot be used: it is missing", "removed"),
    ("predictions/val.json", by_a_folder, "predictions of the val pictures cannot be used", "removed"),
    ("state.json.99999999-1.tmp", write(b"{"), "Left behind", "removed"),
    (f"checkpoints/{NEWEST}.json.99999999-1.tmp", write(b"{"), "Left behind", "removed"),
    ("predictions/val.json.99999999-1.tmp", write(b"{"), "Left behind", "removed"),
    ("checkpoints/step-00000080.model.safetensors", write(b"half"), "A part of a checkpoint", r"into damaged/"),
    ("stop", write(b""), "A request to stop that nobody will read", "removed"),
]


@pytest.mark.parametrize(("name", "harm", "says", "mend"), HARMS)
def test_each_damage_is_found_said_mended_and_then_there_is_nothing(run, name, harm, says, mend):
    harm(run.folder / name)
    harmed = everything(run.root)
    found = doctor()
    (one,) = found["findings"]
    assert (one["run"], one["file"], one["mended"], one["wrong"]) == (run.id, name, False, True)
    assert re.search(says, one["what"])
    assert one["what"].endswith(".")
    assert re.search(mend, one["mend"])
    assert bool(one["mend"]) == bool(mend)
    assert not found["sound"]
    assert everything(run.root) == harmed  # a look changes nothing

    mended = doctor(mend=True)
    assert mended["sound"] == bool(mend)
    assert [row["mended"] for row in mended["findings"] if row["file"] == name] == [bool(mend)]
    assert doctor()["sound"] == bool(mend)
    if mend:
        assert doctor(mend=True)["findings"] == []
        record = actions.show(run.id)
        assert record["status"] == "done"
        assert actions.evaluate(run.id)["n"] == 360


def test_a_whole_folder_is_sound_and_counted(run):
    found = doctor()
    assert found["findings"] == []
    assert found["sound"]
    assert found["runs"] == str(runs_folder())
    files = everything(run.folder)
    assert found["checked"] == {"runs": 1, "files": len(files), "bytes": sum(map(len, files.values()))}


def test_a_preprocessing_fitted_again_is_the_one_of_before_to_the_bit(run):
    path = run.folder / "preprocessing.json"
    before = path.read_bytes()
    flip(path)
    assert doctor(mend=True)["sound"]
    assert path.read_bytes() == before


def test_a_preprocessing_that_cannot_be_fitted_again_stays_wrong_in_a_sentence(run, monkeypatch):
    def gone(_):
        raise UserError("The data is gone.")

    monkeypatch.setattr(mending, "load_data", gone)
    flip(run.folder / "preprocessing.json")
    found = doctor(mend=True)
    assert [one["hindrance"] for one in found["findings"]] == ["The data is gone."]
    assert not found["sound"]


def test_nothing_is_lost_by_mending(run):
    """Every byte that was damaged is still somewhere, but for what is made again."""
    for name in ("state.json", "environment.json", "wall.json", f"checkpoints/{NEWEST}.model.safetensors"):
        flip(run.folder / name, 2)
    insert_a_line(run.journal_path)
    before = everything(run.folder)
    assert doctor(mend=True)["sound"]
    after = everything(run.folder).values()
    assert [name for name, data in before.items() if data not in after and name != "alive.lock"] == []


# ---------------------------------------------------------------- the state


def test_a_state_made_again_says_what_the_lost_one_said(run):
    before = run.stored()
    flip(run.state_path)
    assert doctor(mend=True)["sound"]
    after = run.stored()
    told = {"reason", "message", "created", "started", "ended", "parameters", "number", "turn", "memory_mark"}
    assert {key: after.get(key) for key in before if key not in told} == {
        key: before[key] for key in before if key not in told
    }
    assert after["reason"] == "mended"
    assert after["message"] == "Its state was lost and was made again from its checkpoint of epoch 3."
    assert (run.folder / "damaged" / "state.json").is_file()


def test_a_run_that_had_not_come_to_its_end_is_stopped_and_can_be_resumed_to_the_same_bits(run):
    bits = (run.checkpoints / f"{NEWEST}.model.safetensors").read_bytes()
    for path in run.checkpoints.glob(f"{NEWEST}.*"):
        path.unlink()
    shutil.rmtree(run.predictions)
    run.state_path.unlink()
    assert doctor(mend=True)["sound"]
    record = actions.show(run.id)
    assert (record["status"], record["epochs"], record["step"], record["best_epoch"]) == ("stopped", 2, 40, 2)
    assert record["message"].endswith("made again from its checkpoint of epoch 2. Resume goes on from there.")
    assert actions.resume(run.id)["status"] == "done"
    assert (run.checkpoints / f"{NEWEST}.model.safetensors").read_bytes() == bits


def test_a_state_made_again_without_any_checkpoint_begins_anew(run):
    shutil.rmtree(run.checkpoints)
    run.state_path.unlink()
    assert doctor(mend=True)["sound"]
    record = actions.show(run.id)
    assert (record["status"], record["step"]) == ("stopped", 0)
    assert "Resume begins anew" in record["message"]


def test_a_state_made_again_keeps_its_place_among_the_runs(trained):
    made = [copied(trained, runs_folder(), f"2026010{day}-000000-digits-0000") for day in (1, 2, 3)]
    for number, run in enumerate(made, 1):
        run.update(number=number, turn=number, created=f"2026-01-0{number}T00:00:00Z")
    made[1].state_path.unlink()
    assert doctor(mend=True)["sound"]
    assert [one["run"] for one in actions.runs()] == [run.id for run in made[::-1]]


def test_without_settings_a_lost_state_stays_lost_and_nothing_is_touched(run):
    flip(run.state_path)
    flip(run.folder / "experiment.json")
    before = everything(run.folder)
    found = doctor(mend=True)
    assert [(one["file"], one["mended"]) for one in found["findings"]] == [
        ("experiment.json", False),
        ("state.json", False),
    ]
    assert not found["sound"]
    assert {**everything(run.folder), "alive.lock": b""} == {**before, "alive.lock": b""}


def test_a_killed_run_is_noted_as_stopped(run):
    run.update(status="running", reason="", message="")
    (one,) = doctor()["findings"]
    assert one["what"] == "It is said to be at work, but nobody works on it."
    assert "It is noted as stopped: It ended without a word" in one["mend"]
    assert run.stored()["status"] == "running"
    assert doctor(mend=True)["sound"]
    stored = run.stored()
    assert (stored["status"], stored["reason"]) == ("stopped", "killed")
    assert stored["ended"]
    assert doctor()["findings"] == []


def test_a_run_that_waits_in_the_queue_is_sound_and_so_is_its_request_to_stop(run):
    run.update(status="queued", supervised=True)
    run.ask_stop()
    assert doctor()["findings"] == []
    run.update(status="queued", supervised=False)
    assert [one["file"] for one in doctor()["findings"]] == ["state.json", "stop"]


def test_what_start_had_begun_and_not_finished_goes_into_the_trash(run, trained):
    half = copied(trained, runs_folder(), "20260101-000000-digits-mlp-abcd")
    for path in half.folder.iterdir():
        if path.name not in ("experiment.json", "alive.lock"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    empty = RunFolder(runs_folder() / "20260101-000000-digits-mlp-ef01")
    empty.folder.mkdir()
    found = doctor(mend=True)
    assert {(one["run"], one["mended"]) for one in found["findings"]} == {(half.id, True), (empty.id, True)}
    assert (runs_folder() / ".trash" / half.id / "experiment.json").is_file()
    assert doctor()["findings"] == []
    assert [one["run"] for one in actions.runs()] == [run.id]


def test_a_folder_that_start_is_just_making_is_left_alone():
    job = RunFolder(runs_folder() / "20260101-000000-digits-mlp-ef01")
    job.folder.mkdir(parents=True)
    with Lock(job.lock_path) as lock:
        assert lock.acquire()
        assert doctor(mend=True)["findings"] == []
    assert job.folder.is_dir()


# ---------------------------------------------------------------- checkpoints


def test_the_user_is_told_which_epoch_was_lost_and_who_answers_instead(run):
    flip(run.checkpoints / f"{BEST}.model.safetensors")
    assert doctor(mend=True)["sound"]
    notice = actions.show(run.id)["notice"]
    assert notice.startswith("The checkpoint of epoch 2 is damaged (step-00000040.model.safetensors: its SHA-256")
    assert "was moved into damaged/." in notice
    assert sorted(path.name for path in (run.folder / "damaged").iterdir()) == [
        f"{BEST}.json",
        f"{BEST}.model.safetensors",
        f"{BEST}.state.safetensors",
    ]
    assert "the weights of epoch 3 answer instead" in actions.evaluate(run.id)["notice"]


def test_a_best_checkpoint_that_is_gone_is_noted_once(run):
    for path in run.checkpoints.glob(f"{BEST}.*"):
        path.unlink()
    (one,) = doctor()["findings"]
    assert one["what"] == "The checkpoint of epoch 2, the best one, is gone."
    assert doctor(mend=True)["sound"]
    assert actions.show(run.id)["notice"] == one["what"]
    assert doctor()["findings"] == []


def test_where_all_checkpoints_are_damaged_all_are_kept_and_the_run_says_so(run):
    for path in run.checkpoints.glob("*.model.safetensors"):
        flip(path)
    before = everything(run.checkpoints)
    assert doctor(mend=True)["sound"]
    assert everything(run.folder / "damaged") == before
    assert actions.show(run.id)["notice"].endswith("All its checkpoints are gone. Resume begins anew.")
    assert doctor(mend=True)["findings"] == []
    run.update(status="stopped")
    assert actions.resume(run.id)["status"] == "done"
    assert doctor()["findings"] == []


def test_a_checkpoint_of_a_later_version_is_named_and_never_moved(run):
    path = run.checkpoints / f"{NEWEST}.json"
    path.write_bytes(sealed({**json.loads(path.read_text()), "schema": 2}))
    before = everything(run.checkpoints)
    found = doctor(mend=True)
    assert "cannot be used (step-00000060.json: another version of ConvScope wrote it)" in found["findings"][0]["what"]
    assert not found["sound"]
    assert everything(run.checkpoints) == before


def test_the_same_checkpoint_may_be_damaged_twice_and_both_are_kept(run, trained):
    for _ in range(2):
        flip(run.checkpoints / f"{NEWEST}.json")
        assert doctor(mend=True)["sound"]
        for path in (trained / "checkpoints").glob(f"{NEWEST}.*"):
            shutil.copy(path, run.checkpoints)
    assert (run.folder / "damaged" / f"{NEWEST}.json").is_file()
    assert (run.folder / "damaged" / f"{NEWEST}.json-2").is_file()


def test_a_file_in_place_of_a_folder_is_moved_away(run):
    for name in ("checkpoints", "predictions"):
        shutil.rmtree(run.folder / name)
        (run.folder / name).write_bytes(b"mine")
    found = doctor(mend=True)
    assert [one["what"] for one in found["findings"]] == [
        "The folder of checkpoints is no folder.",
        "All its checkpoints are gone. Resume begins anew.",
        "The folder of predictions is no folder.",
    ]
    assert found["sound"]
    assert (run.folder / "damaged" / "checkpoints").read_bytes() == b"mine"
    assert doctor()["findings"] == []


# ---------------------------------------------------------------- what it does not touch


def test_links_and_what_has_no_name_are_named_and_never_touched(run, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    strange = [run.folder / "notes.txt", run.checkpoints / "weights.pt", run.predictions / "test.npy"]
    strange += [run.root / "README", run.root / "data" / "x"]
    (run.root / "data").mkdir()
    for path in strange:
        path.write_text("mine")
    links = [run.folder / "link", run.checkpoints / f"{NEWEST}.tmp", run.root / "20200101-000000-a-b-1234"]
    for path in links:
        path.symlink_to(tmp_path / "mine.txt")
    before = everything(run.root)
    found = doctor(mend=True)
    assert found["sound"]
    assert not any(one["wrong"] or one["mend"] or one["mended"] for one in found["findings"])
    named = {str(Path(one["run"]) / one["file"]) for one in found["findings"]}
    assert named == {str(path.relative_to(run.root)) for path in [*strange[:4], run.root / "data", *links]}
    assert everything(run.root) == before


def test_a_run_at_work_is_looked_at_and_never_mended(run):
    flip(run.folder / "environment.json")
    (run.folder / "state.json.99999999-1.tmp").touch()  # may be in the making
    (run.checkpoints / "step-00000080.model.safetensors").touch()
    run.ask_stop()
    run.update(status="running")
    before = everything(run.folder)
    with Lock(run.lock_path) as lock:
        assert lock.acquire()
        (one,) = doctor(mend=True)["findings"]
    assert (one["file"], one["mended"]) == ("environment.json", False)
    assert one["hindrance"] == "Somebody works on it; mend it when it has stopped."
    assert everything(run.folder) == before


def test_a_writer_that_still_lives_has_no_leftovers(run):
    (run.predictions / f"test.json.{os.getpid()}-1.tmp").touch()
    assert doctor()["findings"] == []


@pytest.mark.parametrize("kind", ["state", "experiment"])
def test_a_run_of_a_later_version_is_named_and_not_wrong(run, kind):
    path = run.folder / f"{kind}.json"
    change = {"schema": 99} if kind == "state" else {"schema_version": 99}
    path.write_bytes(sealed({**json.loads(path.read_text()), **change}))
    for manifest in run.checkpoints.glob("*.json"):  # written by that version too
        manifest.write_bytes(sealed({**json.loads(manifest.read_text()), "experiment": experiment_sum(run.folder)}))
    before = everything(run.folder)
    found = doctor(mend=True)
    assert found["sound"]
    assert [(one["file"], one["wrong"]) for one in found["findings"]][:1] == [(f"{kind}.json", False)]
    assert "version" in found["findings"][0]["what"]
    assert everything(run.folder) == before


def test_a_folder_that_cannot_be_written_says_so_for_each_finding_and_nothing_else(run, monkeypatch):
    flip(run.folder / "environment.json")
    flip(run.predictions / "test.json")
    (run.root / "index.sqlite").write_bytes(b"nonsense" * 100)

    def refuse(*_, **__):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("cnn_core.base.locks._open", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    found = doctor(mend=True)
    assert [one["file"] for one in found["findings"]] == ["environment.json", "predictions/test.json", "index.sqlite"]
    assert all("Read-only file system" in one["hindrance"] for one in found["findings"])
    assert not found["sound"]


def test_a_mending_that_fails_on_the_way_is_said_and_the_others_go_on(run, monkeypatch):
    flip(run.folder / "environment.json")
    flip(run.predictions / "test.json")
    real = Path.rename

    def refuse(self, to):
        if self.name == "environment.json":
            raise OSError(28, "No space left on device")
        return real(self, to)

    monkeypatch.setattr(Path, "rename", refuse)
    first, second = doctor(mend=True)["findings"]
    assert (first["mended"], first["hindrance"]) == (False, "It cannot be mended: No space left on device.")
    assert second["mended"]


def test_a_run_deleted_while_it_is_looked_at_is_no_finding(run, monkeypatch):
    def delete_meanwhile(look):
        actions.delete(look.run.id)
        return []

    monkeypatch.setattr(checking, "CHECKS", (small.settings, delete_meanwhile, small.fitted, small.journal))
    assert doctor()["findings"] == []


# ---------------------------------------------------------------- the index


def test_a_folder_of_runs_copied_from_another_machine_is_sound_but_for_who_worked_there(run, tmp_path):
    actions.runs()
    run.update(status="running")
    run.lock_path.write_text("1 4711")  # a process of that machine; here somebody else has its id
    shutil.copytree(run.root, tmp_path / "copy")
    copy = tmp_path / "copy"
    assert [one["what"] for one in doctor(copy)["findings"]] == ["It is said to be at work, but nobody works on it."]
    assert doctor(copy, mend=True)["sound"]
    assert doctor(copy)["findings"] == []
    assert [one["status"] for one in actions.runs(copy)] == ["stopped"]
    assert actions.resume(run.id, copy)["status"] == "done"


def test_a_damaged_index_is_removed_and_made_again(run):
    actions.runs()
    path = run.root / "index.sqlite"
    data = bytearray(path.read_bytes())
    data[4096:4200] = bytes(range(104))
    path.write_bytes(data)
    (one,) = doctor()["findings"]
    assert one["what"].startswith("The index is damaged: ")
    assert doctor(mend=True)["sound"]
    assert not path.exists()
    assert [one["run"] for one in actions.runs()] == [run.id]


def test_an_index_that_remembers_something_else_than_the_folder_says_is_found(run):
    actions.runs()
    assert index.fault(run.root) == ""
    with closing(sqlite3.connect(run.root / "index.sqlite", isolation_level=None)) as database:
        database.execute("UPDATE job SET state = replace(state, 'done', 'failed')")
    assert actions.runs()[0]["status"] != "done"  # which nobody else would notice
    (one,) = doctor(mend=True)["findings"]
    assert f"it remembers {run.id} otherwise" in one["what"]
    assert actions.runs()[0]["status"] == "done"


def test_an_index_of_another_version_and_none_are_sound(run):
    assert doctor()["findings"] == []
    with closing(sqlite3.connect(run.root / "index.sqlite")) as database:
        database.execute("PRAGMA user_version=77")
    assert doctor()["findings"] == []


# ---------------------------------------------------------------- while runs train, and twins


TRAIN = """
import sys
from cnn_core import actions
from cnn_core.experiment import resolve
from cnn_core.training import engine, job
engine.CHECKPOINT_EVERY, job.SAY_EVERY = -1.0, 0.0  # writes all the time
raw = {"data": {"name": "digits"}, "model": {"name": "small_cnn", "options": {"width": 4, "depth": 1}}}
actions.train(resolve({**raw, "train": {"epochs": 6, "batch_size": 64, "threads": 1}}))
"""


def test_a_run_that_trains_and_writes_all_the_time_gives_no_false_finding():
    runs_folder().mkdir(parents=True)
    process = subprocess.Popen([sys.executable, "-c", TRAIN])
    found, looks = [], 0
    while process.poll() is None:
        found += doctor()["findings"]
        looks += 1
    assert process.returncode == 0
    assert looks > 10
    assert {(one["file"], one["what"]) for one in found} == set()
    assert doctor()["findings"] == []


def test_a_trainer_killed_at_any_time_leaves_nothing_that_is_not_mended():
    runs_folder().mkdir(parents=True)
    process = subprocess.Popen([sys.executable, "-c", TRAIN])
    while not list(runs_folder().glob("*/checkpoints/*.json")):
        assert process.poll() is None
        os.sched_yield()
    process.send_signal(signal.SIGKILL)
    process.wait()
    found = doctor(mend=True)
    assert "It is said to be at work, but nobody works on it." in [one["what"] for one in found["findings"]]
    assert found["sound"]
    assert doctor()["findings"] == []
    (record,) = actions.runs()
    assert actions.resume(record["run"])["status"] == "done"


CHECKERS = [
    (small, "settings", "experiment.json", flip),
    (small, "state", "state.json", flip),
    (small, "means", "environment.json", flip),
    (small, "fitted", "preprocessing.json", flip),
    (small, "journal", "journal.jsonl", insert_a_line),
    (small, "wall", "wall.json", write(b"{")),
    (large, "checkpoints", f"checkpoints/{NEWEST}.model.safetensors", flip),
    (large, "predictions", "predictions/test.json", flip),
    (strange, "leftovers", "state.json.99999999-1.tmp", write(b"")),
]


@pytest.mark.parametrize(("room", "check", "name", "harm"), CHECKERS)
def test_twin_without_its_check_a_damage_is_not_found(run, monkeypatch, room, check, name, harm):
    harm(run.folder / name)
    assert [one["file"] for one in doctor()["findings"]] == [name]
    kept = tuple(one for one in checking.CHECKS if one is not getattr(room, check))
    assert len(kept) == len(checking.CHECKS) - 1
    monkeypatch.setattr(checking, "CHECKS", kept)
    assert doctor()["findings"] == []


def test_twin_a_doctor_that_looks_once_takes_what_is_being_written_for_damage(run, monkeypatch):
    """A checkpoint that is dropped between the look at the folder and the look at the file."""
    real, dropped = checkpoints.manifest, []

    def drop_first(folder, name):
        if not dropped:
            dropped.append(name)
            (folder / f"{name}.json").unlink()
            for path in folder.glob(f"{name}.*"):
                path.unlink()
        return real(folder, name)

    monkeypatch.setattr(large, "manifest", drop_first)
    monkeypatch.setattr(Job, "alive", lambda self: True)
    assert [one.file for one in checking.check(run, "")] == [f"checkpoints/{dropped[0]}.json"]
    dropped.clear()
    assert doctor()["findings"] == []
    assert dropped


def test_a_folder_that_is_not_there_is_wrong_input():
    with pytest.raises(UserError, match=r"There is no folder .*runs; --runs names"):
        doctor()


def test_mending_is_done_by_the_holder_of_the_lock(run, monkeypatch):
    taken = []
    for room, name in ((mending, "set_aside"), (rebuilding, "make_state_again")):
        real = getattr(room, name)
        monkeypatch.setattr(room, name, lambda *a, real=real: taken.append(run.alive()) or real(*a))
    monkeypatch.setattr(small, "make_state_again", rebuilding.make_state_again)
    monkeypatch.setattr("cnn_core.runs.checking.finding.set_aside", mending.set_aside)
    flip(run.state_path)
    flip(run.folder / "environment.json")
    assert doctor(mend=True)["sound"]
    assert taken
    assert all(taken)
    assert not run.alive()
