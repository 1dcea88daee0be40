"""Start, stop, resume and delete as pages and shells call them: through the queue, with real trainings."""

from __future__ import annotations

import os
import signal

import pytest

from cnn_core import actions
from cnn_core.base.errors import UserError
from cnn_core.base.locks import Lock, held, note
from cnn_core.base.settings import locks_folder, runs_folder
from cnn_core.experiment import resolve
from cnn_core.jobs.job import SUPERVISOR
from tests.jobs.conftest import until

SMALL = {"data": {"name": "digits"}, "model": {"name": "small_cnn", "options": {"width": 4, "depth": 2}}}


def small(epochs=1):
    return resolve({**SMALL, "train": {"epochs": epochs, "batch_size": 64}})


@pytest.fixture
def busy():
    """The device is taken by somebody, so that jobs stay where they are until it is released."""
    lock = Lock(locks_folder() / "cpu.lock", shared=True)
    assert lock.acquire("somebody-else")
    yield lock
    lock.release()
    for run in actions.runs():
        actions.stop(run["run"])


def test_two_starts_are_two_runs_in_order_and_say_for_whom_they_wait(busy):
    first, second = actions.start(small()), actions.start(small())
    waiting = until(lambda: [one for one in actions.runs() if one["waiting_for"] == "somebody-else"])
    assert [one["run"] for one in waiting] == [first]
    seen = actions.show(second)
    assert (seen["status"], seen["ahead"], seen["waiting_for"]) == ("queued", 1, first)
    assert [one["run"] for one in actions.runs()] == [second, first]
    busy.release()
    until(lambda: all(one["status"] == "done" for one in actions.runs()), 60)
    assert actions.show(first)["ended"] <= actions.show(second)["started"]


def test_a_run_in_the_line_is_stopped_at_once_and_resumed_at_its_end(busy):
    first, second, third = (actions.start(small()) for _ in range(3))
    stopped = actions.stop(second)
    assert (stopped["status"], stopped["reason"]) == ("stopped", "asked")
    assert actions.show(third)["ahead"] == 1
    assert actions.resume_in_background(second)["ahead"] == 2
    assert actions.resume_in_background(second)["ahead"] == 2  # a second click changes nothing
    actions.delete(second)
    assert [one["run"] for one in actions.runs()] == [third, first]


def test_a_run_trained_in_the_foreground_is_not_the_supervisors_to_start(busy):
    begun = actions.start(small())
    states = []

    def show(event):
        if event["kind"] == "waiting":
            actions.wake()
            states.append(actions.runs()[0])
            busy.release()

    record = actions.train(small(), show=show)
    assert record["status"] == "done"
    assert (states[0]["status"], states[0]["alive"], states[0]["waiting_for"]) == ("queued", True, "somebody-else")
    until(lambda: actions.show(begun)["status"] == "done", 60)


def test_a_run_is_stopped_within_seconds_with_a_checkpoint_wherever_it_is():
    run = actions.start(small(epochs=2000))
    until(lambda: actions.show(run)["epochs"] >= 1, 60)
    record = actions.stop(run)
    assert (record["status"], record["reason"]) == ("stopped", "asked")
    assert record["step"] > 0
    with pytest.raises(UserError, match="does not exist"):
        actions.stop("no-such-run")


def test_who_looks_at_a_queue_whose_supervisor_died_wakes_another(busy):
    actions.start(small())
    second = actions.start(small())
    lock = runs_folder() / SUPERVISOR
    pid = int(until(lambda: note(lock)).split()[0])
    os.kill(pid, signal.SIGKILL)
    until(lambda: not held(lock))
    actions.wake()
    busy.release()
    until(lambda: actions.show(second)["status"] == "done", 60)
