"""The Labs page: what there is, Run, the verdict with its numbers, bad addresses, names that are text."""

from __future__ import annotations

import pytest

from cnn_core import actions
from cnn_core.base.files import sealed, unseal
from cnn_core.base.settings import runs_folder
from cnn_core.labs import CHAPTERS, SHELF
from cnn_core.labs import job as lab_job
from cnn_core.runs.run import LABS
from tests.pages.states import texts

TINY = {"pictures": 100}


@pytest.fixture
def result():
    return actions.lab("constant_predictor", TINY, seeds=2)["id"]


def test_every_lab_stands_in_its_chapter(visit):
    at = visit("labs")
    assert [one.label for one in at.button if one.key.startswith("labs.open.")] == [
        f"**{SHELF.card(name)[0]}**" for name in SHELF.names()
    ]
    assert "12 · Residual networks" in [one.value for one in at.subheader]


def test_a_claim_leads_to_its_lab_and_back(visit):
    at = visit("labs")
    at.button(key="labs.open.base_rate").click().run()
    assert not at.exception
    assert SHELF.card("base_rate")[0] in at.header[0].value.replace("\\", "")
    assert "Rule." in texts(at)
    at.button(key="labs.back").click().run()
    assert "lab" not in at.query_params


def test_run_starts_it_with_the_options_of_the_form_and_shows_its_result(visit, monkeypatch, result):
    asked = []

    def start(*given):
        asked.append(given)
        return result

    monkeypatch.setattr(actions, "start_lab", start, raising=False)
    at = visit("labs", lab="constant_predictor")
    at.number_input(key="labs.constant_predictor.pictures").set_value(500)
    at.number_input(key="labs.constant_predictor.lab_seeds").set_value(2).run()
    at.button(key="labs.run").click().run()
    assert not at.exception
    assert asked == [("constant_predictor", {"pictures": 500}, 2, 0)]
    assert at.query_params["result"] == result


def test_an_option_out_of_bounds_cannot_be_run(visit):
    at = visit("labs", lab="constant_predictor")
    at.number_input(key="labs.constant_predictor.pictures").set_value(3).run()
    assert at.button(key="labs.run").disabled


def test_a_result_says_verdict_why_and_numbers(visit, result):
    at = visit("labs", lab="constant_predictor", result=result)
    found = actions.lab_result(result)["found"]
    assert found["why"] in texts(at).replace("\\", "").replace(":small[]", "")
    table = at.table[0].value
    assert list(table["mean"]) == [f"{value:.4g}" for value in found["numbers"].values()]
    assert "seeds 0, 1" in texts(at)


def test_one_at_work_says_how_far_it_is_and_can_be_stopped(visit):
    job = lab_job.create("constant_predictor", TINY, 3, 0, runs_folder())
    with job.lock():
        job.update(status="running", stage="Seed 0: 80% in one class")
        at = visit("labs", lab="constant_predictor", result=job.id)
        assert not at.exception
        at.button(key="labs.stop").click().run()
        assert job.stop_asked()


def test_one_that_failed_says_why(visit):
    job = lab_job.create("constant_predictor", TINY, 3, 0, runs_folder())
    with job.lock():
        job.update(status="failed", reason="error", message="MNIST is missing. Download it.")
    assert "MNIST is missing" in visit("labs", lab="constant_predictor", result=job.id).error[0].value


def test_its_runs_are_a_click_away(visit):
    record = actions.lab("pool_is_nonlinear", {"data": "digits", "width": 1}, seeds=1)
    at = visit("labs", lab="pool_is_nonlinear", result=record["id"])
    run = record["found"]["readings"][0]["runs"][0]
    at.button(key=f"labs.evaluate.{run}").click().run()
    assert not at.exception
    assert at.title[0].value == "Evaluate"
    assert at.query_params["run"] == run


@pytest.mark.parametrize("bad", ["nothing", "../x", "<b>x</b>", "x" * 9_000, "_card"])
def test_a_bad_address_is_a_sentence(visit, result, bad):
    at = visit("labs", lab=bad)
    assert "there is no lab" in at.warning[0].value
    assert len(at.warning[0].value) < 300
    at = visit("labs", lab="constant_predictor", result=bad)
    assert "there is no result" in at.warning[0].value
    assert "<b>" not in at.warning[0].value.replace("\\<b", "")


def test_a_foreign_result_is_text(visit, result):
    path = runs_folder() / LABS / result / lab_job.RESULT
    record = unseal(path)
    record.pop("sha256", None)
    path.write_bytes(sealed({**record, "why": "*trace*<b>x</b> [a](http://b.c)"}))
    at = visit("labs", lab="constant_predictor", result=result)
    assert not at.exception
    assert "*trace*" not in texts(at)


def test_labs_can_be_narrowed_to_a_chapter_and_to_a_verdict(visit, result):
    at = visit("labs")
    at.selectbox(key="labs.chapter").set_value(9).run()
    names = [one.key.removeprefix("labs.open.") for one in at.button if one.key.startswith("labs.open.")]
    assert names == list(CHAPTERS[9][1])
    at.selectbox(key="labs.chapter").set_value(0).run()
    at.pills(key="labs.verdict").set_value("confirmed").run()
    assert [one.key for one in at.button if one.key.startswith("labs.open.")] == ["labs.open.constant_predictor"]
    at.pills(key="labs.verdict").set_value("refuted").run()
    assert not [one for one in at.button if one.key.startswith("labs.open.")]
    assert "No lab is like that" in texts(at)


def test_results_of_a_lab_stand_in_one_table_with_the_options_that_differ(visit, result):
    other = actions.lab("constant_predictor", {"pictures": 200}, seeds=1, first_seed=7)["id"]
    at = visit("labs", lab="constant_predictor", result=result)
    frame = next(one.value for one in at.dataframe if "verdict" in one.value)
    assert list(frame["seeds"]) == ["1 seed: 7", "2 seeds: 0 to 1"]
    assert list(frame["pictures"]) == ["200", "100"]
    assert list(frame[""]) == ["", "●"]  # the one that is shown
    assert frame["accuracy_90"].tolist() == [pytest.approx(0.9)] * 2
    assert other != result
