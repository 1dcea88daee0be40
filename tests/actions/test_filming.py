"""What is asked of a network for films: after each frame, of an animation, and what it says it cannot do."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from cnn_core import actions
from cnn_core.base.errors import UserError
from cnn_core.base.settings import runs_folder
from cnn_core.experiment import resolve
from cnn_core.pictures.opener import MAX_FRAMES

SMALL = {
    "data": {"name": "moving_shapes", "options": {"count": 160, "size": 8, "frames": 4}},
    "model": {"name": "cnn_rnn", "options": {"width": 2, "features": 8, "hidden": 8}},
    "train": {"epochs": 1},
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVSCOPE_LOCKS", str(tmp_path_factory.mktemp("locks")))
        folder = tmp_path_factory.mktemp("runs")
        return actions.load_run(str(actions.train(resolve(SMALL), folder)["run"]), folder)


def animation(path, film):
    """A film uint8 (H, W, T) as an animation that keeps its pixels."""
    frames = [Image.fromarray(film[..., number]).convert("RGB") for number in range(film.shape[2])]
    frames[0].save(path, save_all=True, append_images=frames[1:], lossless=True)
    return str(path)


def test_a_film_network_trains_is_stored_and_evaluated_like_any_other(run):
    record = run.record()
    assert (record["status"], record["task"]) == ("done", "sequences")
    assert run.predictions("test").logits.shape == (32, 8)
    assert actions.evaluate(run)["n"] == 32


def test_what_is_said_after_a_frame_is_what_is_said_of_a_film_that_ends_there(run):
    film = run.data().splits["test"].pictures[3]
    found = actions.film(run, "test-3")
    assert (found.frames, found.chances.shape, found.saw.shape) == (4, (4, 8), (8, 8, 4))
    assert np.array_equal(found.saw, film)
    for count in (1, 2, 4):
        assert actions.film(run, film[..., :count].copy()).chances[-1] == pytest.approx(found.chances[count - 1])
    assert found.said == actions.predict(run, ["test-3"])["results"][0]["top"][0]["class"]


def test_backwards_is_the_film_from_its_end(run):
    film = run.data().splits["test"].pictures[0]
    found = actions.film(run, "test-0", backwards=True)
    assert np.array_equal(found.saw, film[..., ::-1])
    assert found.chances == pytest.approx(actions.film(run, film[..., ::-1].copy()).chances)


def test_it_is_sure_after_the_frame_from_which_its_answer_stays():
    chances = np.eye(3)[[0, 1, 2, 1, 1]]
    found = actions.Watched(np.zeros((1, 1, 5), np.uint8), 5, chances, ("a", "b", "c"), "")
    assert (found.said, found.sure_after) == ("b", 4)


def test_an_animation_of_any_length_is_a_film(run, tmp_path):
    film = run.data().splits["test"].pictures[5]
    path = animation(tmp_path / "film.webp", np.concatenate([film, film], axis=2))
    assert actions.film(run, path).frames == 8
    answer = actions.predict(run, [path, "test-5"])["results"]
    assert [len(one["top"]) for one in answer] == [5, 5]


def test_what_is_no_film_is_refused_in_a_sentence(run, tmp_path):
    still, long = tmp_path / "still.png", tmp_path / "long.webp"
    Image.new("L", (8, 8)).save(still)
    noise = np.random.default_rng(0).integers(0, 256, (8, 8, MAX_FRAMES + 1), np.uint8)
    cases = {
        str(still): "it is one picture, not a film",
        animation(long, noise): f"it has more than {MAX_FRAMES} frames",
        str(tmp_path / "none.gif"): "there is no such file",
    }
    for path, sentence in cases.items():
        assert sentence in actions.predict(run, [path])["results"][0]["error"]
    with pytest.raises(UserError, match="This network takes films: give an animation"):
        actions.film(run, Image.new("L", (8, 8)))
    with pytest.raises(UserError, match=r"A film must be uint8 \(H, W, frames x 1\), not float64"):
        actions.film(run, np.zeros((8, 8, 4)))


def test_what_is_of_single_pictures_only_says_so(run):
    for ask in (actions.explain, actions.activations):
        with pytest.raises(UserError, match="This network takes films, and "):
            ask(run, "test-0")


def test_filters_over_time_are_no_pictures_and_those_of_frames_are(run):
    settings = {**SMALL, "model": {"name": "conv3d", "options": {"width": 2}}}
    over_time = str(actions.train(resolve(settings), runs_folder())["run"])
    with pytest.raises(UserError, match="reach over time as well as over a frame"):
        actions.filters(over_time)
    assert actions.filters(run).layer == "encoder.layers.0"


@pytest.mark.parametrize(
    ("sets", "sentence"),
    [
        (["data=digits"], "data digits cannot be used for the task sequences: it holds pictures, not films"),
        (["model=small_cnn", "task=classification"], "cannot be used for the task classification: it holds films"),
        (["augmentation=flip"], "flip mirrors films"),
    ],
)
def test_what_does_not_suit_films_is_refused(sets, sentence):
    with pytest.raises(UserError, match=sentence):
        resolve({"data": "moving_shapes", "model": "cnn_rnn"}, sets)


def test_a_network_for_pictures_watches_no_film():
    run = str(actions.train(resolve({"data": "digits", "model": "mlp", "train": {"epochs": 1}}), runs_folder())["run"])
    with pytest.raises(UserError, match="takes pictures, not films"):
        actions.film(run, "test-0")


def test_the_numbers_of_a_set_of_films_are_those_of_its_frames():
    found = actions.data("moving_shapes", {"count": 160})
    assert (found["shape"], found["frames"], len(found["mean"])) == ([6, 16, 16], 6, 1)
