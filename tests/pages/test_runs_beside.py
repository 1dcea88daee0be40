"""Runs side by side: which ones, in the address too; their curves; only what differs."""

from __future__ import annotations

import shutil

import pytest
from streamlit.testing.v1 import AppTest

from cnn_core import actions
from cnn_core.runs.run import RunFolder
from pages.parts import runs_beside
from tests.pages.states import address, begun, texts
from tests.pages.test_runs import chosen


def runs_in(at: AppTest) -> list[str] | None:
    """The runs that the address names."""
    found = at.query_params.get("runs")
    text = found[0] if isinstance(found, list) else found
    return None if text is None else text.split(",")


def beside(at: AppTest) -> list[str]:
    """The runs that are compared, as the box says it."""
    return at.multiselect(key="runs.beside").value


def differences(at: AppTest) -> dict[str, list[str]]:
    frame = at.dataframe[1].value
    return {row["setting"]: list(row[1:]) for _, row in frame.iterrows()}


def curve(at: AppTest):
    (chart,) = at.get("vega_lite_chart") or at.get("arrow_vega_lite_chart")
    return chart.proto


def test_nothing_is_compared_before_two_are_chosen(visit, runs):
    at = visit("runs")
    assert len(at.dataframe) == 1
    assert runs_in(at) is None
    at = chosen(at, 0)
    assert "Choose one more" in texts(at)
    assert runs_in(at) is None
    assert len(chosen(at, 0, 1).dataframe) == 2


def test_ticked_runs_stand_in_the_address_and_a_link_opens_the_same(visit, runs):
    at = chosen(visit("runs"), 0, 1)
    assert runs_in(at) == [runs.small, runs.mlp]
    other = visit("runs", runs=f"{runs.small},{runs.mlp}")
    assert not other.warning
    assert beside(other) == [runs.small, runs.mlp]
    assert differences(other) == differences(at)


def test_only_settings_and_results_in_which_they_differ_are_listed(visit, runs):
    found = differences(visit("runs", runs=f"{runs.small},{runs.mlp}"))
    assert found["network"] == ["small_cnn", "mlp"]
    assert found["epochs"] == ["2", "1"]
    assert found["· depth"] == ["3", "–"]
    assert not {"data", "learning rate", "seed", "optimizer"} & set(found)
    assert "test" in found


def test_runs_with_the_same_settings_are_said_to_have_them(visit, runs):
    copy = runs.folder / f"{runs.small[:-4]}0000"
    shutil.copytree(runs.folder / runs.small, copy)
    at = visit("runs", runs=f"{runs.small},{copy.name}")
    assert "the same in every respect" in texts(at)


def test_runs_are_chosen_by_the_box_as_well_and_the_table_follows(visit, runs):
    at = visit("runs")
    at.multiselect(key="runs.beside").set_value([runs.mlp, runs.small]).run()
    assert runs_in(at) == [runs.small, runs.mlp]
    assert len(at.dataframe) == 2
    at.multiselect(key="runs.beside").set_value([runs.mlp]).run()
    assert runs_in(at) is None
    assert address(at) == runs.mlp


def test_what_was_chosen_is_still_chosen_when_one_comes_back(visit, runs):
    at = chosen(visit("runs"), 0, 1)
    at.query_params.clear()
    at.switch_page("pages/watch.py").run()
    at.query_params.clear()
    at.switch_page("pages/runs.py").run()
    assert runs_in(at) == [runs.small, runs.mlp]


def test_a_run_that_was_looked_at_elsewhere_meanwhile_is_the_chosen_one(visit, runs):
    at = chosen(visit("runs"), 0, 1)
    at.query_params.clear()
    at.query_params["run"] = runs.failed
    at.switch_page("pages/watch.py").run()
    at.query_params.clear()
    at.switch_page("pages/runs.py").run()
    assert runs_in(at) is None
    assert address(at) == runs.failed


def test_a_run_that_is_deleted_meanwhile_leaves_the_others(visit, runs):
    at = visit("runs", runs=f"{runs.small},{runs.mlp},{runs.failed}")
    actions.delete(runs.mlp)
    at.run()
    assert not at.exception
    assert beside(at) == [runs.small, runs.failed]
    assert runs_in(at) == [runs.small, runs.failed]


BAD = [
    "",
    ",",
    "../",
    "../../etc/passwd",
    "nope,nope",
    "<img src=x onerror=alert(1)>",
    "**x**",
    "🦊",
    "a," * 5000,
    "a\0b",
]


@pytest.mark.parametrize("bad", BAD, ids=[text[:12] or "empty" for text in BAD])
def test_a_bad_address_is_a_sentence_said_once(visit, runs, bad):
    at = visit("runs", runs=bad)
    assert len(at.warning) == 1
    assert len(at.warning[0].value) < 400
    assert runs_in(at) is None
    assert not at.run().warning


def test_of_an_address_the_good_runs_are_compared_and_the_bad_named(visit, runs):
    at = visit("runs", runs=f"{runs.small},nope,{runs.mlp},{runs.small}")
    assert at.warning[0].value == "The address names a run that is not here: nope."
    assert beside(at) == [runs.small, runs.mlp]
    assert "2 runs that are not here" in visit("runs", runs="nope,gone").warning[0].value


def test_the_beginning_of_an_id_is_no_address(visit, runs):
    assert visit("runs", runs=f"{runs.small[:-1]},{runs.mlp}").warning


def test_more_than_ten_can_be_ticked_and_ten_are_compared(visit, runs):
    for number in range(9):
        shutil.copytree(runs.folder / runs.mlp, runs.folder / f"{runs.mlp[:-4]}{number:04x}")
    at = chosen(visit("runs"), *range(12))
    assert "Ten can be compared at once" in texts(at)
    assert len(runs_in(at)) == len(beside(at)) == 10
    assert "12 selected" in texts(at)


# --- curves -----------------------------------------------------------------------------------------------------------


def test_the_chart_says_in_words_where_each_curve_ends(visit, runs):
    at = visit("runs", runs=f"{runs.small},{runs.mlp}")
    last = actions.live(runs.small).rows[-1]["val_accuracy"]
    assert f"small_cnn · {runs.small[-4:]} {last:.3f}" in curve(at).alt


@pytest.mark.parametrize("metric", list(runs_beside.METRICS))
def test_each_curve_can_be_shown_smoothed_and_losses_on_a_log_scale(visit, runs, metric):
    at = visit("runs", runs=f"{runs.small},{runs.mlp}")
    at.selectbox(key="runs.metric").set_value(metric).run()
    at.slider(key="runs.smooth").set_value(0.6).run()
    assert not at.exception
    assert curve(at).alt.startswith(metric)
    assert ("runs.log" in [one.key for one in at.toggle]) == metric.endswith("loss")
    at.button_group(key="runs.part").set_value("Last half").run()
    assert not at.exception
    assert '"domain": [1' in curve(at).spec
    if metric.endswith("loss"):
        at.toggle(key="runs.log").set_value(True).run()
        assert not at.exception
        assert '"log"' in curve(at).spec


def test_a_run_without_a_curve_is_named_and_two_of_them_are_a_sentence(visit, runs):
    at = visit("runs", runs=f"{runs.small},{runs.failed}")
    assert "No validation yet" in texts(at)
    shutil.copytree(runs.folder / runs.failed, runs.folder / f"{runs.failed[:-4]}0000")
    at = visit("runs", runs=f"{runs.failed},{runs.failed[:-4]}0000")
    assert "None of them has been validated yet" in texts(at)


def test_the_axis_of_a_run_that_trains_ends_where_it_will(visit, runs):
    with begun(runs.folder / runs.small, epochs=2, epochs_planned=50):
        at = visit("runs", runs=f"{runs.small},{runs.mlp}")
    assert '"domain": [0.0, 50.0]' in curve(at).spec


def test_a_network_from_elsewhere_is_compared_by_its_settings(visit, runs, pretrained_run):
    shutil.copytree(pretrained_run, runs.folder / pretrained_run.name)
    at = visit("runs", runs=f"{runs.small},{pretrained_run.name}")
    assert not at.exception
    assert sorted(differences(at)["data"]) == ["ImageNet", "digits"]


def test_a_damaged_run_among_them_is_a_sentence_and_the_page_stands(visit, runs):
    (runs.folder / runs.mlp / "state.json").write_text("{}")
    at = visit("runs", runs=f"{runs.small},{runs.mlp}")
    assert not at.exception
    assert at.error
    assert len(at.dataframe) == 1


def test_names_are_shortened_by_what_all_have_in_common():
    assert runs_beside.short(["digits · small_cnn · 520e", "digits · mlp · 3f71"]) == ["small_cnn · 520e", "mlp · 3f71"]
    assert runs_beside.short(["mine", "digits · mlp · 3f71"]) == ["mine", "digits · mlp · 3f71"]
    assert runs_beside.short(["a · b", "a · b · c"]) == ["a · b", "a · b · c"]


def test_three_names_on_a_phone_are_told_apart_by_their_ends():
    assert runs_beside.short(["mine", "digits · mlp · 3f71", "digits · mlp · 520e"]) == ["mine", "3f71", "520e"]
    same = ["a · x", "b · x", "c · y"]
    assert runs_beside.short(same) == same


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "–"), (True, "yes"), (False, "no"), ([], "none"), (["flip", "shift"], "flip, shift"), (0.001, "0.001")],
)
def test_values_are_written_as_people_read_them(value, words):
    assert runs_beside.value_words("train.x", value) == words
    assert runs_beside.value_words("environment.revision", "b44ad4f0" + "0" * 32) == "b44ad4f0"


def test_a_run_keeps_its_colour_in_the_chart_whoever_is_beside_it(visit, runs):
    from cnn_core.figures.style import class_color

    number = RunFolder(runs.folder / runs.mlp).record()["number"]
    mine = class_color(number - 1, "light")
    for others in (runs.small, runs.failed, f"{runs.failed},{runs.small}"):
        assert mine in curve(visit("runs", runs=f"{runs.mlp},{others}")).spec
