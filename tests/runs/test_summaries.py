"""What a list says of each run: the last accuracy and a small curve, right and cheap."""

from __future__ import annotations

import pytest

from cnn_core import actions
from cnn_core.jobs import journal
from cnn_core.runs import summaries
from cnn_core.runs.summaries import NOTHING, POINTS, summary


@pytest.fixture(autouse=True)
def forgotten():
    summaries._known.clear()


def write(run, *values, first=1):
    """A journal of so many validations, with steps between them."""
    run.journal_path.unlink(missing_ok=True)
    for number, value in enumerate(values, first):
        journal.write(run.journal_path, "steps", step=10 * number - 5, epoch=number - 0.5, loss=1.0)
        journal.write(run.journal_path, "validation", step=10 * number, epoch=float(number), val_accuracy=value)


def test_the_last_accuracy_is_the_last_not_the_best(run):
    write(run, 0.5, 0.9, 0.7)
    assert summary(run) == summaries.Summary(0.7, (0.5, 0.9, 0.7))


def test_a_real_run_says_what_its_curve_says(run):
    rows = actions.live(run.id).rows
    assert summary(run).curve == tuple(row["val_accuracy"] for row in rows)
    assert summary(run).last == rows[-1]["val_accuracy"]


def test_a_long_curve_is_thinned_and_keeps_its_ends(run):
    values = [number / 1000 for number in range(1000)]
    write(run, *values[:200])
    found = summary(run)
    assert len(found.curve) == POINTS
    assert (found.curve[0], found.curve[-1], found.last) == (0.0, 0.199, 0.199)
    assert list(found.curve) == sorted(found.curve)


@pytest.mark.parametrize("count", [1, 2, POINTS - 1, POINTS, POINTS + 1])
def test_up_to_so_many_points_every_one_is_there(run, count):
    write(run, *[number / 100 for number in range(count)])
    found = summary(run).curve
    assert len(found) == min(count, POINTS)
    assert len(set(found)) == len(found)


def test_what_was_trained_again_after_a_resume_counts_once(run):
    write(run, 0.1, 0.2, 0.3)
    journal.write(run.journal_path, "resumed", step=20)
    journal.write(run.journal_path, "validation", step=30, epoch=3.0, val_accuracy=0.9)
    assert summary(run).curve == (0.1, 0.2, 0.9)


def test_a_run_without_a_journal_or_a_validation_says_nothing(run):
    run.journal_path.unlink()
    assert summary(run) == NOTHING
    journal.write(run.journal_path, "started")
    assert summary(run) == NOTHING
    journal.write(run.journal_path, "validation", step=1, epoch=1.0, val_accuracy=None)
    assert summary(run) == NOTHING


def test_an_unchanged_journal_is_read_once_and_a_longer_one_again(run, monkeypatch):
    read, asked = summaries.validations_once, []
    monkeypatch.setattr(summaries, "validations_once", lambda run: (asked.append(run.id), read(run))[1])
    write(run, 0.5)
    for _ in range(3):
        assert summary(run).last == 0.5
    assert len(asked) == 1
    journal.write(run.journal_path, "validation", step=20, epoch=2.0, val_accuracy=0.6)
    assert summary(run).last == 0.6
    assert len(asked) == 2


def test_no_more_than_so_many_are_remembered(run, monkeypatch):
    monkeypatch.setattr(summaries, "REMEMBERED", 2)
    for number in range(4):
        path = run.root / f"{run.id}-{number}"
        path.symlink_to(run.folder)
        summary(type(run)(path))
    assert len(summaries._known) == 2


def test_a_journal_that_cannot_be_read_spoils_no_list(run):
    run.journal_path.unlink()
    run.journal_path.mkdir()
    assert actions.summaries(actions.runs()) == [NOTHING]
