"""Watch through app.py: every state of a run, stop and resume, and what a record may contain."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cnn_core.actions import running
from cnn_core.runs.run import RunFolder
from pages.parts import following
from pages.parts.words import md
from tests.pages.states import address, begun, buttons, texts


def test_without_a_run_it_says_what_to_do(visit):
    at = visit("watch")
    assert [one.value for one in at.subheader] == ["Nothing is training"]
    assert buttons(at)["Set up a run"].proto.type == "primary"


def test_without_a_run_in_the_address_it_follows_the_one_that_trains(visit, runs):
    with begun(runs.folder / runs.small):
        at = visit("watch")
    assert address(at) == runs.small
    assert "Training" in texts(at)


def test_while_it_trains_it_shows_where_it_is_and_offers_to_stop(visit, runs):
    with begun(runs.folder / runs.small, epochs=1, epochs_planned=20, step=157, steps=800):
        at = visit("watch", run=runs.small)
        assert "Epoch 2 of 20" in texts(at)
        assert "Step 157 of 800" in texts(at)
        assert "CPU" in texts(at)
        assert not [one for one in at.button if one.proto.type == "primary"]
        assert [one.label for one in at.metric] == [
            "Validation accuracy",
            "Validation loss",
            "Best epoch",
            "Pictures per second",
        ]
        buttons(at)["Stop"].click().run()
        assert RunFolder(runs.folder / runs.small).stop_asked()
        assert buttons(at)["Stopping …"].disabled


def test_the_page_turns_when_the_run_ends(visit, runs):
    with begun(runs.folder / runs.small):
        at = visit("watch", run=runs.small)
        assert "Stop" in buttons(at)
    RunFolder(runs.folder / runs.small).update(status="done")
    at.run()
    assert "Done" in texts(at)
    assert "Stop" not in buttons(at)
    assert buttons(at)["Evaluate it"].proto.type == "primary"


def test_paused_it_does_not_tick_and_training_goes_on(visit, runs, monkeypatch):
    ticks = []
    real = following.st.fragment
    monkeypatch.setattr(following.st, "fragment", lambda run_every=None: ticks.append(run_every) or real)
    with begun(runs.folder / runs.small):
        at = visit("watch", run=runs.small)
        assert ticks[-1] == following.TICK
        at.toggle(key="watch.paused").set_value(True).run()
        assert ticks[-1] is None
        assert "Training" in texts(at)
        at.toggle(key="watch.paused").set_value(False).run()
        assert ticks[-1] == following.TICK


def test_a_stopped_run_is_resumed_by_the_primary_button(visit, runs, launched):
    folder = RunFolder(runs.folder / runs.small)
    folder.update(status="stopped", reason="asked", message="Stopped at epoch 1.", epochs=1, epochs_planned=2)
    at = visit("watch", run=runs.small)
    assert "1 of 2 epochs" in texts(at)
    assert buttons(at)["Resume"].proto.type == "primary"
    buttons(at)["Resume"].click().run()
    assert launched == [runs.small]
    assert "Queued" in texts(at)


def test_a_killed_run_says_so_and_can_be_resumed(visit, runs):
    RunFolder(runs.folder / runs.small).update(status="running", memory_mark="")  # nobody holds its lock
    at = visit("watch", run=runs.small)
    assert any("ended without a word" in one.value for one in at.info)
    assert "Resume" in buttons(at)


def test_a_run_that_waits_names_the_run_it_waits_for(visit, runs):
    with begun(runs.folder / runs.small, status="queued", waiting_for=runs.mlp):
        at = visit("watch", run=runs.small)
    assert md(f"digits · mlp · {runs.mlp[-4:]}") in texts(at)
    assert "Queued" in texts(at)


def test_a_diverged_run_offers_a_rate_that_is_lower_and_starts_it(visit, runs, launched):
    at = visit("watch", run=runs.failed)
    assert "the loss became infinite" in at.error[0].value
    assert not at.metric  # nothing that it could be measured by
    assert "Training loss until it stopped" in [one.value for one in at.subheader]
    again = next(one for label, one in buttons(at).items() if label.startswith("Try with learning rate"))
    assert again.proto.type == "primary"
    assert 0 < float(again.label.rsplit(" ", 1)[1]) < 1
    again.click().run()
    assert not at.exception
    assert len(launched) == 1
    assert launched[0] not in (runs.failed, runs.small, runs.mlp)
    assert address(at) == launched[0]


def test_a_finished_run_leads_on_and_can_be_trained_longer(visit, runs, launched):
    at = visit("watch", run=runs.small)
    assert "2 epochs in" in texts(at)
    assert "Still wrong" in texts(at)
    buttons(at)["Train longer"].click().run()
    assert RunFolder(runs.folder / launched[0]).experiment().train.epochs == 4
    assert RunFolder(runs.folder / runs.small).experiment().train.epochs == 2


def test_a_run_that_cannot_be_started_is_a_sentence(visit, runs, monkeypatch):
    def full(*_, **__):
        raise running.Failed("There is no space left in the runs folder. Free some space, then try again.")

    at = visit("watch", run=runs.small)
    monkeypatch.setattr(running, "new_run", full)
    buttons(at)["Train longer"].click().run()
    assert at.error[0].value == ("**There is no space left in the runs folder\\.** Free some space, then try again\\.")
    at.run()
    assert not at.error


@pytest.mark.parametrize(
    "hostile", ["**bold** <img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "$x$ :red[a]"]
)
def test_what_a_record_says_never_becomes_markup(visit, runs, hostile):
    RunFolder(runs.folder / runs.failed).update(reason="error", message=hostile)
    at = visit("watch", run=runs.failed)
    assert at.error[0].value == f"**{md(hostile)}**"
    with begun(runs.folder / runs.small, status="queued", waiting_for=hostile):
        assert f"It waits for {md(hostile)}" in texts(visit("watch", run=runs.small))


def test_damaged_settings_leave_the_rest_of_the_page_standing(visit, runs):
    st.cache_resource.clear()  # settings never change, so they are read once
    (runs.folder / runs.small / "experiment.json").write_text("{")
    at = visit("watch", run=runs.small)
    assert not at.exception
    assert "damaged" in texts(at)
    assert at.metric[0].value.endswith("%")


def test_a_run_deleted_meanwhile_is_let_go(visit, runs):
    at = visit("watch", run=runs.small)
    (runs.folder / runs.small).rename(runs.folder / ".gone")
    at.run()
    assert not at.exception
    assert "Nothing is training" in texts(at)
    assert "run" not in at.query_params


def test_the_picker_changes_run_and_address_together(visit, runs):
    at: AppTest = visit("watch", run=runs.small)
    at.selectbox(key="shell.pick").set_value(runs.mlp).run()
    assert address(at) == runs.mlp
    assert "1 epoch in" in texts(at)
