"""What a foreign folder says never commands the terminal in which it is listed."""

from __future__ import annotations

import json
import re

import pytest

from cnn_core import actions, show
from cnn_core.base.errors import printable
from cnn_core.base.settings import runs_folder
from cnn_core.experiment import resolve
from tests.pages.hostile import TEXTS, spoil

HOSTILE = "[red]x[/red] [link=http://elsewhere.invalid]y[/link] \x1b]0;mine\x07\x1b[2J\x9b31m\u202egpj\ud800"
COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.fixture
def run() -> str:
    settings = {"data": {"name": "digits"}, "model": {"name": "mlp"}, "train": {"epochs": 1}}
    found = str(actions.train(resolve(settings))["run"])
    spoil(runs_folder() / found, HOSTILE)
    return found


def test_listings_and_records_print_it_as_text(run, capsys):
    show.runs(actions.runs(), runs_folder(), json=False)
    show.run(actions.show(run), json=False)
    show.trained(actions.show(run), json=False)
    show.stopped(actions.show(run), json=False)
    said = "".join(capsys.readouterr())
    assert COMMANDS.search(said) is None
    assert said.count("[red]x[/red] [link=http://elsewhere.invalid]y[/link]") >= 4


def test_json_holds_it_all_and_is_still_plain(run, capsys):
    show.runs(actions.runs(), runs_folder(), json=True)
    said = capsys.readouterr().out
    assert COMMANDS.search(said.rstrip("\n")) is None
    assert json.loads(said)["runs"][0]["message"] == HOSTILE


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_what_is_printable_stays(text):
    assert COMMANDS.search(printable(text)) is None
    assert len(printable(text)) == len(text)
    assert printable("Zürich 猫 \u05d0 🦊\n  two") == "Zürich 猫 \u05d0 🦊\n  two"
