"""Damaged checkpoints: each damage is one sentence, and the checkpoint before is used."""

from __future__ import annotations

import json
import os
import pickle
import re
import shutil

import pytest
import torch

from cnn_core import actions
from cnn_core.base.errors import Failed, UserError
from cnn_core.base.files import sealed, sha256
from cnn_core.base.settings import runs_folder
from cnn_core.cli import main
from cnn_core.runs import checkpoints, manifests, picking
from cnn_core.runs.checkpoints import Checkpoint
from cnn_core.runs.loaded import Run, build
from cnn_core.training import job
from tests.runs.conftest import copied, flip

NEWEST, BEST, FIRST = "step-00000060", "step-00000040", "step-00000020"
MODEL, STATE, MANIFEST = f"{NEWEST}.model.safetensors", f"{NEWEST}.state.safetensors", f"{NEWEST}.json"


def file(run, name):
    return run.checkpoints / name


def cut(most):
    return lambda path: path.write_bytes(path.read_bytes()[:most])


def zero_sector(path):
    data = path.read_bytes()
    path.write_bytes(data[:512] + bytes(512) + data[1024:])


def by_a_folder(path):
    path.unlink()
    path.mkdir()


def by_a_link(path):
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def otherwise(path):
    """The same numbers, written in another way."""
    text = path.read_text()
    assert '"bad_epochs": 1,' in text
    path.write_text(text.replace('"bad_epochs": 1,', '"bad_epochs":  1,'))


SUM = "its SHA-256 does not match"
HARMS = [
    (MODEL, cut(-1), r"it has [\d,]+ bytes, not [\d,]+$"),
    (MODEL, cut(1700), r"it has 1,700 bytes, not [\d,]+$"),
    (MODEL, cut(0), r"it has 0 bytes, not [\d,]+$"),
    (MODEL, lambda path: path.write_bytes(path.read_bytes() + b"x"), r"bytes, not [\d,]+$"),
    (MODEL, lambda path: flip(path, 10), SUM),
    (MODEL, flip, SUM),
    (MODEL, zero_sector, SUM),
    (MODEL, lambda path: path.write_bytes(bytes(path.stat().st_size)), SUM),
    (MODEL, os.unlink, "it is missing"),
    (MODEL, by_a_folder, "it cannot be read: it is not a file"),
    (MODEL, by_a_link, "it cannot be read: it is a link"),
    (STATE, flip, SUM),
    (STATE, cut(-1), r"bytes, not [\d,]+$"),
    (STATE, os.unlink, "it is missing"),
    (MANIFEST, flip, SUM),
    (MANIFEST, cut(-1), SUM),
    (MANIFEST, cut(0), SUM),
    (MANIFEST, zero_sector, SUM),
    (MANIFEST, otherwise, SUM),
    (MANIFEST, by_a_folder, "it cannot be read: it is not a file"),
    (MANIFEST, by_a_link, "it cannot be read: it is a link"),
]


@pytest.mark.parametrize(("name", "harm", "why"), HARMS)
def test_each_damage_is_one_sentence_and_the_checkpoint_before_is_used(run, name, harm, why):
    harm(file(run, name))
    found, (said,) = checkpoints.latest(run.checkpoints)
    assert found.progress["step"] == 40
    before, after = (
        f"The checkpoint of epoch 3 is damaged ({name}: ",
        ") and was left out; training goes on from epoch 2.",
    )
    assert said.startswith(before)
    assert said.endswith(after)
    assert re.search(why, said.removeprefix(before).removesuffix(after))


def reseal(run, name, part="model", data=None, **changes):
    """Write a part of a checkpoint, or change its manifest, so that all sums are right."""
    path = file(run, f"{name}.json")
    record = json.loads(path.read_text())
    if data is not None:
        file(run, f"{name}.{part}.safetensors").write_bytes(data)
        record["files"][part] = {"bytes": len(data), "sha256": sha256(data)}
    path.write_bytes(sealed({**record, **changes}))


def change_weights(run, name, change):
    tensors = dict(checkpoints._load(run.checkpoints, name).model)
    change(tensors)
    reseal(run, name, data=checkpoints.save_tensors(tensors))


def model_of(run):
    return build(run.experiment())


def first_weights(run):
    return next(iter(model_of(run).state_dict()))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda tensors, key: tensors.update({key: tensors[key] * float("nan")}), "is not finite"),
        (lambda tensors, key: tensors.update({key: tensors[key] / 0}), "is not finite"),
        (lambda tensors, key: tensors.pop(key), "is missing"),
        (lambda tensors, key: tensors.update({"more": tensors[key] + 1}), "the network has no more"),
        (lambda tensors, key: tensors.update({key: tensors[key][:-1]}), "but the network has float32"),
        (lambda tensors, key: tensors.update({key: tensors[key].half()}), "is float16"),
        (lambda tensors, key: tensors.update({key: torch.zeros(())}), "but the network has float32"),
    ],
)
def test_weights_that_do_not_fit_or_are_no_numbers_are_left_out_in_a_sentence_too(run, change, why):
    key = first_weights(run)
    change_weights(run, NEWEST, lambda tensors: change(tensors, key))
    found, (said,) = checkpoints.latest(run.checkpoints, model_of(run))
    assert found.progress["step"] == 40
    assert said.startswith(f"The checkpoint of epoch 3 cannot be used ({MODEL}: ")
    assert why in said


def test_a_checkpoint_of_a_later_version_is_left_out_and_not_called_damaged(run):
    reseal(run, NEWEST, schema=2)
    found, (said,) = checkpoints.latest(run.checkpoints)
    assert found.progress["step"] == 40
    assert f"cannot be used ({MANIFEST}: another version of ConvScope wrote it)" in said


def test_a_pickle_under_the_name_of_weights_is_refused_and_nothing_runs(run, tmp_path):
    class Bomb:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    reseal(run, NEWEST, data=pickle.dumps(Bomb()))
    found, (said,) = checkpoints.latest(run.checkpoints)
    assert found.progress["step"] == 40
    assert "it is not a safetensors file" in said
    assert not (tmp_path / "ran").exists()


def test_a_file_that_may_not_be_read_is_left_out_and_not_called_damaged(run, monkeypatch):
    real = manifests.open_file

    def refuse(path):
        if path.name == MODEL:
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(manifests, "open_file", refuse)  # root may read a file of mode 0000
    _, (said,) = checkpoints.latest(run.checkpoints)
    assert f"cannot be used ({MODEL}: it cannot be read: Permission denied)" in said


def test_swapped_weights_of_two_steps_are_both_found(run):
    one, other = file(run, MODEL), file(run, f"{BEST}.model.safetensors")
    data = one.read_bytes(), other.read_bytes()
    one.write_bytes(data[1])
    other.write_bytes(data[0])
    found, said = checkpoints.latest(run.checkpoints)
    assert found.progress["step"] == 20
    assert [one.split(" is ")[0] for one in said] == ["The checkpoint of epoch 3", "The checkpoint of epoch 2"]
    assert said[0].endswith(") and was left out.")
    assert said[1].endswith(") and was left out; training goes on from epoch 1.")


def test_the_manifest_of_another_step_under_this_name_is_found(run):
    shutil.copy(file(run, f"{BEST}.json"), file(run, MANIFEST))
    found, (said,) = checkpoints.latest(run.checkpoints)
    assert found.progress["step"] == 40
    assert "it is the manifest of another checkpoint" in said


@pytest.fixture
def stranger(run, trained):
    """A run with other settings whose checkpoints are named as this one's."""
    other = copied(trained, runs_folder(), "20200101-000000-other-0000")
    settings = json.loads((other.folder / "experiment.json").read_text())
    settings["train"]["seed"] = 9
    (other.folder / "experiment.json").write_bytes(sealed(settings))
    for name in (FIRST, BEST, NEWEST):
        path = other.checkpoints / f"{name}.json"
        record = json.loads(path.read_text())
        record["experiment"] = manifests.experiment_sum(other.folder)
        path.write_bytes(sealed(record))
    assert checkpoints.latest(other.checkpoints)[1] == []
    return other


def test_a_manifest_or_a_whole_checkpoint_of_another_run_is_not_taken(run, stranger):
    shutil.copy(file(stranger, MANIFEST), file(run, MANIFEST))
    for name in (MODEL, STATE):
        shutil.copy(file(stranger, name), file(run, name))
        found, (said,) = checkpoints.latest(run.checkpoints)
        assert found.progress["step"] == 40
        assert "it belongs to a run with other settings" in said


def test_twin_without_the_sum_of_the_settings_a_strangers_checkpoint_is_taken(run, stranger, monkeypatch):
    monkeypatch.setattr(manifests, "experiment_sum", lambda folder: "")
    shutil.copy(file(stranger, MANIFEST), file(run, MANIFEST))
    found, said = checkpoints.latest(run.checkpoints)
    assert (found.progress["step"], said) == (60, [])


def test_a_checkpoint_of_before_the_settings_were_noted_is_still_read(run):
    path = file(run, MANIFEST)
    record = {key: value for key, value in json.loads(path.read_text()).items() if key != "experiment"}
    path.write_bytes(sealed(record))
    assert checkpoints.latest(run.checkpoints)[1] == []


def test_twin_without_the_sum_damaged_weights_are_loaded(run, monkeypatch):
    """Safetensors itself does not see what happens to the numbers."""
    flip(file(run, MODEL))
    monkeypatch.setattr(manifests, "sha256", lambda data: Anything())
    found, said = checkpoints.latest(run.checkpoints)
    assert (found.progress["step"], said) == (60, [])


class Anything(str):
    __slots__ = ()

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    __hash__ = str.__hash__


def test_where_nothing_is_whole_training_begins_anew_and_says_so(run):
    for path in run.checkpoints.glob("*.model.safetensors"):
        flip(path)
    found, said = checkpoints.latest(run.checkpoints)
    assert found is None
    assert len(said) == 3
    assert said[-1].startswith("The checkpoint of epoch 1 is damaged (")
    assert said[-1].endswith("; no whole one is left, so training begins anew.")


def test_without_a_state_the_epoch_is_told_from_the_other_checkpoints_or_the_step_is_named(run):
    run.state_path.write_bytes(b"{}")
    flip(file(run, MANIFEST))
    assert "The checkpoint of epoch 3 is" in checkpoints.latest(run.checkpoints)[1][0]
    for name in (BEST, FIRST):
        flip(file(run, f"{name}.json"))
    assert "The checkpoint of step 60 is" in checkpoints.latest(run.checkpoints)[1][0]


def test_a_half_written_checkpoint_is_none(run):
    file(run, MANIFEST).rename(file(run, f"{MANIFEST}.77-77.tmp"))
    found, damaged = checkpoints.latest(run.checkpoints)
    assert damaged == []
    assert found.progress["epoch"] == 2


def test_a_file_in_place_of_the_folder_is_a_sentence(run):
    shutil.rmtree(run.checkpoints)
    run.checkpoints.touch()
    with pytest.raises(Failed, match="cannot be read"):
        checkpoints.latest(run.checkpoints)
    with pytest.raises(Failed, match="cannot be read"):
        Run(run).network()


# ---------------------------------------------------------------- a resume


def test_a_resume_past_a_damaged_checkpoint_gives_the_same_bits_and_keeps_no_damage(run, monkeypatch):
    bits = {path.name: path.read_bytes() for path in run.checkpoints.glob(f"{NEWEST}.*.safetensors")}
    run.update(status="stopped", reason="asked", message="Stopped.")
    flip(file(run, MODEL))
    end = job.Progress.end_epoch
    monkeypatch.setattr(job.Progress, "end_epoch", lambda self, row: end(self, {**row, "val_loss": 1.5}))
    record = job.run(run)
    assert record["status"] == "done"
    assert record["notice"].endswith("SHA-256 does not match) and was left out; training goes on from epoch 2.")
    assert {path.name: path.read_bytes() for path in run.checkpoints.glob(f"{NEWEST}.*.safetensors")} == bits
    assert checkpoints.latest(run.checkpoints)[1] == []


def test_a_damaged_later_checkpoint_never_pushes_out_the_whole_ones(tmp_path):
    tensors, folder = {"x": torch.zeros(2)}, tmp_path / "c"
    for step in (10, 20, 30, 25):  # the last by a resume from 20
        if step == 25:
            flip(folder / "step-00000030.model.safetensors")
        checkpoints.save(folder, Checkpoint(tensors, tensors, {"step": step, "best": None}))
    assert [manifests.step_of(name) for name in manifests.names(folder)] == [20, 25, 30]
    checkpoints.save(folder, Checkpoint(tensors, tensors, {"step": 31, "best": None}))
    assert [manifests.step_of(name) for name in manifests.names(folder)] == [30, 31]


# ---------------------------------------------------------------- asking


def shell(capsys, *arguments):
    capsys.readouterr()
    code = main([str(one) for one in arguments])
    out, err = capsys.readouterr()
    return code, json.loads(out.splitlines()[-1]) if out else None, err.strip()


def test_the_best_epoch_answers_and_nothing_is_said(run):
    loaded = Run(run)
    assert loaded.notice == ""
    assert loaded.checkpoint_sha256 == sha256(file(run, f"{BEST}.model.safetensors").read_bytes())
    flip(file(run, MODEL))  # not the one that answers
    assert Run(run).notice == ""


@pytest.mark.parametrize(
    ("name", "harm", "why"),
    [
        (name.replace(NEWEST, BEST), harm, why)
        for name, harm, why in HARMS
        if "state" not in name and harm is not otherwise
    ],
)
def test_where_the_best_is_damaged_the_newest_whole_one_answers_and_says_so(run, name, harm, why):
    harm(file(run, name))
    loaded = Run(run)
    before, after = f"The checkpoint of epoch 2 is damaged ({name}: ", "); the weights of epoch 3 answer instead."
    assert loaded.notice.startswith(before)
    assert loaded.notice.endswith(after)
    assert re.search(why, loaded.notice.removeprefix(before).removesuffix(after))
    assert loaded.checkpoint_sha256 == sha256(file(run, MODEL).read_bytes())
    assert torch.equal(
        loaded.model().state_dict()[first_weights(run)],
        checkpoints._load(run.checkpoints, NEWEST).model[first_weights(run)],
    )


def test_a_best_checkpoint_that_is_gone_is_said_to_be_missing(run):
    for path in run.checkpoints.glob(f"{BEST}.*"):
        path.unlink()
    assert Run(run).notice == (
        f"The checkpoint of epoch 2 is damaged ({BEST}.json: it is missing); the weights of epoch 3 answer instead."
    )


def test_where_the_best_and_the_newest_are_damaged_an_older_one_answers(run):
    flip(file(run, MODEL))
    flip(file(run, f"{BEST}.model.safetensors"))
    assert Run(run).notice.endswith("; the weights of epoch 1 answer instead.")


def test_the_newest_manifest_is_missed_only_where_it_may_have_been_the_best(run):
    flip(file(run, MANIFEST))
    assert Run(run).notice == ""  # the state knows that epoch 2 is the best
    run.update(best_epoch=3)
    assert Run(run).notice == (
        f"The checkpoint of epoch 3 is damaged ({MANIFEST}: {SUM}); the weights of epoch 2 answer instead."
    )


def test_weights_that_turn_out_not_to_fit_when_they_are_loaded_give_way_to_others(run):
    key = first_weights(run)
    change_weights(run, BEST, lambda tensors: tensors.pop(key))
    loaded = Run(run)
    assert loaded.network()
    assert loaded.notice == (
        f"The checkpoint of epoch 2 cannot be used ({BEST}.model.safetensors: {key} is missing); "
        "the weights of epoch 3 answer instead."
    )
    assert loaded.checkpoint_sha256 == sha256(file(run, MODEL).read_bytes())


def test_weights_damaged_after_they_were_looked_at_are_never_used(run):
    loaded = Run(run)
    path = file(run, f"{BEST}.model.safetensors")
    times = path.stat()
    flip(path)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert loaded.notice == ""
    loaded.network()
    assert loaded.notice.endswith(f"{SUM}); the weights of epoch 3 answer instead.")


@pytest.mark.parametrize("pattern", ["*.model.safetensors", "*.json"])
def test_where_no_checkpoint_is_whole_asking_fails_in_a_sentence(run, capsys, pattern):
    shutil.rmtree(run.predictions)
    for path in run.checkpoints.glob(pattern):
        flip(path)
    loaded = Run(run)
    assert (loaded.checkpoint_sha256, loaded.notice) == ("", "")
    with pytest.raises(Failed, match=rf"No checkpoint of {run.id} is whole \(step-.*{SUM}\), so there is no network"):
        loaded.network()
    code, _, err = shell(capsys, "evaluate", run.id)
    assert code == 1
    assert len(err.splitlines()) == 1


def test_every_answer_carries_the_notice_and_the_shell_prints_it_on_stderr(run, capsys, tmp_path):
    from PIL import Image

    picture = tmp_path / "picture.png"
    Image.new("L", (8, 8), 100).save(picture)
    for notice in ("", "The checkpoint of epoch 2 is damaged"):
        if notice:
            flip(file(run, f"{BEST}.model.safetensors"))
        for asked in (("evaluate", run.id), ("predict", run.id, picture), ("explain", run.id, picture)):
            code, record, err = shell(capsys, *asked, "--json")
            assert code == 0
            assert record["notice"].startswith(notice)
            assert bool(record["notice"]) == ("is damaged" in err) == bool(notice)
            assert record["notice"] in err


def test_a_fallback_has_its_own_predictions(run):
    best = actions.evaluate(run.id)
    flip(file(run, f"{BEST}.model.safetensors"))
    other = actions.evaluate(run.id)
    assert other["log_loss"] != best["log_loss"]
    assert other["notice"]


# ---------------------------------------------------------------- while others write


def test_a_reader_that_comes_while_the_trainer_drops_the_best_takes_the_next_best(run, monkeypatch):
    """The best moves on between the reader's look at the folder and its look at the file."""
    real, calls = picking.manifest, []

    def manifest(folder, name):
        if not calls:
            calls.append(1)
            record = real(folder, NEWEST)
            progress = {**record["progress"], "best": {**record["progress"]["best"], "step": 60, "epoch": 3}}
            for path in folder.glob(f"{BEST}.*"):
                path.unlink()
            reseal(run, NEWEST, progress=progress)
        return real(folder, name)

    monkeypatch.setattr(picking, "manifest", manifest)
    loaded = Run(run)
    assert loaded.notice == ""
    assert loaded.checkpoint_sha256 == sha256(file(run, MODEL).read_bytes())


def test_a_run_deleted_while_it_is_asked_is_a_sentence(run):
    loaded = Run(run)
    actions.delete(run.id)
    for ask in (loaded.network, lambda: loaded.predictions("test")):
        with pytest.raises(UserError, match="was deleted or moved"):
            ask()
