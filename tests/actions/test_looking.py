"""Filters and activations on the command line and from Python: one answer, files that hold what was said."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from PIL import Image

import cnn_core
from cnn_core import actions
from cnn_core.cli import main
from cnn_core.experiment import resolve

SMALL = {"data": {"name": "digits"}, "model": {"name": "small_cnn", "options": {"width": 8, "depth": 2}}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a small convolutional run and an mlp, by the engine."""
    root = tmp_path_factory.mktemp("looked-at")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVSCOPE_LOCKS", str(tmp_path_factory.mktemp("locks")))
        runs = {
            name: actions.train(resolve({**SMALL, **more, "train": {"epochs": 1}}), root)["run"]
            for name, more in (("small", {}), ("mlp", {"model": {"name": "mlp"}}))
        }
    return root, runs


@pytest.fixture
def shell(capsys, folder):
    """Run a command on the folder: (exit code, the object of the last line on stdout or its text, stderr)."""

    def run(*arguments):
        capsys.readouterr()
        code = main([*map(str, arguments), "--runs", str(folder[0])])
        out, err = capsys.readouterr()
        return code, json.loads(out.splitlines()[-1]) if "--json" in arguments and out else out, err

    return run


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


def test_filters_say_and_write_the_weights_of_the_run(shell, folder, tmp_path):
    root, runs = folder
    npz, png = tmp_path / "filters.npz", tmp_path / "filters.png"
    code, record, _ = shell("filters", runs["small"], "--npz", npz, "--png", png, "--json")
    assert code == 0
    weights = cnn_core.load_run(runs["small"], root).model().features[0].weight.numpy()
    stored = np.load(npz)
    assert set(stored) == {"weights", "norms", "by_norm", "by_similarity"}
    assert np.array_equal(stored["weights"], weights)
    assert record["layer"] == "features.0"
    assert record["shape"] == list(weights.shape) == [8, 1, 3, 3]
    assert record["scale"] == pytest.approx(np.abs(weights).max())
    assert [one["filter"] for one in record["filters"]] == stored["by_norm"].tolist()
    assert record["notice"] == ""
    assert Image.open(png).mode == "RGB"


def test_activations_say_and_write_what_the_layer_gives(shell, folder, picture, tmp_path):
    root, runs = folder
    npz, png = tmp_path / "maps.npz", tmp_path / "maps.png"
    asked = ("activations", runs["small"], picture, "--layer", "features.4", "--npz", npz, "--png", png, "--json")
    code, record, _ = shell(*asked)
    assert code == 0
    run = cnn_core.load_run(runs["small"], root)
    cut = run.model().features[:5](run.preprocess(picture)).numpy()[0]  # a second way: the network cut off there
    stored = np.load(npz)
    assert set(stored) == {"activations", "strengths", "order", "saw"}
    assert np.array_equal(stored["activations"], cut)
    assert stored["saw"].shape == (8, 8, 1)
    assert record["shape"] == list(cut.shape)
    assert (record["min"], record["max"]) == pytest.approx((cut.min(), cut.max()))
    assert [one["channel"] for one in record["channels"]] == stored["order"].tolist()
    assert record["channels"][0]["strength"] == pytest.approx(np.abs(cut).mean((1, 2)).max())
    Image.open(png).verify()


def test_every_layer_of_both_networks_is_a_picture_and_a_file(folder):
    root, runs = folder
    seen = np.zeros((8, 8), np.uint8)
    for run in (cnn_core.load_run(one, root) for one in runs.values()):
        known = [one.name for one in actions.activations(run, seen).layers]
        assert "head" in known
        for name in known:
            found = actions.activations(run, seen, name)
            for shared in (True, False):
                Image.open(io.BytesIO(actions.sheet_png(found, shared=shared))).verify()
            assert np.array_equal(np.load(io.BytesIO(actions.npz(found)))["activations"], found.maps)


def test_without_a_layer_there_is_a_good_one(shell, folder, picture):
    _, runs = folder
    assert shell("activations", runs["small"], picture, "--json")[1]["layer"] == "features.3"
    assert shell("activations", runs["mlp"], picture, "--json")[1]["layer"] == "hidden.1"


def test_people_get_tables(shell, folder, picture):
    _, runs = folder
    code, out, _ = shell("filters", runs["small"], "--layer", "features.4")
    assert code == 0
    assert "16 filters of 8 × 3 × 3 weights" in out
    assert "layers: features.0, features.4" in out
    code, out, _ = shell("activations", runs["small"], picture, "--layer", "features.4")
    assert code == 0
    assert "16 maps of 4 × 4" in out
    code, out, _ = shell("activations", runs["mlp"], picture)
    assert "128 values" in out
    assert "108 more" in out


def test_what_cannot_be_shown_is_one_sentence(shell, folder, picture, tmp_path):
    _, runs = folder
    assert 'did you mean "features.0"' in fails(shell, "filters", runs["small"], "--layer", "features.00")
    assert "is not known" in fails(shell, "filters", runs["small"], "--layer", "head")
    assert 'did you mean "features.4"' in fails(shell, "activations", runs["small"], picture, "--layer", "feature.4")
    said = fails(shell, "filters", runs["mlp"])
    assert "no convolution" in said
    assert "hidden" in said
    assert "none.png" in fails(shell, "activations", runs["small"], tmp_path / "none.png")
    assert "cannot be written" in fails(shell, "filters", runs["small"], "--png", tmp_path / "no" / "x.png", code=1)
