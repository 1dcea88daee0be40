"""A network that was trained elsewhere, on every page: one click to it, and what each page can do with it."""

from __future__ import annotations

import shutil

import pytest

from cnn_core import actions
from cnn_core.base.settings import runs_folder
from cnn_core.runs.run import find_run

PHOTO = "explain.photo"


def said(at):
    """Everything that a page says."""
    kinds = (at.title, at.header, at.subheader, at.markdown, at.caption, at.error, at.warning, at.info)
    return "\n".join(str(one.value) for kind in kinds for one in kind)


@pytest.fixture
def run(pretrained_run):
    """The id of a pre-trained run in this test's own folder."""
    shutil.copytree(pretrained_run, runs_folder() / pretrained_run.name)
    return pretrained_run.name


def button(at, key):
    return next((one for one in at.button if one.key == key), None)


def test_explain_without_any_run_leads_to_one_in_a_click(visit, launched):
    at = visit("explain")
    button(at, "explain.world").click().run()
    assert not at.exception
    (made,) = launched
    record = actions.show(made)
    assert (record["model"], record["origin"], record["status"]) == ("squeezenet1_1", "torchvision", "queued")
    assert made in str(at.query_params["run"])
    assert "Queued" in said(at)
    at = visit("explain", run=made)
    assert "It has not begun yet" in said(at)
    assert "as soon as they are here" in said(at)


def test_a_second_click_takes_the_one_that_is_on_its_way_or_there(visit, launched, run):
    from pages.parts import world

    assert world.ready(actions.show(run))
    at = visit("watch", run=run)
    button(at, "watch.explain").click().run()
    assert "picture" not in at.query_params
    assert "Or try one of these" in said(at)
    assert launched == []


def test_explain_takes_a_photo_and_offers_no_test_pictures(visit, run, photos):
    from pages.parts.choose_picture import Source

    at = visit("explain", run=run, picture="test-3")
    assert not at.error
    assert not at.warning
    assert "picture" not in at.query_params
    data = (photos / "cat.jpg").read_bytes()
    at.session_state[PHOTO] = Source("cat", "cat.jpg", data, "Your photo", private=True)
    at.run()
    assert not at.exception
    assert "Egyptian cat, 45.6%" in said(at)
    assert "1,000 classes" in said(at)
    assert "What decided" in said(at)


def test_features_show_its_filters_and_maps_of_an_example(visit, run):
    at = visit("features", run=run)
    assert not at.error
    assert "features" in said(at).lower()


def test_watch_says_what_it_is_and_leads_on(visit, run):
    at = visit("watch", run=run)
    text = said(at)
    assert "**squeezenet1\\_1** was trained on ImageNet by others" in text
    assert "which is not the file that torchvision publishes" in text
    assert button(at, "watch.longer") is None
    assert not at.error


def test_evaluate_says_that_there_is_nothing_to_count(visit, run):
    at = visit("evaluate", run=run)
    assert "Nothing to count here" in said(at)
    assert not at.error
    assert button(at, "evaluate.explain") is not None


def test_the_list_of_runs_home_train_and_data_stand(visit, run):
    for page in ("runs", "home", "train", "data"):
        at = visit(page, run=run)
        assert not at.error, page
    at = visit("runs", run=run)
    assert not button(at, "runs.explain").disabled
    assert button(visit("train", run=run), "train.use") is None


@pytest.mark.parametrize("page", ["watch", "explain", "evaluate", "features"])
def test_while_it_is_fetched_and_after_that_failed_every_page_stands(visit, run, page):
    job = find_run(run, runs_folder())
    shutil.rmtree(job.checkpoints)
    says = "The weights of squeezenet1_1 could not be downloaded: it was cut off. Try again later."
    with job.lock():
        job.update(status="running", bytes=2_000_000, total=4_900_000)
        at = visit(page, run=run)
        expected = "Fetching its weights, 2.0 of 4.9 MB" if page == "watch" else "Its weights are not here yet"
        assert expected in said(at)
        assert not at.error
        job.update(status="failed", reason="error", message=says)
    at = visit(page, run=run)
    assert any("could not be downloaded" in one.value for one in at.error)
    again = next(one for one in at.button if one.label == "Resume")
    again.click().run()
    assert not at.exception
    assert actions.show(run)["status"] == "queued"


def test_one_that_was_stopped_can_be_resumed(visit, run):
    job = find_run(run, runs_folder())
    shutil.rmtree(job.checkpoints)
    with job.lock():
        job.update(status="stopped", reason="asked", message="Cancelled; nothing of the weights was kept.")
    assert "It was stopped before its weights were here" in said(visit("explain", run=run))
    assert "Cancelled" in said(visit("watch", run=run))
