"""The command line as scripts rely on it: keys, exit codes, one sentence for each fault."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import cnn_core
from cnn_core import actions
from cnn_core.base.locks import Lock
from cnn_core.base.settings import locks_folder, runs_folder
from cnn_core.cli import main
from cnn_core.pictures.drawing import drawing_of, drawing_text
from tests.pictures.strokes import SEVEN, strokes

SMALL = ("--dataset", "digits", "--model", "small_cnn", "--set", "model.width=8", "--set", "model.depth=2")


@pytest.fixture
def shell(capsys):
    """Run a command line in this process: (exit code, the object of the last line on stdout or its text, stderr)."""

    def run(*arguments):
        capsys.readouterr()
        code = main([str(one) for one in arguments])
        out, err = capsys.readouterr()
        return code, json.loads(out.splitlines()[-1]) if "--json" in arguments and out else out, err

    return run


@pytest.fixture
def trained(shell):
    code, record, _ = shell("train", *SMALL, "--epochs", 2, "--json")
    assert code == 0
    return record


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "picture.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 30, 3), dtype=np.uint8)).save(path)
    return path


def fails(shell, *arguments, code=2):
    got, out, err = shell(*arguments)
    assert got == code, (got, out, err)
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) == 1
    return err.strip()


def test_train_prints_its_record_on_the_last_line_and_the_rest_on_stderr(trained):
    assert trained["status"] == "done"
    assert trained["epochs"] == 2
    assert trained["best_epoch"] in (1, 2)
    assert trained["run"] in trained["path"]
    for key in ("val_accuracy", "test_accuracy"):
        assert 0 <= trained[key] <= 1
    assert trained["images_per_second"] == pytest.approx(2 * 1257 / trained["seconds"], rel=0.01)


def test_flags_and_then_settings_override_an_experiment(shell, trained, tmp_path):
    file = tmp_path / "experiment.json"
    file.write_bytes((runs_folder() / trained["run"] / "experiment.json").read_bytes())
    code, again, _ = shell("train", "--experiment", file, "--json")
    assert code == 0
    assert (again["test_accuracy"], again["val_accuracy"]) == (trained["test_accuracy"], trained["val_accuracy"])
    flags = ("--epochs", 1, "--seed", 3, "--set", "train.seed=5")
    code, other, _ = shell("train", "--experiment", file, *flags, "--json")
    _, shown, _ = shell("show", other["run"], "--json")
    assert (shown["experiment"]["train"]["epochs"], shown["experiment"]["train"]["seed"]) == (1, 5)


def test_runs_show_stop_resume_delete(shell, trained):
    run = trained["run"]
    _, listed, _ = shell("runs", "--json")
    assert [one["run"] for one in listed["runs"]] == [run]
    _, shown, _ = shell("show", run[:16], "--json")
    assert shown["experiment"]["data"]["name"] == "digits"
    assert shell("stop", run, "--json")[1] == {"run": run, "status": "done", "reason": "", "message": ""}
    code, resumed, _ = shell("resume", run, "--json")
    assert (code, resumed) == (0, trained)
    assert shell("delete", run, "--json")[1] == {"run": run, "status": "deleted"}
    assert shell("runs", "--json")[1] == {"runs": []}
    assert (runs_folder() / ".trash" / run / "state.json").is_file()


def test_a_run_in_the_background_is_in_the_queue_at_once_and_says_for_whom_it_waits(shell):
    with Lock(locks_folder() / "cpu.lock", shared=True) as device:
        assert device.acquire("somebody-else")
        first = shell("train", *SMALL, "--background", "--json")[1]
        second = shell("train", *SMALL, "--background", "--json")[1]
        assert (first["status"], second["status"], second["ahead"]) == ("queued", "queued", 1)
        assert second["waiting_for"] == first["run"]
        _, out, _ = shell("runs")
        assert f"queued, 1 goes first; it waits for {first['run']}" in out
        for one in (second, first):
            assert shell("stop", one["run"], "--json")[1]["status"] == "stopped"
        assert shell("resume", second["run"], "--background", "--json")[1]["status"] == "queued"
        shell("stop", second["run"])


def test_a_folder_names_a_run_and_another_runs_folder_may_be_given(shell, trained, tmp_path):
    code, _, _ = shell("show", trained["path"], "--runs", tmp_path / "elsewhere", "--json")
    assert code == 0
    assert shell("runs", "--runs", tmp_path / "elsewhere", "--json")[1] == {"runs": []}


def test_evaluate_agrees_with_the_stored_logits(shell, trained):
    code, report, _ = shell("evaluate", trained["run"], "--json")
    assert code == 0
    stored = cnn_core.load_run(trained["run"]).predictions("test")
    matrix = np.array(report["confusion_matrix"])
    right = int((stored.logits.argmax(1) == stored.targets).sum())
    assert (report["n"], matrix.sum(), np.trace(matrix)) == (360, 360, right)
    assert report["accuracy"] == right / 360 == trained["test_accuracy"]
    assert set(report["per_class"][0]) == {"class", "precision", "recall", "f1", "support", "auc"}
    for key in ("balanced_accuracy", "macro_f1", "auc_macro", "log_loss"):
        assert isinstance(report[key], float)


def test_one_bad_picture_never_spoils_the_others(shell, trained, picture, tmp_path):
    bad = tmp_path / "bad.png"
    bad.write_bytes(picture.read_bytes()[:100])
    code, answer, _ = shell("predict", trained["run"], bad, picture, tmp_path / "none.png", "--top", 3, "--json")
    assert code == 1
    first, second, third = answer["results"]
    assert (first["image"], second["image"]) == (str(bad), str(picture))
    assert "error" in first
    assert "error" in third
    chances = [one["probability"] for one in second["top"]]
    assert len(chances) == 3
    assert chances == sorted(chances, reverse=True)
    assert shell("predict", trained["run"], picture)[0] == 0


def test_explain_writes_a_map_in_pixels_of_the_networks_input(shell, trained, picture, tmp_path):
    npy, png = tmp_path / "map.npy", tmp_path / "overlay.png"
    asked = ("explain", trained["run"], picture, "--target", "3", "--npy", npy, "--overlay", png, "--json")
    code, record, _ = shell(*asked)
    assert code == 0
    heat = np.load(npy)
    assert heat.dtype == np.float32
    assert list(heat.shape) == record["shape"] == [8, 8]
    assert record["grid"] == [4, 4]
    assert (record["target"], record["target_index"], record["method"]) == ("3", 3, "grad_cam")
    assert record["has_evidence"] == bool(heat.max() > 0)
    assert heat.min() >= 0
    width, height = Image.open(png).size  # enlarged by whole pixels, so that it can be looked at
    assert width == height
    assert width % 8 == 0
    explained = cnn_core.explain(trained["run"], picture, target="3")
    assert np.array_equal(explained.heat, heat)
    assert explained.probability == pytest.approx(record["probability"])


def test_a_diverged_run_exits_with_1_and_prints_its_record_all_the_same(shell):
    code, record, err = shell("train", *SMALL, "--lr", "1e9", "--epochs", 2, "--json")
    assert (code, record["status"], record["reason"]) == (1, "failed", "diverged")
    assert "learning rate" in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("train", "--dataset", "digits"), "--model is missing"),
        (("train", "--dataset", "digts", "--model", "mlp"), 'did you mean "digits"'),
        (("train", *SMALL, "--epochs", "0"), 'train.epochs is "0"'),
        (("train", *SMALL, "--epochs", "abc"), 'train.epochs is "abc"'),
        (("train", *SMALL, "--lr", "0"), 'train.lr is "0"'),
        (("train", *SMALL, "--batch-size", "4000"), "1,257 training pictures"),
        (("train", *SMALL, "--device", "cuda:9"), "train.device"),
        (("train", "--experiment", "/nowhere/x.json"), "--experiment"),
        (("train", *SMALL, "--frob"), "--frob"),
        (("list", "modles"), 'did you mean "models"'),
        (("frobnicate",), "frobnicate"),
        (("show",), "RUN"),
        (("show", "20200101"), "20200101"),
        (("show", "../../etc"), "../../etc"),
        (("evaluate", ""), "does not exist"),
        (("anatomy", "lenet5", "--input", "28x28"), "CxHxW"),
        (("anatomy", "lenet5", "--input", "1x28x28", "--classes", "none"), "--classes"),
        (("anatomy", "resnet_cifar", "--input", "3x32x32", "--set", "model.depth=21"), "depth"),
        (("anatomy", "resnet_cifar", "--input", "3x32x32", "--set", "depth=20"), "model.field=value"),
        (("data", "mnistt"), 'did you mean "mnist"'),
    ],
)
def test_wrong_input_is_one_sentence_and_exit_code_2(shell, arguments, says):
    assert says in fails(shell, *arguments)


def test_wrong_questions_to_a_run_are_one_sentence_too(shell, trained, picture, tmp_path):
    run = trained["run"]
    text = tmp_path / "text.png"
    text.write_text("not a picture")
    assert "split" in fails(shell, "evaluate", run, "--split", "tset")
    assert "text.png" in fails(shell, "explain", run, text)
    assert "features." in fails(shell, "explain", run, picture, "--layer", "features.99")
    assert "eleven" in fails(shell, "explain", run, picture, "--target", "eleven")
    assert "grad_cam" in fails(shell, "explain", run, picture, "--method", "gradcam")
    assert "--top" in fails(shell, "predict", run, picture, "--top", "0")
    assert "cannot be written" in fails(shell, "explain", run, picture, "--npy", tmp_path / "no" / "x.npy", code=1)


def test_a_run_without_an_ended_epoch_says_so(shell, trained):
    for path in (runs_folder() / trained["run"] / "checkpoints").iterdir():
        path.unlink()
    for path in (runs_folder() / trained["run"] / "predictions").iterdir():
        path.unlink()
    assert "No epoch has ended" in fails(shell, "evaluate", trained["run"], code=1)


def test_explain_against_a_second_class_gives_both_maps_and_says_how_they_differ(shell, trained, tmp_path):
    npy, png = tmp_path / "both.npy", tmp_path / "both.png"
    asked = ("explain", trained["run"], "test-3", "--target", "3", "--against", "9")
    code, record, _ = shell(*asked, "--npy", npy, "--overlay", png, "--json")
    assert code == 0
    assert (record["target"], record["against"]["target"]) == ("3", "9")
    for number, name in enumerate(("3", "9")):
        alone = cnn_core.explain(trained["run"], "test-3", target=name)
        np.testing.assert_array_equal(np.load(npy)[number], alone.heat)
    with Image.open(png) as both:
        assert both.width > 1.9 * both.height
    code, said, _ = shell(*asked)
    assert record["against"]["words"] in said.replace("\n", " ")
    assert "another class" in fails(shell, *asked[:-1], "3")
    assert "second class" not in fails(shell, *asked[:-1], "eleven")


def test_a_picture_is_named_as_in_the_address_of_a_page_unless_there_is_such_a_file(
    shell, trained, picture, tmp_path, monkeypatch
):
    seen, _ = actions.pictures(actions.load_run(trained["run"]), "test", [12])
    drawing = f"drawn-{drawing_text(drawing_of(strokes(SEVEN)))}"
    drawn = actions.drawn(actions.load_run(trained["run"]), drawing_of(strokes(SEVEN)))
    code, record, _ = shell("predict", trained["run"], "test-12", drawing, "--json")
    assert code == 0
    assert [one["image"] for one in record["results"]] == ["test-12", drawing]
    answers = actions.predict(trained["run"], [seen[0], drawn])["results"]
    assert [one["top"] for one in record["results"]] == [one["top"] for one in answers]
    assert shell("activations", trained["run"], "test-12", "--json")[0] == 0
    assert "pictures 0 to 359" in fails(shell, "explain", trained["run"], "test-360")
    assert "drawing could not be read" in fails(shell, "explain", trained["run"], "drawn-A")
    there = tmp_path / "test-12"
    there.write_bytes(picture.read_bytes())
    monkeypatch.chdir(tmp_path)
    _, record, _ = shell("predict", trained["run"], "test-12", "--json")
    assert record["results"][0]["top"] == actions.predict(trained["run"], [picture])["results"][0]["top"]


def test_an_mlp_has_no_convolution_to_explain_and_says_so(shell, picture):
    _, record, _ = shell("train", "--dataset", "digits", "--model", "mlp", "--epochs", 1, "--json")
    assert "convolution" in fails(shell, "explain", record["run"], picture)
    assert shell("predict", record["run"], picture)[0] == 0


def test_people_get_tables(shell, trained, picture):
    for arguments in (
        ("list",),
        ("data", "digits"),
        ("anatomy", "small_cnn", "--input", "1x8x8"),
        ("runs",),
        ("show", trained["run"]),
        ("evaluate", trained["run"]),
        ("predict", trained["run"], picture),
        ("explain", trained["run"], picture),
    ):
        code, out, _ = shell(*arguments)
        assert code == 0
        assert out.strip()


def test_a_fault_of_ours_is_one_sentence_and_exit_code_1(shell, monkeypatch):
    monkeypatch.setattr("cnn_core.show.listing", lambda *_: 1 / 0)
    assert "ZeroDivisionError" in fails(shell, "list", code=1)


def test_ctrl_c_keeps_a_checkpoint_says_how_to_resume_and_exits_with_130():
    command = [sys.executable, "-m", "cnn_core", "train", *SMALL, "--epochs", "400", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ)
    first = next(line for line in process.stderr if line.startswith("epoch 1.00"))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    record = json.loads(out.splitlines()[-1])
    assert first
    assert process.returncode == 130
    assert (record["status"], record["reason"]) == ("stopped", "asked")
    assert record["best_epoch"] is not None
    assert f"resume {record['run']}" in err
    assert "Traceback" not in err
