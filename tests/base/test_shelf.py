"""A shelf: names in order, cards without importing, entries by name."""

from __future__ import annotations

import sys

import pytest

from cnn_core.base.errors import UnknownName
from cnn_core.base.shelf import Shelf

ENTRY = '"""{name}: a thing.\nin one sentence.\n\nHelp.\n\nMore help.\n"""\nENTRY = "{name}"\n'


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A shelf with the files pear, apple, broken, and one that is no entry."""
    folder = tmp_path / "fruit_shelf"
    folder.mkdir()
    for name in ("pear", "apple", "fig"):
        (folder / f"{name}.py").write_text(ENTRY.format(name=name))
    (folder / "__init__.py").write_text("")
    (folder / "_shared.py").write_text("")
    (folder / "broken.py").write_text('"""Broken."""\nraise ValueError("inside")\n')
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(Shelf, "folder", folder)
    yield Shelf("fruit", "fruit_shelf", "fruit", first=("pear",), renamed={"quince": "pear"})
    for name in [name for name in sys.modules if name.startswith("fruit_shelf")]:
        del sys.modules[name]


def test_the_first_come_first_and_the_rest_is_sorted(shelf):
    assert shelf.names() == ["pear", "apple", "broken", "fig"]


def test_a_card_is_read_without_importing_the_entry(shelf):
    assert shelf.card("apple") == ("apple: a thing. in one sentence.", "Help.\n\nMore help.")
    assert shelf.card("broken") == ("Broken.", "")
    assert "fruit_shelf.apple" not in sys.modules


def test_an_entry_is_loaded_by_name_also_by_an_old_one(shelf):
    assert shelf.load("apple") == "apple"
    assert shelf.load("quince") == "pear"
    assert shelf.known("quince") == "pear"


def test_a_broken_entry_raises_instead_of_vanishing(shelf):
    with pytest.raises(ValueError, match="inside"):
        shelf.load("broken")


@pytest.mark.parametrize("name", ["aple", "../apple", "_shared", "", "__init__", "apple.py", "x" * 10_000])
def test_an_unknown_name_is_told_what_there_is(shelf, name):
    with pytest.raises(UnknownName, match="There is: pear, apple, broken, fig") as caught:
        shelf.load(name)
    assert len(str(caught.value)) < 300


def test_a_name_spelled_nearly_right_is_offered(shelf):
    with pytest.raises(UnknownName, match='fruit "aple" is not known; did you mean "apple"'):
        shelf.card("aple")
