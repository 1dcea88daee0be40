"""A network that knows the world: a run of it, what it says of photographs, and everything that may go wrong."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision import models

from cnn_core import actions, cli
from cnn_core.actions import bringing as verbs
from cnn_core.base.errors import Failed, UserError
from cnn_core.base.settings import runs_folder
from cnn_core.experiment import Pretrained
from cnn_core.runs.run import find_run
from cnn_core.training import bringing
from tests.data.origin import serving

NAME = "squeezenet1_1"
ABOUT = verbs.published(NAME)


@pytest.fixture
def run(pretrained_run):
    return actions.load_run(pretrained_run)


@pytest.fixture
def made(tmp_path):
    """A file of random weights of the right form."""
    torch.manual_seed(0)
    path = tmp_path / f"{NAME}-mine.pth"
    torch.save(models.squeezenet1_1().state_dict(), path)
    return path


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("CONVSCOPE_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


# The cat


@pytest.mark.parametrize(
    ("photo", "top"),
    {  # as the weights' own README has them
        "cat": ["Egyptian cat", "tiger cat", "tabby", "cheetah", "lynx"],
        "coffee": ["espresso", "consomme", "soup bowl", "Crock Pot", "coffee mug"],
        "palace": ["stupa", "dome", "palace", "bell cote", "boathouse"],
    }.items(),
)
def test_photographs_are_what_they_are(run, photos, photo, top):
    answer = actions.predict(run, [photos / f"{photo}.jpg"])["results"][0]
    assert [one["class"] for one in answer["top"]] == top


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_map_peaks_in_the_half_in_which_the_cat_was_pasted(run, photos, side):
    cat = Image.open(photos / "cat.jpg").resize((224, 224))
    plain = Image.new("RGB", (448, 448), (128, 128, 128))
    plain.paste(cat, (0 if side == "left" else 224, 112))
    found = actions.explain(run, plain, target="Egyptian cat")
    peak = np.unravel_index(found.heat.argmax(), found.heat.shape)[1]
    assert found.has_evidence
    assert (peak < found.shape[1] / 2) == (side == "left")


def test_a_picture_is_seen_as_torchvision_prepares_it(run, photos):
    theirs = models.SqueezeNet1_1_Weights.IMAGENET1K_V1.transforms()
    for path in sorted(photos.glob("*.jpg")):
        with Image.open(path) as opened:
            picture = opened.convert("RGB")
        seen = run.preprocess(picture)[0]
        assert torch.allclose(seen, theirs(picture), atol=2e-6), path.name


def test_the_network_has_exactly_the_weights_of_the_file(run, squeezenet):
    stored = torch.load(squeezenet, weights_only=True)
    state = run.model().state_dict()
    assert set(state) == set(stored)
    assert all(torch.equal(state[key], stored[key]) for key in stored)


# The run


def test_it_is_a_finished_run_as_any_other(run, pretrained_run, squeezenet):
    record = actions.show(pretrained_run.name, pretrained_run.parent)
    assert (record["status"], record["reason"], record["origin"]) == ("done", "", "torchvision")
    assert (record["label"], record["parameters"]) == ("ImageNet · squeezenet1_1", 1_235_496)
    assert "is not the file that torchvision publishes" in record["message"]
    assert isinstance(run.experiment, Pretrained)
    assert (run.experiment.data, run.experiment.train) == (None, None)
    assert run.classes == ABOUT.classes
    stored = json.loads((pretrained_run / "environment.json").read_text())["weights"]
    assert stored["sha256"] == hashlib.sha256(squeezenet.read_bytes()).hexdigest()
    assert actions.doctor(pretrained_run.parent)["findings"] == []
    assert actions.live(pretrained_run.name, pretrained_run.parent).progress == 1.0
    assert [one["run"] for one in actions.runs(pretrained_run.parent)] == [pretrained_run.name]


def test_in_a_terminal_its_classes_are_counted_and_json_names_them(pretrained_run, capsys):
    assert cli.main(["show", str(pretrained_run)]) == 0
    said = capsys.readouterr().out
    assert "1,000 names" in said
    assert "tench" not in said
    assert cli.main(["show", str(pretrained_run), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["experiment"]["origin"]["classes"][0] == "tench"


@pytest.mark.parametrize("split", ["test", "val", "train"])
def test_what_needs_pictures_of_its_own_says_that_it_has_none(run, split):
    with pytest.raises(
        UserError, match=r"has no data of its own, so there is nothing to evaluate; predict and explain"
    ):
        actions.evaluate(run, split)
    with pytest.raises(UserError, match="has no data of its own, so it has no pictures to show"):
        actions.pictures(run, split, [0])
    with pytest.raises(UserError, match="has no data of its own"):
        run.data()


def test_its_settings_cannot_be_trained_and_the_sentence_says_so(pretrained_run, tmp_path, capsys):
    copy = tmp_path / "settings.json"
    shutil.copy(pretrained_run / "experiment.json", copy)
    assert cli.main(["train", "--experiment", str(copy)]) == 2
    assert "is of a pre-trained network: it has no data to train on" in capsys.readouterr().err


def test_a_lost_state_is_made_again_by_the_doctor(made, data):
    record = actions.pretrained(NAME, made)
    run = find_run(record["run"], runs_folder())
    run.state_path.unlink()
    assert actions.doctor(mend=True)["sound"]
    again = actions.show(record["run"])
    assert (again["status"], again["origin"], again["reason"]) == ("done", "torchvision", "mended")
    actions.predict(record["run"], [np.zeros((64, 64, 3), np.uint8)])


def test_a_lost_preprocessing_is_a_sentence(made, data):
    record = actions.pretrained(NAME, made)
    (find_run(record["run"], runs_folder()).folder / "preprocessing.json").unlink()
    found = actions.doctor(mend=True)
    assert not found["sound"]
    assert "its preprocessing cannot be fitted again" in found["findings"][0]["hindrance"]


# From the data folder, a file, the network


def test_the_command_says_run_path_and_status(made, data, capsys):
    assert cli.main(["pretrained", NAME, "--weights", str(made), "--json"]) == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert set(said) >= {"run", "path", "status"}
    assert said["status"] == "done"
    assert (runs_folder() / said["run"] / "state.json").is_file()
    assert cli.main(["resume", said["run"]]) == 0  # a finished one stays as it is


def test_the_published_file_goes_before_another_one_and_both_before_the_network(made, data):
    (data / "weights").mkdir(parents=True)
    shutil.copy(made, data / "weights")
    assert bringing.at_hand(ABOUT).name == made.name
    assert next(one for one in actions.networks() if one["network"] == NAME)["here"]
    assert "squeezenet1_1-mine.pth" in actions.pretrained(NAME)["message"]
    shutil.copy(made, data / "weights" / ABOUT.file)
    assert bringing.at_hand(ABOUT).name == ABOUT.file
    assert ABOUT.file in actions.pretrained(NAME)["message"]  # its SHA-256 does not begin as its name says


def test_what_is_offered_first_comes_first():
    rows = actions.networks()
    assert [one["network"] for one in rows[:3]] == ["squeezenet1_1", "resnet18", "mobilenet_v3_large"]
    assert len({one["network"] for one in rows}) == len(rows) >= 80


SPOILT = {
    "nan": "cannot be used: features.3.squeeze.weight holds numbers that are not finite",
    "shape": "features.0.weight is float32 (64, 3, 3, 2), but the network has float32 (64, 3, 3, 3)",
    "more": "does not hold weights of squeezenet1_1: the network has no zzz",
    "another": "does not hold weights of squeezenet1_1: the network has no classifier.0.bias",
    "pickle": "it is a pickle that holds more than numbers",
}


@pytest.mark.parametrize(("spoil", "says"), SPOILT.items(), ids=SPOILT)
def test_a_file_that_is_not_of_the_network_is_refused_before_anything_is_written(made, data, spoil, says, capsys):
    state = torch.load(made, weights_only=True)
    if spoil == "nan":
        state["features.3.squeeze.weight"][0] = float("nan")
    elif spoil == "shape":
        state["features.0.weight"] = state["features.0.weight"][..., :2].clone()
    elif spoil == "more":
        state["zzz"] = torch.ones(1)
    elif spoil == "another":
        state = models.mobilenet_v3_small().state_dict()
    torch.save(models.squeezenet1_1() if spoil == "pickle" else state, made)
    for arguments in (["--weights", str(made)], ["--weights", str(made), "--background"]):
        assert cli.main(["pretrained", NAME, *arguments]) == 1
        said = capsys.readouterr().err
        assert says in said
        assert said.count("\n") == 1
    assert actions.runs() == []


def test_a_file_that_is_not_there_and_a_network_that_is_too_large_are_wrong_input(data, capsys):
    assert cli.main(["pretrained", NAME, "--weights", "nowhere.pth"]) == 2
    assert "--weights: there is no file" in capsys.readouterr().err
    assert cli.main(["pretrained", "vit_h_14"]) == 2
    assert "more than 633,470,440 parameters" in capsys.readouterr().err
    assert cli.main(["pretrained", "squeezenet"]) == 2
    assert "did you mean" in capsys.readouterr().err
    assert actions.runs() == []


@pytest.fixture
def origin(made, data, tmp_path, monkeypatch):
    """torchvision's server, here; gives a function that says how it answers."""
    (tmp_path / "origin").mkdir()
    shutil.copy(made, tmp_path / "origin" / ABOUT.file)
    digest = hashlib.sha256(made.read_bytes()).hexdigest()
    with serving(tmp_path / "origin") as served:

        def way(how, sha256=digest[:8]):
            about = replace(ABOUT, url=f"{served.address}/{how}/{ABOUT.file}", sha256=sha256)
            monkeypatch.setattr(bringing, "published", lambda *_: about)

        yield way


def test_weights_that_are_not_there_are_fetched_once_and_kept(origin, data, monkeypatch):
    origin("ok")
    events = []
    record = actions.pretrained(NAME, show=events.append)
    assert (record["status"], record["message"]) == ("done", "")
    assert [path.name for path in (data / "weights").iterdir()] == [ABOUT.file]
    assert any(one["kind"] == "fetching" for one in events)
    origin("none")
    assert actions.pretrained(NAME)["status"] == "done"


@pytest.mark.parametrize(
    ("way", "sha256", "says"),
    [
        ("cut", None, "it was cut off after"),
        ("none", None, "answers 404 (Not Found)"),
        ("ok", "00000000", "is not the published file (its SHA-256 is another)"),
        ("ok", "", "is not the published file"),
    ],
)
def test_a_download_that_fails_is_a_sentence_with_another_way_and_leaves_nothing(origin, data, way, sha256, says):
    origin(way) if sha256 is None else origin(way, sha256)
    record = actions.pretrained(NAME)
    assert (record["status"], record["reason"]) == ("failed", "error")
    assert says in record["message"]
    assert f"Or fetch {ABOUT.file} elsewhere" in record["message"]
    assert list((data / "weights").iterdir()) == []
    with pytest.raises(Failed, match="No epoch has ended yet"):
        actions.predict(record["run"], [np.zeros((64, 64, 3), np.uint8)])
    origin("ok")
    assert actions.resume(record["run"])["status"] == "done"


def test_without_a_network_or_room_it_says_so(data, monkeypatch):
    monkeypatch.setattr(bringing, "published", lambda *_: replace(ABOUT, url="http://127.0.0.1:9/w.pth"))
    assert "cannot be reached (Connection refused)" in actions.pretrained(NAME)["message"]
    monkeypatch.setattr(bringing.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 0))
    assert "There is no room for the weights of squeezenet1_1" in actions.pretrained(NAME)["message"]
    monkeypatch.undo()


def test_a_stop_while_it_is_fetched_is_heard_and_resume_fetches_anew(origin, data):
    origin("half")
    record = actions.pretrained(NAME, show=_ask_to_stop)
    assert (record["status"], record["reason"]) == ("stopped", "asked")
    assert "Cancelled; nothing of the weights was kept" in record["message"]
    assert 0 < record["bytes"] < record["total"]
    assert list((data / "weights").iterdir()) == []
    origin("ok")
    assert actions.resume(record["run"])["status"] == "done"


def _ask_to_stop(event):
    if event["kind"] == "fetching":
        actions.ask_stop(actions.runs()[0]["run"])


def test_in_the_background_a_worker_makes_it_beside_a_training(made, data):
    (data / "weights").mkdir(parents=True)
    shutil.copy(made, data / "weights" / made.name)
    run = actions.start_pretrained(NAME)
    folder = find_run(run, runs_folder())
    assert folder.stored()["lane"] == "network"
    until = time.monotonic() + 90
    while (record := actions.show(run))["status"] in ("queued", "running"):
        assert time.monotonic() < until
        time.sleep(0.1)
    assert record["status"] == "done", record
    actions.predict(run, [np.zeros((64, 64, 3), np.uint8)])
