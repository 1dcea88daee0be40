"""Evaluate through app.py: what it says is counted anew here; every state; hostile addresses and names."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, precision_recall_fscore_support
from streamlit.testing.v1 import AppTest

from cnn_core import actions
from cnn_core.base.errors import UserError
from cnn_core.experiment import resolve
from pages.parts.words import md
from tests.pages.states import begun, texts

HOSTILE = ["**bold**", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "🦊" * 20, "x" * 10_000]


@pytest.fixture
def stored(runs):
    """(true, said) of the test pictures, from the logits on disk."""
    found = actions.load_run(runs.small, runs.folder).predictions("test")
    return found.targets, found.logits.argmax(1)


def test_the_finding_is_the_share_that_is_right(visit, runs, stored):
    at, (true, said) = visit("evaluate", run=runs.small), stored
    assert at.header[0].value == f"Right {100 * (true == said).mean():.1f}% of the time"
    metrics = {one.label: one.value for one in at.metric}
    assert metrics["Mistakes"] == f"{(true != said).sum()} of 360"


def test_the_baseline_stands_beside_it(visit, runs, stored):
    at, (true, _) = visit("evaluate", run=runs.small), stored
    counts = np.bincount(true, minlength=10)
    assert {one.label: one.value for one in at.metric}[f"Always saying “{counts.argmax()}”"] == (
        f"{100 * counts.max() / 360:.1f}%"
    )


def test_it_opens_with_the_largest_mistake_chosen(visit, runs, stored):
    at, (true, said) = visit("evaluate", run=runs.small), stored
    wrong = np.zeros((10, 10), int)
    np.add.at(wrong, (true[true != said], said[true != said]), 1)
    chosen = (
        at.selectbox(key=f"evaluate.true.{runs.small}").value,
        at.selectbox(key=f"evaluate.pred.{runs.small}").value,
    )
    assert wrong[chosen] == wrong.max() > 0
    assert any(f"{chosen[0]}, it said {chosen[1]}" in one.value for one in at.subheader)


def test_the_two_boxes_choose_a_cell_without_a_mouse(visit, runs, stored):
    at, (true, said) = visit("evaluate", run=runs.small), stored
    at.selectbox(key=f"evaluate.true.{runs.small}").set_value(6).run()
    at.selectbox(key=f"evaluate.pred.{runs.small}").set_value(6).run()
    count = ((true == 6) & (said == 6)).sum()
    assert not at.exception
    assert f"{count} were 6, and it said so" in [one.value for one in at.subheader]


def test_a_click_on_the_chart_chooses_its_cell(runs):
    def page(run: str) -> None:
        import streamlit as st

        from pages.parts import matrix_view

        st.session_state["chart"] = {"selection": {"cell": [{"true": 3, "pred": 8}]}}
        matrix_view._clicked(run, "chart")
        st.session_state["chart"] = {"selection": {}}  # a click beside the cells changes nothing
        matrix_view._clicked(run, "chart")

    at = AppTest.from_function(page, args=(runs.small,)).run()
    assert not at.exception
    assert at.session_state[f"evaluate.cell.{runs.small}"] == (3, 8)


def test_a_link_opens_the_cell_that_it_names(visit, runs, stored):
    true, said = stored
    at = visit("evaluate", run=runs.small, cell="6-6")
    assert f"{((true == 6) & (said == 6)).sum()} were 6, and it said so" in [one.value for one in at.subheader]


def test_a_chosen_cell_stands_in_the_address_and_is_there_when_one_comes_back(visit, runs):
    at = visit("evaluate", run=runs.small)
    assert "cell" not in at.query_params
    at.selectbox(key=f"evaluate.true.{runs.small}").set_value(6).run()
    cell = at.query_params["cell"]
    assert cell.startswith("6-")
    at.switch_page("pages/runs.py").run()
    at.switch_page("pages/evaluate.py").run()
    assert at.query_params["cell"] == cell


@pytest.mark.parametrize("cell", ["", "10-0", "3", "-1-2", "<b>x</b>-1", "٣-1", "9" * 9_000])
def test_a_bad_cell_in_the_address_is_said_and_the_largest_mistake_is_shown(visit, runs, cell):
    at = visit("evaluate", run=runs.small, cell=cell)
    assert len(at.warning) == 1
    assert "from 0 to 9" in at.warning[0].value
    assert len(at.warning[0].value) < 400
    assert "cell" not in at.query_params
    assert any(", it said " in one.value for one in at.subheader)


def test_the_answers_can_be_saved_and_say_what_scikit_learn_counts(runs, stored):
    from pages.parts.cases_view import answers_csv

    true, said = stored
    rows = list(csv.DictReader(io.StringIO(answers_csv(runs.small, [f"class {i}" for i in range(10)]))))
    assert [int(row["picture"]) for row in rows] == list(range(360))
    assert [row["it was"] for row in rows] == [f"class {i}" for i in true]
    assert [row["it said"] for row in rows] == [f"class {i}" for i in said]
    right = [row["right"] == "True" for row in rows]
    assert sum(right) / 360 == pytest.approx(accuracy_score(true, said))


def test_the_matrix_can_be_saved_as_a_table_in_which_no_name_is_a_formula():
    from pages.parts.matrix_view import _csv

    rows = list(csv.reader(io.StringIO(_csv([[5, 1], [0, 7]], ["=1+1", "b,c"]))))
    assert rows == [["it was, it said", "'=1+1", "b,c"], ["'=1+1", "5", "1"], ["b,c", "0", "7"]]


def test_classes_of_one_name_keep_their_rows_in_the_saved_matrix():
    from pages.parts.matrix_view import _csv

    assert _csv([[5, 1], [0, 7]], ["a", "a"]).splitlines()[1:] == ["a,5,1", "a,0,7"]


def test_an_empty_cell_says_so(visit, runs, stored):
    at, (true, said) = visit("evaluate", run=runs.small), stored
    empty = next((t, p) for t in range(10) for p in range(10) if not ((true == t) & (said == p)).any())
    at.selectbox(key=f"evaluate.true.{runs.small}").set_value(empty[0]).run()
    at.selectbox(key=f"evaluate.pred.{runs.small}").set_value(empty[1]).run()
    assert not at.exception
    assert "No picture is in this cell." in texts(at)


def test_the_class_table_agrees_with_scikit_learn(visit, runs, stored):
    at, (true, said) = visit("evaluate", run=runs.small), stored
    table = at.dataframe[0].value
    precision, recall, f1, support = precision_recall_fscore_support(true, said, labels=range(10), zero_division=np.nan)
    np.testing.assert_allclose(table["precision"], 100 * precision)
    np.testing.assert_allclose(table["recall"], 100 * recall)
    np.testing.assert_allclose(table["F1"], f1)
    assert list(table["pictures"]) == list(support)


@pytest.mark.parametrize("unit", ["Counts", "% of row", "% of column"])
def test_the_matrix_can_show_shares(visit, runs, unit):
    at = visit("evaluate", run=runs.small)
    at.get("button_group")[0].set_value(unit).run()
    assert not at.exception


def test_without_its_data_set_all_that_was_counted_still_stands(visit, runs, monkeypatch):
    def gone(*_: object, **__: object) -> None:
        raise UserError("Digits are missing. Put them back.")

    monkeypatch.setattr("pages.parts.cached.picture_sheet", gone)
    at = visit("evaluate", run=runs.small)
    assert "Digits are missing" in texts(at)
    assert at.dataframe
    assert at.multiselect  # the ROC curves
    assert not at.error


def test_without_any_run_it_says_what_to_do(visit):
    at = visit("evaluate")
    assert "Nothing to evaluate yet" in texts(at)
    assert [one.label for one in at.button] == ["Set up a run"]


def test_without_a_run_in_the_address_the_newest_that_learned_something_is_shown(visit, runs):
    at = visit("evaluate")
    assert runs.small in at.query_params["run"]
    assert at.header


def test_a_run_that_failed_in_its_first_epoch_gives_the_reason_and_a_way_out(visit, runs):
    at = visit("evaluate", run=runs.failed)
    assert "infinite" in at.error[0].value
    assert not at.metric
    assert any(one.label.startswith("Try with learning rate") for one in at.button)


def test_a_run_that_has_not_begun_says_so(visit):
    waiting = actions.start(resolve({"data": {"name": "digits"}, "model": {"name": "mlp"}}))
    at = visit("evaluate", run=waiting)
    assert not at.metric
    assert [one.label for one in at.button] == ["Watch it"]


def test_a_run_that_still_trains_is_shown_as_far_as_it_came(visit, runs):
    with begun(runs.folder / runs.small):
        at = visit("evaluate", run=runs.small)
        assert at.header
        assert "is still training. This is epoch" in texts(at)


def test_a_run_in_its_first_epoch_says_so(visit, runs):
    with begun(runs.folder / runs.failed):
        at = visit("evaluate", run=runs.failed)
        assert "Its first epoch is not over yet" in texts(at)
        assert not at.metric


@pytest.mark.parametrize("address", ["", "../", "..%2f..", "nix", "<b>x</b>", "x" * 10_000, "🦊"])
def test_a_bad_address_is_a_sentence_and_never_an_error(visit, address):
    at = visit("evaluate", run=address)
    assert len(at.warning) == 1
    assert len(at.warning[0].value) < 200
    assert "<b>" not in at.warning[0].value.replace("\\<b", "")
    assert at.title[0].value == "Evaluate"
    assert "run" not in at.query_params


def test_damaged_weights_are_a_sentence(visit, runs):
    weights = next((runs.folder / runs.small / "checkpoints").rglob("*.safetensors"))
    for path in weights.parents[0].parent.rglob("*.safetensors"):
        path.write_bytes(b"broken")
    for path in (runs.folder / runs.small / "predictions").glob("*"):
        path.unlink()
    import streamlit as st

    st.cache_resource.clear()
    st.cache_data.clear()
    at = visit("evaluate", run=runs.small)
    assert at.error
    assert not at.metric
    st.cache_resource.clear()
    st.cache_data.clear()


def show(report: dict) -> None:
    from pages.parts import evaluate_view

    evaluate_view.headline(report)
    evaluate_view.by_class(report)
    evaluate_view.all_alike(report)


def report(names: list[str]) -> dict:
    from cnn_core.evaluation import report as count

    logits = np.array([[9, 0, 0], [9, 0, 0], [0, 9, 0]], np.float32)
    return count(logits, np.array([0, 1, 1]), names)


def test_what_is_undefined_is_a_dash_and_not_zero():
    at = AppTest.from_function(show, args=(report(["a", "b", "never"]),)).run()
    assert not at.exception
    row = at.dataframe[0].value.iloc[2]
    assert np.isnan(row["precision"])
    assert np.isnan(row["recall"])
    assert row["pictures"] == 0
    assert at.dataframe[0].proto.placeholder == "–"


@pytest.mark.parametrize("name", HOSTILE)
def test_class_names_never_become_markup(name):
    at = AppTest.from_function(show, args=(report(["a", name, "c"]),)).run()  # `name` is baseline and hardest class
    assert not at.exception
    label, hardest = at.metric[1].label, at.metric[3].value
    assert md(name[:8]) in label
    assert md(name[:8]) in hardest
    assert len(label) < 100


def test_the_page_imports_no_torch_and_reads_no_file():
    from pathlib import Path

    root = Path(__file__).parents[2] / "pages"
    for file in (
        "evaluate",
        "explain",
        "train",
        "parts/evaluate_view",
        "parts/explain_view",
        "parts/form",
        "parts/setup",
    ):
        source = (root / f"{file}.py").read_text(encoding="utf-8")
        assert "import torch" not in source
        assert "open(" not in source.replace("network.open(", "").replace("Image.open(", "")
