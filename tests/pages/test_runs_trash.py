"""The trash under the list of runs, as visitors meet it, one and several at once."""

from __future__ import annotations

import pytest

from cnn_core import actions
from cnn_core.runs import trash
from cnn_core.runs.run import RunFolder
from tests.pages.states import address, buttons, texts


@pytest.fixture
def opened(visit):
    """The page of runs with the trash open."""

    def open_trash(**query):
        at = visit("runs", **query)
        at.session_state["runs.trash"] = True
        return at.run()

    return open_trash


def trashes(at):
    return [one.label for one in at.expander if one.label.startswith("Trash")]


def toasts(at):
    return [one.value for one in at.toast]


def test_an_empty_trash_is_not_mentioned(visit, runs):
    assert trashes(visit("runs")) == []


def test_it_says_how_many_are_in_it_and_looks_into_none_before_it_is_opened(visit, runs, monkeypatch):
    actions.delete(runs.mlp)
    monkeypatch.setattr(trash, "listing", lambda root: pytest.fail("it was looked into"))
    assert trashes(visit("runs")) == ["Trash · 1 run"]


def test_opened_it_says_what_is_in_it_how_large_and_since_when(opened, runs):
    actions.rename(runs.mlp, "my own")
    actions.delete(runs.mlp)
    at = opened()
    assert "my own" in texts(at)
    assert "deleted just now" in texts(at)
    (row,) = actions.trash()
    assert f"Empty the trash, {row['bytes'] / 1e3:,.0f} kB" in buttons(at) or row["bytes"] >= 1e6


def test_restore_brings_the_run_back_and_ticks_it(opened, runs):
    actions.delete(runs.mlp)
    at = opened()
    buttons(at)["Restore"].click().run()
    assert not at.exception
    assert toasts(at) == [f"digits · mlp · {runs.mlp[-4:]} is back\\.".replace("\\.", ".")]
    assert address(at) == runs.mlp
    assert len(at.dataframe[0].value) == 3
    assert trashes(at) == []


def test_purge_asks_first_says_what_it_freed_and_cannot_be_undone(opened, runs):
    actions.delete(runs.mlp)
    (row,) = actions.trash()
    at = opened()
    buttons(at)["Purge"].click().run()
    assert "cannot be undone" in texts(at)
    assert actions.thrown_away() == 1
    buttons(at)["Purge it"].click().run()
    assert not at.exception
    assert actions.thrown_away() == 0
    freed = f"{row['bytes'] / 1e6:,.1f} MB" if row["bytes"] >= 1e6 else f"{row['bytes'] / 1e3:,.0f} kB"
    assert toasts(at) == [f"{freed} freed."]


def test_keeping_purges_nothing(opened, runs):
    actions.delete(runs.mlp)
    at = opened()
    buttons(at)["Purge"].click().run()
    buttons(at)["Keep it"].click().run()
    assert actions.thrown_away() == 1


def test_the_trash_is_emptied_after_a_question(opened, runs):
    for run in (runs.mlp, runs.failed):
        actions.delete(run)
    at = opened()
    next(one for label, one in buttons(at).items() if label.startswith("Empty the trash")).click().run()
    assert "2 runs go for good" in texts(at)
    buttons(at)["Empty it"].click().run()
    assert toasts(at)[0].startswith("2 runs purged, ")
    assert actions.thrown_away() == 0
    assert len(actions.runs()) == 1


@pytest.mark.parametrize(("first", "then"), [("Restore", None), ("Purge", "Purge it")])
def test_the_second_visitor_who_does_the_same_gets_a_sentence(opened, runs, first, then):
    actions.delete(runs.mlp)
    mine, others = opened(), opened()
    for at in (mine, others):
        if then:
            buttons(at)[first].click().run()
    for at in (mine, others):
        buttons(at)[then or first].click().run()
        assert not at.exception
    assert not mine.error
    assert "is not in the trash" in others.error[0].value


def test_the_second_visitor_who_empties_it_empties_nothing(opened, runs):
    actions.delete(runs.mlp)
    mine, others = opened(), opened()
    for at in (mine, others):
        next(one for label, one in buttons(at).items() if label.startswith("Empty the trash")).click().run()
    for at in (mine, others):
        buttons(at)["Empty it"].click().run()
        assert not at.exception
        assert not at.error
    assert toasts(mine)
    assert not toasts(others)


def test_a_run_that_a_job_uses_stays_and_the_page_says_why(opened, runs):
    run = RunFolder(runs.folder / runs.mlp)
    with run.lock():
        trash.throw_away(run)
        at = opened()
        buttons(at)["Purge"].click().run()
        buttons(at)["Purge it"].click().run()
        assert "stop it first" in at.error[0].value
        next(one for label, one in buttons(at).items() if label.startswith("Empty the trash")).click().run()
        buttons(at)["Empty it"].click().run()
        assert "stop it first" in at.error[0].value
    assert actions.thrown_away() == 1


def test_a_run_whose_id_is_in_use_again_comes_back_under_another(opened, runs):
    import shutil

    shutil.copytree(runs.folder / runs.mlp, runs.folder / "copy")
    actions.delete(runs.mlp)
    (runs.folder / "copy").rename(runs.folder / runs.mlp)
    at = opened()
    buttons(at)["Restore"].click().run()
    assert "the other one is in use" in toasts(at)[0]
    assert address(at) == f"{runs.mlp}-2"


def test_the_last_run_in_the_trash_leaves_a_page_that_still_offers_it(opened, runs):
    for run in (runs.small, runs.mlp, runs.failed):
        actions.delete(run)
    at = opened()
    assert [one.value for one in at.subheader] == ["No run yet"]
    assert trashes(at) == ["Trash · 3 runs"]
    assert len([one for one in at.button if one.label == "Restore"]) == 3


def test_many_are_shown_some_at_a_time(opened, runs):
    import shutil

    for number in range(12):
        shutil.copytree(runs.folder / runs.failed, runs.folder / ".trash" / f"20261125-000000-digits-{number:04x}")
    at = opened()
    assert len([one for one in at.button if one.label == "Restore"]) == 10
    assert "1 to 10 of 12" in texts(at)
    buttons(at)["Older"].click().run()
    assert len([one for one in at.button if one.label == "Restore"]) == 2
    buttons(at)["Newer"].click().run()
    assert "1 to 10 of 12" in texts(at)
