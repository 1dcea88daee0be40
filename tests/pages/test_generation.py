"""Pages of a run that draws: set up, watched, measured against its judge, and where there is nothing to ask it."""

from __future__ import annotations

import pytest

from cnn_core import actions
from cnn_core.experiment import resolve
from cnn_core.training import judging
from tests.pages.states import begun, buttons, texts

TINY = {
    "data": {"name": "digits", "options": {"train_pictures": 320, "val_pictures": 20}},
    "model": {"name": "dcgan", "options": {"width": 4, "latent": 8}},
    "train": {"epochs": 2, "validations": 2},
}


@pytest.fixture(scope="module")
def drawing(tmp_path_factory):
    """A folder with one run that draws."""
    folder = tmp_path_factory.mktemp("drawing")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVSCOPE_LOCKS", str(tmp_path_factory.mktemp("locks")))
        run = actions.train(resolve(TINY), folder)["run"]
    return folder, str(run)


@pytest.fixture
def run(drawing, monkeypatch):
    monkeypatch.setenv("CONVSCOPE_RUNS", str(drawing[0]))
    return drawing[1]


def test_watch_shows_what_it_drew_and_both_losses(run, visit):
    at = visit("watch", run=run)
    assert not at.exception
    assert {"What it draws", "What the discriminator says", "Both losses"} <= {one.value for one in at.subheader}
    assert [one.label for one in at.metric][:2] == ["Discriminator's loss", "Generator's loss"]
    assert "Step 10. Always from the same noise" in texts(at)
    at.select_slider[0].set_value(2).run()
    assert "Step 2." in texts(at)


def test_watch_while_it_learns(run, visit, drawing):
    with begun(drawing[0] / run):
        at = visit("watch", run=run)
        assert not at.exception
        assert "What it draws" in texts(at)
        assert not at.select_slider


def test_without_a_judge_evaluate_offers_to_train_one_and_shows_the_rest(run, visit, launched):
    at = visit("evaluate", run=run)
    assert not at.exception
    assert "trained once" in texts(at)
    assert "Does it draw from memory?" in texts(at)
    at.button(key="evaluate.judge").click().run()
    assert not at.exception
    assert len(launched) == 1
    assert actions.show(launched[0])["tags"] == ["judge"]
    assert "is at work" in texts(at)
    actions.stop(launched[0])
    actions.delete(launched[0])


def test_with_a_judge_it_is_measured_against_floor_and_ceilings(run, visit, monkeypatch):
    settings = judging.settings_of
    monkeypatch.setattr(judging, "settings_of", lambda experiment: settings(experiment, 500))
    report = actions.generation_report(run)
    at = visit("evaluate", run=run)
    assert not at.exception
    shown = at.dataframe[0].value
    assert list(shown["pictures"]) == ["what it draws", *(one["name"] for one in report["references"])]
    assert shown["FID"][0] == pytest.approx(report["fid"])
    assert shown["FID"][1] == min(shown["FID"])  # other real pictures
    at.number_input(key="evaluate.drawn.seed").set_value(5).run()
    at.slider(key="evaluate.drawn.place").set_value(100).run()
    assert not at.exception


@pytest.mark.parametrize("name", ["explain", "features", "runs", "home", "train"])
def test_no_other_page_breaks(run, visit, name):
    at = visit(name, run=run)
    assert not at.exception
    if name == "explain":
        assert "See what it draws" in buttons(at)
    if name == "features":
        assert "discriminator" in texts(at)


def test_train_takes_what_suits_the_task_and_starts_it(visit, launched):
    at = visit("train")

    at.session_state["form.kept"] = {"train.task": "generation"}  # as a click on Draw leaves it
    at.run()
    assert not at.exception
    assert at.selectbox(key="train.model").value == "dcgan"
    assert at.selectbox(key="train.loss").options == ["non_saturating", "saturating", "hinge"]
    assert at.number_input(key="train.adamw.beta1").value == 0.5
    assert at.selectbox(key="train.schedule").value == "constant"
    at.button(key="train.start").click().run()
    made = resolve({"data": "digits", "model": "dcgan"})
    assert actions.show(launched[0])["experiment"]["train"]["loss"] == made.train.loss.model_dump()
    assert actions.show(launched[0])["experiment"]["preprocessing"][2]["options"] == {"to": "symmetric"}
