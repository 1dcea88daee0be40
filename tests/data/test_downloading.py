"""Downloads as jobs: a set is there whole and right or not at all, whatever happens; all see how far it is."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
import torchvision.datasets

from cnn_core import actions, cli
from cnn_core.actions import downloading as verbs
from cnn_core.base.errors import Failed, UnknownName
from cnn_core.base.locks import held
from cnn_core.base.settings import data_folder
from cnn_core.data import downloading, store
from cnn_core.data.sets import SHELF
from cnn_core.jobs.job import LIVE, SUPERVISOR, Job, ids
from tests.data.origin import NAMES

THEIRS = dict(zip(NAMES, ("MNIST", "FashionMNIST", "CIFAR10", "CIFAR100"), strict=True))
FETCHED = [name for name in SHELF.names() if SHELF.load(name).build.download]


def jobs() -> list[Job]:
    root = data_folder() / downloading.FOLDER
    return [Job(root / name) for name in ids(root)]


def left_over() -> list[str]:
    """Everything in the data folder that is neither a set's file in its place nor the record of a download."""
    known = {"state.json", "alive.lock", "log.txt", "progress.json", "index.sqlite"}
    return [
        str(path.relative_to(data_folder()))
        for path in data_folder().rglob("*")
        if path.is_file() and not path.name.startswith(".") and path.name not in known
    ]


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)
    return found


@pytest.fixture
def supervised(origin):
    """A server; whatever supervisor or worker is alive at the end is waited for."""
    yield origin
    origin.go_on.set()
    for job in jobs():
        job.ask_stop()
    until(lambda: not held(data_folder() / downloading.FOLDER / SUPERVISOR))


# ---------------------------------------------------------------- what is fetched


@pytest.mark.parametrize(("name", "theirs"), list(THEIRS.items()))
def test_what_is_fetched_is_what_torchvision_fetches(name, theirs):
    known, download = getattr(torchvision.datasets, theirs), SHELF.load(name).build.download
    if hasattr(known, "tgz_md5"):
        expected = [(known.filename, (known.url,), known.tgz_md5)]
        place, files = known.base_folder, [*known.train_list, *known.test_list, [known.meta["filename"]]]
        assert sorted(one[0] for one in files) == sorted(download.holds)
    else:
        expected = [(file, tuple(f"{host}{file}" for host in known.mirrors), md5) for file, md5 in known.resources]
        place = f"{theirs}/raw"
    found = {one.name: (one.urls, one.md5) for one in download.files}
    assert found == {file: (urls, md5) for file, urls, md5 in expected}
    assert download.place == place


@pytest.mark.parametrize("name", NAMES)
def test_a_downloaded_set_is_whole_in_its_place_and_can_be_read(origin, name):
    seen = []
    record = actions.download(name, seen.append)
    source = SHELF.load(name).build
    assert (record["status"], record["message"]) == ("done", "")
    place = data_folder() / source.download.place
    assert record["path"] == str(place)
    assert sorted(path.name for path in place.iterdir()) == sorted(source.download.holds)
    assert sorted(left_over()) == sorted(f"{source.download.place}/{file}" for file in source.download.holds)
    assert source.missing(None, data_folder()) == ""
    assert len(store.load(name, SHELF.load(name).options()).splits["train"].targets) >= 18
    assert seen[-1]["stage"] == "unpacking"
    assert seen[-1]["total"] == source.download.size


def test_what_is_there_is_not_fetched_again(origin):
    actions.download("mnist")
    asked = len(origin.asked)
    assert actions.download("mnist")["status"] == "done"
    assert actions.start_download("mnist")["status"] == "done"
    assert len(origin.asked) == asked == 4


@pytest.mark.parametrize("name", [name for name in SHELF.names() if name not in FETCHED])
def test_a_set_that_needs_no_network_is_there(origin, name):
    assert actions.download(name)["status"] == "done"
    assert origin.asked == []
    assert actions.download_of(name) is None


def test_a_misspelled_set_is_a_sentence(origin):
    for verb in (actions.download, actions.start_download, actions.download_of, actions.cancel_download):
        with pytest.raises(UnknownName, match='did you mean "mnist"'):
            verb("mnistt")


# ---------------------------------------------------------------- what can go wrong


WAYS = {"cut": "was cut off after", "wrong": "its MD5 is another", "none": "answers 404", "ends": "its MD5 is another"}


@pytest.mark.parametrize(("way", "why"), WAYS.items(), ids=WAYS)
@pytest.mark.parametrize("name", ["mnist", "cifar10"])
def test_a_download_that_fails_leaves_nothing_and_says_what_to_do(origin, name, way, why):
    origin.way(way)
    record = actions.download(name)
    source = SHELF.load(name).build
    assert (record["status"], record["reason"]) == ("failed", "error")
    for part in (source.about.title, why, "Try again later", source.download.files[0].name, str(data_folder())):
        assert part in record["message"]
    assert left_over() == []
    assert source.missing(None, data_folder())
    origin.way("ok")
    assert actions.download(name)["status"] == "done"  # and once more it comes
    assert len(jobs()) == 1


def test_without_a_network_it_says_what_to_put_where(origin):
    for name, where in (("mnist", "put them into {}/MNIST/raw"), ("cifar10", "unpack it into {};")):
        module = import_module(f"{SHELF.package}.{name}")
        source = module.ENTRY.build
        files = tuple(replace(one, urls=("http://127.0.0.1:9/x",)) for one in source.download.files)
        module.ENTRY = replace(module.ENTRY, build=replace(source, download=replace(source.download, files=files)))
        said = actions.download(name)["message"]
        assert "127.0.0.1:9 cannot be reached (Connection refused)" in said
        assert where.format(data_folder()) in said
        assert "CONVSCOPE_DATA" in said


def test_too_little_room_is_said_before_anything_is_fetched(origin, monkeypatch):
    usage = type("Usage", (), {"free": 999_000})
    monkeypatch.setattr(downloading.shutil, "disk_usage", lambda _: usage)
    record = actions.download("cifar10")
    assert record["status"] == "failed"
    assert "needs 1 MB while it is unpacked, and 1 MB are free. Make room" in record["message"]
    assert origin.asked == []


@pytest.mark.parametrize(("number", "do"), [(errno.ENOSPC, "Make room"), (errno.EROFS, "Let it be written to")])
def test_a_disk_that_takes_no_more_is_a_sentence(origin, monkeypatch, number, do):
    def full(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(downloading, "_place", full)
    record = actions.download("mnist")
    assert record["status"] == "failed"
    assert f"({os.strerror(number)}); nothing of it was kept. {do}" in record["message"]
    assert left_over() == []


def test_a_data_folder_that_cannot_be_made_is_a_sentence(origin, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("CONVSCOPE_DATA", str(tmp_path / "file" / "data"))
    for verb in (actions.download, actions.start_download):
        with pytest.raises(Failed, match=r"cannot be written \(Not a directory\); let CONVSCOPE_DATA name"):
            verb("mnist")


def test_a_fault_of_ours_is_said_and_logged(origin, monkeypatch):
    monkeypatch.setattr(downloading, "unpack", lambda *_: 1 / 0)
    record = actions.download("mnist")
    assert record["status"] == "failed"
    assert "ZeroDivisionError" in record["message"]
    assert "Traceback" in jobs()[0].log_path.read_text()


# ---------------------------------------------------------------- in the background


def test_a_download_in_the_background_is_seen_by_all_and_can_be_cancelled(supervised):
    supervised.way("half")
    assert actions.start_download("cifar10")["status"] in LIVE
    until(lambda: actions.download_of("cifar10")["bytes"])
    record = actions.download_of("cifar10")
    assert (record["status"], record["stage"]) == ("running", "fetching")
    assert 0 < record["bytes"] < record["total"]
    assert actions.start_download("cifar10")["status"] == "running"  # a second press starts no second one
    assert len(jobs()) == 1
    assert (jobs()[0].folder / "aside").is_dir()
    actions.cancel_download("cifar10")
    until(lambda: actions.download_of("cifar10")["status"] == "stopped")
    assert "nothing of it was kept" in actions.download_of("cifar10")["message"]
    assert left_over() == []


def test_downloads_come_one_after_the_other_and_one_that_waits_can_be_cancelled(supervised):
    supervised.way("half")
    actions.start_download("mnist")
    until(lambda: actions.download_of("mnist")["status"] == "running")
    assert actions.start_download("cifar100")["waiting_for"] == "mnist"
    actions.start_download("cifar10")
    actions.cancel_download("cifar100")
    assert actions.download_of("cifar100")["status"] == "stopped"
    supervised.go_on.set()
    for name in ("mnist", "cifar10"):
        until(lambda name=name: actions.download_of(name)["status"] == "done")
        assert SHELF.load(name).build.missing(None, data_folder()) == ""


def test_a_download_that_was_killed_says_so_and_the_next_one_cleans_up(supervised):
    supervised.way("half")
    actions.start_download("mnist")
    until(lambda: actions.download_of("mnist")["bytes"])
    os.kill(int((jobs()[0].folder / "alive.lock").read_text().split()[0]), signal.SIGKILL)
    until(lambda: actions.download_of("mnist")["status"] == "stopped")
    record = actions.download_of("mnist")
    assert record["message"] == "The download ended before it was complete; nothing of it was kept. Download it again."
    assert SHELF.load("mnist").build.missing(None, data_folder())
    supervised.go_on.set()
    supervised.way("ok")
    assert actions.download("mnist")["status"] == "done"
    assert [path for path in left_over() if "aside" in path] == []


def test_who_asks_for_a_set_that_is_being_downloaded_waits_for_it(supervised):
    supervised.way("half")
    actions.start_download("mnist")
    until(lambda: actions.download_of("mnist")["bytes"])
    seen = []

    def show(record):
        seen.append(record["bytes"])
        supervised.go_on.set()

    assert actions.download("mnist", show)["status"] == "done"
    assert seen
    assert len(jobs()) == 1


def test_many_that_ask_at_once_make_one_download(origin):
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(actions.download("mnist"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one["status"] for one in answers] == ["done"] * 4
    assert len(jobs()) == 1
    assert len(origin.asked) == 4


@pytest.mark.parametrize("far", [b"", b"[]", b'{"bytes": "x", "total": -1, "speed": "fast", "stage": 3}', b"\xff"])
def test_a_word_on_how_far_it_is_that_makes_no_sense_is_none(origin, far):
    actions.download("mnist")
    (jobs()[0].folder / downloading.PROGRESS).write_bytes(far)
    record = actions.download_of("mnist")
    assert (record["bytes"], record["total"], record["speed"], record["stage"]) == (0, 0, None, "")


# ---------------------------------------------------------------- in a shell


def shell(capsys, *arguments):
    code = cli.main(list(arguments))
    out, err = capsys.readouterr()
    return code, out, err


def test_the_command_downloads_and_prints_a_record(origin, capsys):
    code, out, err = shell(capsys, "download", "cifar10", "--json")
    record = json.loads(out.splitlines()[-1])
    assert (code, record["dataset"], record["status"]) == (0, "cifar10", "done")
    assert Path(record["path"]).is_dir()
    assert "MB" in err
    assert "is here" in shell(capsys, "download", "cifar10")[1]
    assert json.loads(shell(capsys, "download", "digits", "--json")[1])["path"] == ""


def test_the_command_fails_with_a_sentence(origin, capsys):
    origin.way("wrong")
    code, out, err = shell(capsys, "download", "mnist", "--json")
    assert (code, json.loads(out)["status"]) == (1, "failed")
    assert "MD5" in err
    code, out, err = shell(capsys, "download", "mnistt")
    assert (code, out) == (2, "")
    assert 'did you mean "mnist"' in err


def test_training_fetches_what_it_needs_first_or_says_why_not(origin, capsys):
    arguments = ("train", "--dataset", "mnist", "--model", "mlp", "--epochs", "1", "--batch-size", "8", "--json")
    origin.way("none")
    code, out, err = shell(capsys, *arguments)
    assert (code, out) == (1, "")
    assert "could not be downloaded" in err
    assert actions.runs() == []
    origin.way("ok")
    code, out, _ = shell(capsys, *arguments)
    assert (code, json.loads(out)["status"]) == (0, "done")


def test_ctrl_c_leaves_nothing_half(origin):
    origin.way("half")
    code = "import tests.data.origin as o, os, sys\nfrom pathlib import Path\nfrom cnn_core import cli\n"
    code += "place, at, how = os.environ['ORIGIN'].split('|')\no.point('mnist', at, Path(place), how)\n"
    code += "sys.exit(cli.main(['download', 'mnist', '--json']))"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until(lambda: (actions.download_of("mnist") or {"bytes": 0})["bytes"])
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert json.loads(out)["status"] == "stopped"
    assert "nothing of it was kept" in err
    assert "Traceback" not in err
    assert left_over() == []


def test_who_waits_for_a_download_that_was_cleared_away_sees_what_became_of_the_set(origin):
    job = verbs._begin("mnist", here=False)
    shutil.rmtree(job.folder)
    assert actions.download("mnist")["status"] == "done"
    assert verbs._followed("mnist", job)["status"] == "done"


def test_a_set_that_came_while_one_waited_for_its_turn_is_not_downloaded_again(origin, monkeypatch):
    starting = verbs._starting

    def late(root):
        with monkeypatch.context() as patch:
            patch.setattr(verbs, "_starting", starting)
            actions.download("mnist")
        return starting(root)

    monkeypatch.setattr(verbs, "_starting", late)
    assert verbs._begin("mnist", here=True) is None
