"""Films through app.py: every page shows them, Evaluate and Explain let a network watch one."""

from __future__ import annotations

import pytest

from cnn_core import actions
from cnn_core.base.settings import runs_folder
from cnn_core.experiment import resolve
from tests.actions.test_filming import SMALL


@pytest.fixture
def run():
    return str(actions.train(resolve(SMALL), runs_folder())["run"])


def test_train_offers_films_and_their_networks_and_starts(visit, launched):
    at = visit("train")
    at.segmented_control(key="train.task").set_value("sequences").run()
    assert not at.exception
    assert at.selectbox(key="train.data").options == ["moving_shapes"]
    assert at.selectbox(key="train.model").value == "cnn_rnn"
    at.button(key="train.start").click().run()
    assert [actions.show(one)["experiment"]["task"] for one in launched] == ["sequences"]


def test_evaluate_lets_the_network_watch_a_film_and_another_and_backwards(visit, run):
    at = visit("evaluate", run=run)
    assert not at.exception
    assert "When does it know?" in [one.value for one in at.subheader]
    said = actions.film(run, "test-0")
    assert any(said.said in one.value and "4 frames" in one.value for one in at.caption)
    at.button(key="evaluate.film.next").click().run()
    at.toggle(key="evaluate.film.backwards").set_value(True).run()
    assert not at.exception
    back = actions.film(run, "test-1", backwards=True)
    assert any(back.said in one.value and "4 frames" in one.value for one in at.caption)


def test_explain_shows_the_film_of_the_address_or_the_first_one(visit, run):
    for picture, params in (("test-7", {"picture": "test-7"}), ("test-0", {})):
        at = visit("explain", run=run, **params)
        assert not at.exception
        assert at.header[0].value.startswith(f"{actions.film(run, picture).said}, ")


def test_explain_says_that_a_film_is_not_there(visit, run):
    at = visit("explain", run=run, picture="test-99999")
    assert not at.exception
    assert any("has pictures 0 to 31" in one.value for one in at.error)


@pytest.mark.parametrize("page", ["features", "watch", "runs"])
def test_the_other_pages_stand(visit, run, page):
    at = visit(page, run=run)
    assert not at.exception
    if page == "features":
        assert any("takes films" in one.value for one in at.caption)


def test_data_shows_films(visit):
    at = visit("data", data="moving_shapes")
    assert not at.exception
    assert any("6 in each" in one.value for one in at.markdown)
