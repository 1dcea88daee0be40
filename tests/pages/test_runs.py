"""The list of runs through app.py; the run in the address bar on every page that looks at one."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from cnn_core import actions
from cnn_core.runs.run import RunFolder
from pages.parts import cached, runs_list, shell
from pages.parts.words import md
from tests.pages.states import address, begun, buttons, texts

BAD = ["", "../", "../../etc/passwd", "nope", "%2e%2e", "<img src=x onerror=alert(1)>", "**x**", "🦊", "a" * 10_000]


def chosen(at: AppTest, *rows: int) -> AppTest:
    """Tick rows of the table, as clicks do."""
    key = f"{shell.list_key('runs.table', actions.runs())}.{at.session_state['runs.turn']}"
    at.session_state[key] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
    return at.run()


def test_without_a_run_it_says_how_to_get_one(visit):
    at = visit("runs")
    assert [one.value for one in at.subheader] == ["No run yet"]
    assert buttons(at)["Set up a run"].proto.type == "primary"
    assert not at.dataframe


def test_all_runs_are_listed_the_newest_first(visit, runs):
    frame = visit("runs").dataframe[0].value
    assert frame["run"].tolist() == [
        f"digits · small_cnn · {runs.small[-4:]}",
        f"digits · mlp · {runs.mlp[-4:]}",
        f"digits · small_cnn · {runs.failed[-4:]}",
    ]
    assert [one[0] for one in frame["status"]] == ["done", "done", "failed"]
    assert frame["data"].tolist() == ["digits"] * 3
    assert frame["network"].tolist() == ["small_cnn", "mlp", "small_cnn"]
    record = RunFolder(runs.folder / runs.small).record()
    assert frame["test"][0] == pytest.approx(100 * record["test_accuracy"])
    assert frame["best"].isna().tolist() == [False, False, True]


def test_the_chosen_run_is_the_one_looked_at_and_leads_to_its_pages(visit, runs):
    at = chosen(visit("runs"), 1)
    assert address(at) == runs.mlp
    buttons(at)["Watch"].click().run()
    assert at.title[0].value == "Watch"
    assert address(at) == runs.mlp


def test_the_run_in_the_address_is_chosen_already(visit, runs):
    at = visit("runs", run=runs.mlp)
    assert f"digits · mlp · {runs.mlp[-4:]}" in texts(at).replace("\\", "")


def test_a_run_that_learned_nothing_can_only_be_watched(visit, runs):
    at = chosen(visit("runs"), 2)
    assert not buttons(at)["Watch"].disabled
    assert buttons(at)["Evaluate"].disabled
    assert buttons(at)["Explain"].disabled


def test_deleting_asks_first_and_then_moves_the_run_to_the_trash(visit, runs):
    at = chosen(visit("runs"), 1)
    buttons(at)["Delete"].click().run()
    assert (runs.folder / runs.mlp).exists()
    assert "goes into the trash" in texts(at)
    buttons(at)["Delete it"].click().run()
    assert not at.exception
    assert not (runs.folder / runs.mlp).exists()
    assert (runs.folder / ".trash" / runs.mlp / "state.json").exists()
    assert len(at.dataframe[0].value) == 2
    assert address(at) is None


def test_keeping_keeps(visit, runs):
    at = chosen(visit("runs"), 1)
    buttons(at)["Delete"].click().run()
    buttons(at)["Keep it"].click().run()
    assert len(at.dataframe[0].value) == 3


def test_a_run_that_trains_cannot_be_deleted(visit, runs):
    with begun(runs.folder / runs.small):
        at = chosen(visit("runs"), 0)
        assert buttons(at)["Delete"].disabled


def test_a_run_that_is_deleted_by_another_meanwhile_is_a_sentence(visit, runs):
    at = chosen(visit("runs"), 1)
    buttons(at)["Delete"].click().run()
    (runs.folder / runs.mlp).rename(runs.folder / ".gone")
    buttons(at)["Delete it"].click().run()
    assert "does not exist" in at.error[0].value


def test_a_training_elsewhere_shows_under_the_navigation_and_links_to_it(visit, runs):
    with begun(runs.folder / runs.small, epochs=2, epochs_planned=8):
        at = visit("runs")
        assert "Training now, epoch 3 of 8" in [one.value for one in at.sidebar.caption]
        assert any(one.proto.page == "watch" for one in at.sidebar.get("page_link"))
        assert not visit("watch", run=runs.small).sidebar.caption  # one is looking at it
    assert not visit("runs").sidebar.caption


@pytest.mark.parametrize("page", ["home", "watch", "runs", "evaluate", "explain", "train"])
def test_the_run_in_the_address_survives_the_way_to_every_page(visit, runs, page):
    at = visit(page, run=runs.small)
    assert address(at) == runs.small
    assert at.session_state["run_id"] == runs.small


@pytest.mark.parametrize("bad", BAD, ids=[text[:12] or "empty" for text in BAD])
def test_a_bad_address_is_a_sentence_and_reads_no_file(visit, runs, bad):
    at = visit("runs", run=bad)
    assert len(at.warning) == 1
    assert address(at) is None
    assert len(at.warning[0].value) < 400
    if bad:
        assert md(bad[:10]) in at.warning[0].value
    at.run()
    assert not at.warning  # said once


def test_a_run_whose_state_is_damaged_is_listed_and_spoils_nothing(visit, runs):
    (runs.folder / runs.mlp / "state.json").write_text("{}")
    at = visit("runs")
    frame = at.dataframe[0].value
    row = list(frame["run"]).index(f"unreadable · {runs.mlp[-4:]}")
    assert frame["status"][row] == ["failed"]
    at = chosen(at, row)
    assert not at.exception
    assert "Watch" not in buttons(at)


def test_the_beginning_of_an_id_is_no_address(visit, runs):
    assert visit("runs", run=runs.small[:-1]).warning
    assert not visit("runs", run=runs.small).warning


def test_names_in_a_record_never_become_markup(visit, runs):
    hostile = "**bold** <b>x</b> [a](javascript:1) ![](http://x.test/p)"
    RunFolder(runs.folder / runs.small).update(label=hostile)
    at = chosen(visit("runs"), 0)
    shown = f"{hostile} · {runs.small[-4:]}"
    assert md(shown) in [one.value for one in at.caption]
    buttons(at)["Delete"].click().run()
    assert any(md(shown) in one.value for one in at.markdown)
    assert shown in at.dataframe[0].value["run"].tolist()  # cells are literal
    with begun(runs.folder / runs.small):
        assert [one.proto.label for one in visit("runs").sidebar.get("page_link")] == [md(shown)]


def test_every_address_equals_its_file_name():
    for rows in shell._PAGES.values():
        for name, _, _ in rows:
            assert (shell.ASSETS.parent / "pages" / f"{name}.py").is_file()


# --- what a row says --------------------------------------------------------------------------------------------------


def test_a_row_says_data_network_curve_best_last_parameters_and_time(visit, runs):
    frame = visit("runs").dataframe[0].value
    live, record = actions.live(runs.small), actions.show(runs.small)
    assert list(frame["validation accuracy"][0]) == pytest.approx([row["val_accuracy"] for row in live.rows])
    assert frame["best"][0] == pytest.approx(100 * record["val_accuracy"])
    assert frame["last"][0] == pytest.approx(100 * live.rows[-1]["val_accuracy"])
    assert frame["parameters"][0] == record["parameters"]
    assert frame["seconds"][0] == pytest.approx(record["seconds"])
    assert frame["validation accuracy"][2] is None  # it diverged before the first validation


def test_every_column_sorts_by_what_it_says(visit, runs):
    """The browser sorts numbers and times as such, and texts by letters: what looks like a number must be one."""
    kinds = visit("runs").dataframe[0].value.dtypes
    assert {name: kinds[name].kind for name in ("best", "last", "test", "seconds")} == dict.fromkeys(
        ("best", "last", "test", "seconds"), "f"
    )
    assert kinds["parameters"].kind == "i"
    assert kinds["started"].kind == "M"


def test_tags_and_notes_have_a_column_only_where_there_are_any(visit, runs):
    assert not {"tags", "note"} & set(visit("runs").dataframe[0].value)
    actions.tag(runs.mlp, ["baseline"])
    actions.note(runs.mlp, "two\nlines")
    frame = visit("runs").dataframe[0].value
    assert list(frame["tags"][1]) == ["baseline"]
    assert frame["note"].tolist()[1] == "two lines"


def test_the_list_is_narrowed_by_tags_and_what_is_chosen_stays_chosen(visit, runs):
    assert "runs.tagged" not in [one.key for one in visit("runs").button_group]
    actions.tag(runs.mlp, ["a", "b"])
    actions.tag(runs.failed, ["a"])
    at = chosen(visit("runs"), 0)
    at.button_group(key="runs.tagged").set_value(["a"]).run()
    assert len(at.dataframe[0].value) == 2
    at.button_group(key="runs.tagged").set_value(["a", "b"]).run()
    assert at.dataframe[0].value["network"].tolist() == ["mlp"]
    assert address(at) == runs.small
    assert runs_chosen_in(at) == [runs.small]
    actions.tag(runs.mlp, remove=["b"])  # by somebody else: the tag is gone, and with it what was picked
    at.run()
    assert not at.exception
    assert len(at.dataframe[0].value) == 2


def runs_chosen_in(at: AppTest) -> list[str]:
    return list(at.session_state["runs.chosen"])


def test_the_table_as_a_file_has_a_line_a_run_and_no_formula(visit, runs):
    import csv as reader
    import io

    actions.rename(runs.mlp, "=HYPERLINK(1)")
    actions.tag(runs.mlp, ["@SUM(1)"])
    actions.note(runs.mlp, "+1+1;=2\nsecond line")
    rows = list(reader.DictReader(io.StringIO(runs_list.csv(actions.runs()))))
    assert [one["id"] for one in rows] == [runs.small, runs.mlp, runs.failed]
    assert float(rows[0]["last_val_accuracy"]) == actions.live(runs.small).rows[-1]["val_accuracy"]
    assert (rows[1]["run"], rows[1]["tags"]) == ("'=HYPERLINK(1)", "'@SUM(1)")
    assert rows[1]["note"] == "'+1+1;'=2 second line"
    assert rows[2]["best_val_accuracy"] == ""
    assert "Download table" in [one.proto.label for one in visit("runs").get("download_button")]


def test_two_runs_of_one_name_can_be_told_apart(visit, runs):
    for run in (runs.small, runs.mlp):
        actions.rename(run, "baseline")
    assert visit("runs").dataframe[0].value["run"].tolist()[:2] == [
        f"baseline · {run[-4:]}" for run in (runs.small, runs.mlp)
    ]


# --- name, tags, note -------------------------------------------------------------------------------------------------


def edited(at: AppTest, run: str, **fields: object) -> AppTest:
    """Open the dialog, change some of it, save."""
    buttons(at)["Name and note"].click().run()
    kinds = {"name": at.text_input, "note": at.text_area, "tags": at.multiselect}
    for field, value in fields.items():
        kinds[field](key=f"runs.{field}.{run}").set_value(value)
    buttons(at)["Save"].click().run()
    assert not at.exception
    return at


def test_a_run_is_named_noted_and_tagged_and_the_name_is_everywhere(visit, runs):
    at = edited(visit("runs", run=runs.mlp), runs.mlp, name="my baseline", note="why\nso", tags=["a", "new"])
    record = actions.show(runs.mlp)
    assert (record["name"], record["note"], record["tags"]) == ("my baseline", "why\nso", ["a", "new"])
    assert at.dataframe[0].value["run"].tolist()[1] == "my baseline"
    assert "why" in texts(at)
    for page in ("watch", "evaluate", "explain"):
        assert "my baseline" in visit(page, run=runs.mlp).selectbox(key="shell.pick").options
    with begun(runs.folder / runs.mlp):
        assert [one.proto.label for one in visit("runs").sidebar.get("page_link")] == ["my baseline"]


def test_several_are_tagged_at_once_and_each_keeps_its_own(visit, runs):
    actions.tag(runs.small, ["own", "shared"])
    actions.tag(runs.mlp, ["shared"])
    at = chosen(visit("runs"), 0, 1)
    buttons(at)["Tag"].click().run()
    assert at.multiselect(key="runs.tags").value == ["shared"]
    at.multiselect(key="runs.tags").set_value(["new"])
    buttons(at)["Save"].click().run()
    assert not at.exception
    assert [actions.show(run)["tags"] for run in (runs.small, runs.mlp, runs.failed)] == [["new", "own"], ["new"], []]


def test_saving_writes_only_what_was_changed(visit, runs):
    actions.note(runs.mlp, "mine")
    at = visit("runs", run=runs.mlp)
    buttons(at)["Name and note"].click().run()
    actions.note(runs.mlp, "of somebody else, meanwhile")
    at.text_input(key=f"runs.name.{runs.mlp}").set_value("x")
    buttons(at)["Save"].click().run()
    record = actions.show(runs.mlp)
    assert (record["name"], record["note"]) == ("x", "of somebody else, meanwhile")


def test_leaving_the_dialog_changes_nothing(visit, runs):
    at = visit("runs", run=runs.mlp)
    buttons(at)["Name and note"].click().run()
    at.text_input(key=f"runs.name.{runs.mlp}").set_value("x")
    buttons(at)["Leave it"].click().run()
    assert actions.show(runs.mlp)["name"] == ""


def test_a_name_that_is_not_allowed_is_a_sentence(visit, runs):
    at = edited(visit("runs", run=runs.mlp), runs.mlp, tags=["t" * 31])
    assert "30 at most" in at.error[0].value
    assert actions.show(runs.mlp)["tags"] == []


def test_naming_a_run_that_another_has_deleted_meanwhile_is_a_sentence(visit, runs):
    at = visit("runs", run=runs.mlp)
    buttons(at)["Name and note"].click().run()
    actions.delete(runs.mlp)
    at.text_input(key=f"runs.name.{runs.mlp}").set_value("x")
    buttons(at)["Save"].click().run()
    assert not at.exception
    assert "does not exist" in at.error[0].value


def test_a_run_that_trains_can_be_named(visit, runs):
    with begun(runs.folder / runs.mlp):
        edited(visit("runs", run=runs.mlp), runs.mlp, name="live")
        assert actions.show(runs.mlp)["label"] == "live"


# --- several ----------------------------------------------------------------------------------------------------------


def test_several_are_deleted_at_once_after_a_question_that_names_them(visit, runs):
    at = chosen(visit("runs"), 0, 2)
    assert "2 selected" in texts(at)
    assert "Watch" not in buttons(at)
    buttons(at)["Delete"].click().run()
    assert all(one[-4:] in texts(at) for one in (runs.small, runs.failed))
    buttons(at)["Delete them"].click().run()
    assert [one["run"] for one in actions.runs()] == [runs.mlp]
    assert [one.value for one in at.toast] == ["2 runs moved to the trash."]


def test_of_several_the_one_that_another_has_deleted_is_said_and_the_others_go(visit, runs):
    at = chosen(visit("runs"), 0, 1)
    buttons(at)["Delete"].click().run()
    actions.delete(runs.mlp)
    buttons(at)["Delete them"].click().run()
    assert not at.exception
    assert "does not exist" in at.error[0].value
    assert [one["run"] for one in actions.runs()] == [runs.failed]


def test_the_settings_of_a_run_are_copied_into_the_form_of_train(visit, runs):
    at = chosen(visit("runs"), 1)
    buttons(at)["Copy to Train"].click().run()
    assert at.title[0].value == "Train"
    settings = actions.show(runs.mlp)["experiment"]
    assert at.selectbox(key="train.model").value == "mlp"
    assert at.number_input(key="train.settings.epochs").value == settings["train"]["epochs"]


def test_a_run_without_settings_cannot_be_copied(visit, runs):
    path = runs.folder / runs.mlp / "experiment.json"
    path.write_text(path.read_text().replace("digits", "digitz"))
    cached.experiment.clear()
    at = visit("runs", run=runs.mlp)
    assert buttons(at)["Copy to Train"].disabled
