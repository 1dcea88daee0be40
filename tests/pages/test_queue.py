"""The queue and the endings of runs as the pages show them; a run that changes or goes away under a page."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnn_core import actions
from cnn_core.base.errors import Failed
from cnn_core.jobs import supervisor, verdict
from cnn_core.runs.run import RunFolder
from pages.parts import now, shell
from pages.parts.words import md
from tests.pages.states import begun, buttons, texts
from tests.pages.test_hostile import PAGES, forget


def wait(folder: Path, turn: int) -> RunFolder:
    """Put a run in the queue, with nobody who starts it."""
    run = RunFolder(folder)
    run.update(status="queued", reason="", message="", supervised=True, turn=turn, lane="cpu")
    return run


def name_of(run: str) -> str:
    return md(shell.run_label(actions.show(run)))


# --- the queue --------------------------------------------------------------------------------------------------------


def test_a_run_in_the_queue_says_its_place_and_who_trains(visit, runs):
    wait(runs.folder / runs.mlp, 2)
    wait(runs.folder / runs.failed, 1)
    with begun(runs.folder / runs.small, lane="cpu"):
        assert f"Next in the queue. {name_of(runs.small)} is training." in texts(visit("watch", run=runs.failed))
        assert f"2nd in the queue. {name_of(runs.small)} is training." in texts(visit("watch", run=runs.mlp))
        assert f"2nd in the queue. {name_of(runs.small)} is training." in texts(visit("runs", run=runs.mlp))


def test_before_the_first_has_begun_its_place_counts_too(visit, runs):
    wait(runs.folder / runs.failed, 1)
    wait(runs.folder / runs.mlp, 2)
    assert "It starts in a moment." in texts(visit("watch", run=runs.failed))
    assert f"2nd in the queue. {name_of(runs.failed)} starts first." in texts(visit("watch", run=runs.mlp))


@pytest.mark.parametrize(
    ("number", "word"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (23, "23rd"), (1112, "1,112th")]
)
def test_places_are_counted_as_people_do(number, word):
    assert now._th(number) == word


@pytest.mark.parametrize("page", PAGES)
def test_whoever_looks_while_a_run_waits_sees_that_somebody_starts_it(visit, runs, page, woken):
    visit(page, run=runs.small)
    assert woken == []
    wait(runs.folder / runs.mlp, 1)
    visit(page, run=runs.mlp)
    assert woken


def test_where_nothing_can_be_started_the_page_says_why(visit, runs, monkeypatch):
    def fails(_: Path) -> None:
        raise Failed("Nothing can be started in /runs: Read-only file system.")

    wait(runs.folder / runs.mlp, 1)
    monkeypatch.setattr(supervisor, "wake", fails)
    for page in ("watch", "runs"):
        at = visit(page, run=runs.mlp)
        everything = [one.value for one in (*at.markdown, *at.sidebar.markdown)]
        assert any("Read\\-only file system" in one for one in everything)


def test_under_the_navigation_stand_what_trains_and_how_many_wait(visit, runs):
    wait(runs.folder / runs.mlp, 1)
    wait(runs.folder / runs.failed, 2)
    with begun(runs.folder / runs.small, epochs=2, epochs_planned=8):
        at = visit("runs")
        assert [one.value for one in at.sidebar.caption] == ["Training now, epoch 3 of 8"]
        links = {one.proto.label: one.proto.page for one in at.sidebar.get("page_link")}
        assert links == {name_of(runs.small): "watch", "2 runs in the queue": "runs"}
        RunFolder(runs.folder / runs.small).ask_stop()
        assert [one.value for one in at.run().sidebar.caption] == ["Stopping …"]
        at = visit("watch", run=runs.small)  # one is looking at it
        assert [one.proto.label for one in at.sidebar.get("page_link")] == ["2 runs in the queue"]


def test_stop_takes_a_run_out_of_the_queue_at_once_and_resume_puts_it_back(visit, runs, launched):
    wait(runs.folder / runs.mlp, 1)
    at = visit("watch", run=runs.mlp)
    buttons(at)["Stop"].click().run()
    assert "Stopped before it began" in texts(at)
    assert buttons(at)["Resume"].proto.type == "primary"
    buttons(at)["Resume"].click().run()
    assert launched == [runs.mlp]
    assert not buttons(at)["Stop"].disabled


def test_everybody_sees_that_a_run_was_asked_to_stop_and_it_never_sticks(visit, runs, launched):
    folder = RunFolder(runs.folder / runs.small)
    with begun(folder.folder):
        mine, other = visit("watch", run=runs.small), visit("watch", run=runs.small)
        buttons(mine)["Stop"].click().run()
        for at in (mine, other.run()):
            assert buttons(at)["Stopping …"].disabled
            assert "Stopping" in texts(at)
    folder.update(status="stopped", reason="asked", message="Stopped after epoch 1.")
    buttons(other.run())["Resume"].click().run()
    with begun(folder.folder):
        assert not buttons(mine.run())["Stop"].disabled  # though it was another who resumed it


# --- how a run ended --------------------------------------------------------------------------------------------------

STOPPED = {
    "asked": "Stopped after epoch 1. Resume goes on from there.",
    "ended": verdict.overdue()["message"],
    "killed": verdict.seen(-9, "")["message"],
    "crashed": verdict.seen(-11, "")["message"],
    "memory": "The system ended it, most likely because the memory was full. Close other programs and Resume.",
    "disk": "The disk is full. What was saved is kept; make room, then Resume.",
    "moved": "Its folder was moved while it was trained.",
}


def primary(at: AppTest) -> list[str]:
    return [one.label for one in at.button if one.proto.type == "primary"]


@pytest.mark.parametrize("reason", STOPPED)
def test_a_stopped_run_says_how_it_ended_and_can_be_resumed_everywhere(visit, runs, reason):
    words = STOPPED[reason]
    RunFolder(runs.folder / runs.small).update(status="stopped", reason=reason, message=words)
    for page in ("watch", "home"):
        at = visit(page, run=runs.small)
        assert primary(at) == ["Resume"]
        assert md(words.partition(". ")[0]) in texts(at)
    assert md(words.partition(". ")[0]) in texts(visit("runs", run=runs.small))
    RunFolder(runs.folder / runs.small).update(epochs=0)
    at = visit("evaluate", run=runs.small)
    assert primary(at) == ["Resume"]
    assert md(words.partition(". ")[0]) in texts(at)


@pytest.mark.parametrize(
    ("reason", "step", "label"),
    [
        ("error", 40, "Resume"),
        ("memory", 40, "Resume"),
        ("error", 0, "Try again"),
        ("memory", 0, "Try again"),
        ("diverged", 40, "Try with learning rate"),
    ],
)
def test_a_failed_run_offers_what_most_likely_helps(visit, runs, launched, reason, step, label):
    RunFolder(runs.folder / runs.small).update(status="failed", reason=reason, message="It broke. Why.", step=step)
    at = visit("watch", run=runs.small)
    (only,) = primary(at)
    assert only.startswith(label)
    assert "**It broke\\.** Why\\." in at.error[0].value
    buttons(at)[only].click().run()
    assert not at.exception
    assert len(launched) == 1
    assert (launched == [runs.small]) == (label == "Resume")


def test_a_run_whose_settings_are_lost_offers_nothing_that_cannot_work(visit, runs):
    forget()  # settings never change, so they are read once
    (runs.folder / runs.failed / "experiment.json").write_text("{")
    at = visit("watch", run=runs.failed)
    assert primary(at) == []
    assert "Change settings" not in buttons(at)


def checkpoints_of(folder: Path) -> list[Path]:
    return sorted((folder / "checkpoints").glob("*.model.safetensors"))


def test_what_was_lost_is_said_wherever_it_matters(visit, runs):
    notice = "Checkpoint step-00000080 is damaged; epoch 2 was lost."
    RunFolder(runs.folder / runs.small).update(notice=notice)
    for page in ("watch", "runs"):
        assert f":material/warning: {md(notice)}" in texts(visit(page, run=runs.small))
    assert ":material/warning:" not in texts(visit("watch", run=runs.mlp))
    best = checkpoints_of(runs.folder / runs.small)[-1]
    best.write_bytes(b"cut")
    shutil.rmtree(runs.folder / runs.small / "predictions")
    forget()  # what was counted with the whole weights was right
    for query in ({}, {"picture": "test-3"}):
        at = visit("explain" if query else "evaluate", run=runs.small, **query)
        assert ":material/warning:" in texts(at)


# --- a run that changes or goes away under a page ---------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_a_folder_that_vanishes_between_two_looks_is_let_go(visit, runs, page, monkeypatch):
    real = shell.record
    at = visit(page, run=runs.small)
    calls = []

    def vanishing(run: str) -> shell.Record | None:
        found = real(run)
        calls.append(run)
        if len(calls) == 2:  # after the address was checked
            shutil.rmtree(runs.folder / runs.small)
        return found

    monkeypatch.setattr(shell, "record", vanishing)
    said = []
    for _ in range(3):
        assert not at.run().exception
        said += [one.value for one in (*at.warning, *at.error)]
    assert [shell.GONE in one.replace("\\", "").replace("**", "") for one in said].count(True) == 1
    assert len(said) <= 2  # a page may have met it first
    assert at.query_params.get("run") != [runs.small]


def test_a_folder_of_runs_that_cannot_be_read_is_a_sentence_on_every_page(visit, runs, monkeypatch):
    def fails(*_: object) -> None:
        raise Failed("The runs folder /runs cannot be read: Permission denied.")

    pages = [visit(page, run=runs.small) for page in PAGES]
    monkeypatch.setattr(actions, "runs", fails)
    for at in pages:
        at.run()
        assert not at.exception
        assert "cannot be read" in at.error[0].value
