"""`serve` as real processes: the dashboard answers, and SIGTERM leaves every run with a checkpoint, to be resumed."""

from __future__ import annotations

import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from cnn_core import actions, cli
from cnn_core.actions.serving import stop_all
from cnn_core.base.settings import runs_folder
from cnn_core.experiment import resolve
from cnn_core.runs import manifests
from cnn_core.runs.run import find_run
from tests.faults.harness import until
from tests.serving import Server

LONG = {"data": {"name": "digits"}, "model": {"name": "small_cnn"}, "train": {"epochs": 5_000}}


class Served(Server):
    """`python -m cnn_core serve` instead of Streamlit itself."""

    def command(self, port):
        return [sys.executable, "-m", "cnn_core", "serve", "--port", str(port)]


def gone(pid):
    """Whether a process has ended (a zombie has)."""
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True


@pytest.fixture
def served(tmp_path):
    server = Served(tmp_path / "server.log")
    yield server
    if server.process.poll() is None:
        server.kill()


def test_sigterm_stops_what_trains_and_what_waits_and_ends_with_0(served):
    run, waiting = (actions.start(resolve(LONG)) for _ in range(2))
    served.started()
    children = Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children").read_text().split()
    assert len(children) == 1
    assert until(lambda: actions.show(run)["step"] > 0)
    assert served.end() == 0
    record, other = actions.show(run), actions.show(waiting)
    assert (record["status"], record["reason"]) == ("stopped", "asked")
    assert "Resume goes on from there" in record["message"]
    assert (other["status"], other["step"]) == ("stopped", 0)
    assert manifests.names(find_run(run, runs_folder()).checkpoints)
    assert not find_run(run, runs_folder()).alive()
    assert gone(children[0])
    log = served.log.read_text()
    assert f"{run} is asked to stop; it keeps what it has, and can be resumed." in log
    assert "Traceback" not in log
    actions.resume_in_background(run)
    assert until(lambda: actions.show(run)["status"] == "running")
    actions.stop(run)


def test_with_nothing_at_work_it_ends_at_once_by_either_signal(served):
    served.started()
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(20) == 0


def test_a_server_that_ends_by_itself_is_said_and_is_no_success(served):
    served.started()
    child = int(Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children").read_text())
    os.kill(child, signal.SIGKILL)
    assert served.process.wait(20) == 1
    assert until(lambda: "The server has ended by itself (code -9)." in served.log.read_text())


def test_a_port_that_is_taken_and_an_address_that_is_not_ours_are_sentences(capsys):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert cli.main(["serve", "--port", str(port)]) == 2
    said = capsys.readouterr().err
    assert f"at 127.0.0.1, port {port} (Address already in use); choose another --port or --address." in said
    assert cli.main(["serve", "--address", "203.0.113.9"]) == 2
    assert "at 203.0.113.9, port 8501" in capsys.readouterr().err
    for port in ("0", "70000", "http"):
        assert cli.main(["serve", "--port", port]) == 2
        assert capsys.readouterr().err.startswith("--port is ")


def test_stopping_leaves_what_has_ended_alone_and_needs_no_folder(tmp_path):
    assert stop_all(tmp_path / "nowhere") == []
    record = actions.train(resolve({**LONG, "train": {"epochs": 1}}))
    assert stop_all(runs_folder()) == []
    assert actions.show(record["run"])["status"] == "done"
