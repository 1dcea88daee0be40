"""What a foreign runs folder, a data set or a visitor's file may say is text on every page, and never anything else."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import streamlit as st
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Node

from cnn_core import actions
from cnn_core.data.sets import digits
from cnn_core.runs.run import RunFolder
from pages.parts import runs_list, shell, words
from tests.pages import hostile
from tests.pages.states import begun

TRACE = "*trace*<b>"
DOT = "drawn-FAABgIA"  # a drawing of one point in the middle
PAGES = [page for rows in shell._PAGES.values() for page, _, _ in rows]
# Fields that a browser shows as they are (each was looked at in one); all others are read as Markdown.
LITERAL = {
    "Selectbox.options",
    "Selectbox.raw_value",
    "Image.alt",
    "Code.code_text",
    "VegaLiteChart.spec",
    "VegaLiteChart.alt",
    "BidiComponent.json",
    "MultiSelect.options",
    "MultiSelect.raw_values",
    "PlotlyChart.alt",
    "PlotlyChart.spec",
}
# And those of the page of runs: the values of fields, what stands in empty ones, what is read aloud.
VALUES = {"Dataframe.alt", "TextInput.default", "TextInput.placeholder", "TextArea.default"}


def strings(message: Message) -> Iterator[tuple[str, str]]:
    """Every string in an element's message, with `Kind.field`."""
    for field, value in message.ListFields():
        where = f"{message.DESCRIPTOR.name}.{field.name}"
        values = value if field.is_repeated else [value]
        for one in values:
            if field.type == FieldDescriptor.TYPE_MESSAGE and isinstance(one, Message):
                yield from strings(one)
            elif field.type == FieldDescriptor.TYPE_STRING:
                yield where, one


def nodes(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node, Block):
        for child in node.children.values():
            yield from nodes(child)


def shown(at: AppTest) -> list[tuple[str, str]]:
    """Every string that was sent to the browser."""
    found = []
    for node in nodes(at._tree):
        if isinstance(getattr(node, "proto", None), Message):
            found += list(strings(node.proto))
    return found


def unescaped(at: AppTest, literal: set[str] = LITERAL) -> list[tuple[str, str]]:
    """Where the trace stands in what is read as Markdown, with a sign that Markdown knows."""
    return [
        (where, text[:200])
        for where, text in shown(at)
        if where not in literal and re.search(r"(?<!\\)\*trace|trace(?<!\\)\*|(?<!\\)<b>", text)
    ]


def forget() -> None:
    """Names of classes never change, so they are read once."""
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Classes with the trace in their names."""
    forget()
    monkeypatch.setattr(hostile, "CLASSES", tuple(f"{TRACE}{digit}" for digit in range(10)))
    monkeypatch.setattr(digits.Digits, "facts", hostile.facts)
    yield
    forget()


def walk(visit: Any, runs: Any) -> dict[str, AppTest]:
    """Every page of a finished run, and those that look otherwise in other states; by a name."""
    folder = runs.folder / runs.small
    hostile.spoil(folder, TRACE)
    seen = {page: visit(page, run=runs.small) for page in PAGES}
    seen["explain a picture"] = visit("explain", run=runs.small, picture="test-3")
    seen["two classes"] = visit("explain", run=runs.small, picture="test-3", **{"class": "1", "against": "2"})
    for page in ("explain", "features"):
        seen[f"{page} an empty sheet"] = visit(page, run=runs.small, picture="drawn")
        seen[f"{page} a dot"] = visit(page, run=runs.small, picture=DOT)
    seen["no drawing"] = visit("explain", run=runs.small, picture=f"drawn-{TRACE}")
    seen["nothing there"] = visit("runs", run=f"{TRACE}")
    seen["no picture"] = visit("explain", run=runs.small, picture=TRACE)
    seen["no class"] = visit(
        "explain", run=runs.small, picture="test-3", **{"class": TRACE, "against": TRACE, "layer": TRACE}
    )
    for status in ("stopped", "failed", "queued"):
        hostile.spoil(folder, TRACE, status=status)
        seen |= {f"{page} {status}": visit(page, run=runs.small) for page in PAGES}
    for status in ("running", "queued"):
        with begun(folder, status=status, message=TRACE, reason=TRACE, waiting_for=TRACE):
            seen |= {f"{page} {status}, at work": visit(page, run=runs.small) for page in PAGES}
            seen |= {f"elsewhere {status}": visit("runs", run=runs.mlp)}
    return seen


def test_no_foreign_text_is_read_as_markdown_on_any_page_in_any_state(visit, runs, named):
    seen = walk(visit, runs)
    assert {name: unescaped(at) for name, at in seen.items() if unescaped(at)} == {}
    assert all(not at.exception for at in seen.values())
    met = {where for at in seen.values() for where, text in shown(at) if "trace" in text}
    assert met >= LITERAL  # each was really met, and so were those that had to be escaped
    assert met - LITERAL


def test_without_the_escape_it_would_be_found(visit, runs, named, monkeypatch):
    for module in ("pages.parts.shell", "pages.parts.following"):
        monkeypatch.setattr(f"{module}.md", words.plain)
    hostile.spoil(runs.folder / runs.small, TRACE, status="failed")
    assert unescaped(visit("watch", run=runs.small))


def annotated(visit: Any, runs: Any) -> dict[str, AppTest]:
    """Every page of a run with the trace in its name, note and tags, and all that the page of runs does with them."""
    for run in (runs.small, runs.mlp):
        hostile.annotate(runs.folder / run, TRACE)
    seen = {page: visit(page, run=runs.small) for page in PAGES}
    seen["compare"] = visit("runs", runs=f"{runs.small},{runs.mlp}")
    for label in ("Name and note", "Delete"):
        seen[label] = visit("runs", run=runs.mlp)
        next(one for one in seen[label].button if one.label == label).click().run()
    actions.delete(runs.mlp)
    for label in ("", "Purge", "Restore"):
        at = seen[f"trash {label}"] = visit("runs")
        at.session_state["runs.trash"] = True
        at.run()
        for one in at.button:
            if one.label == label:
                one.click().run()
    with begun(runs.folder / runs.small):
        seen["elsewhere"] = visit("runs")
    return seen


def test_no_name_note_or_tag_is_read_as_markdown_anywhere(visit, runs, named):
    seen = annotated(visit, runs)
    wrong = {name: unescaped(at, LITERAL | VALUES) for name, at in seen.items()}
    assert {name: found for name, found in wrong.items() if found} == {}
    assert all(not at.exception for at in seen.values())
    spoken = {name for name, at in seen.items() if any("trace" in text for _, text in shown(at))}
    assert spoken >= {"runs", "watch", "compare", "Name and note", "Delete", "trash ", "trash Purge", "elsewhere"}


def test_every_hostile_name_note_and_tag_breaks_no_page(visit, runs):
    listing, beside = visit("runs", run=runs.small), visit("runs", runs=f"{runs.small},{runs.mlp}")
    for name, text in hostile.TEXTS.items():
        hostile.annotate(runs.folder / runs.small, text)
        for at in (listing, beside):
            assert not at.run().exception, name
            for frame in at.dataframe:
                cells = [one for column in frame.value for one in [column, *frame.value[column].tolist()]]
                assert not any(isinstance(one, str) and one[:1] in ("=", "+", "@") for one in cells), name
        saved = [cell for line in csv.reader(io.StringIO(runs_list.csv(actions.runs()))) for cell in line]
        assert not any(cell[:1] in ("=", "+", "@") for cell in saved), name


# --- the address ------------------------------------------------------------------------------------------------------

BAD = {
    "empty": "",
    "up": "../",
    "file": "../../etc/passwd",
    "escaped": "%2e%2e%2f",
    "nul": "a\0b",
    "newline": "20260101-000000-a-0000\n",
    "long": "a" * 10_000,
    "long number": "9" * 10_000,
    "picture of a huge number": "test-999999999",
    "picture of no split": "nope-1",
    "drawing that is none": "drawn-%%",
    "negative": "-1",
    "other digits": "٣",
    "html": "<img src=x onerror=alert(1)>",
    "turned": "a\u202eb",
    "fox": "🦊",
}


def said(at: AppTest) -> list[str]:
    return [one.value for kind in (at.warning, at.error) for one in kind]


def asked(at: AppTest, **query: str) -> list[str]:
    """What the page says of an address; nothing may raise."""
    at.query_params.clear()
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception, (query, at.exception[0].message)
    return said(at)


@pytest.mark.parametrize("page", PAGES)
def test_any_run_in_the_address_is_a_sentence(visit, runs, page):
    at = visit(page)
    for bad in BAD.values():
        (sentence,) = asked(at, run=bad)
        assert "run" in sentence
        assert len(sentence) < 400


PARAMETERS = ("picture", "class", "against", "layer", "method", "runs", "unknown")


def test_any_picture_class_or_layer_in_the_address_is_a_sentence(visit, runs):
    at = visit("explain", run=runs.small, picture="test-3")
    for kind, bad in BAD.items():
        for name in PARAMETERS:
            sentences = asked(at, **{"run": runs.small, "picture": "test-3", name: bad})
            said_of = name in ("picture", "class", "against", "layer", "method")
            assert len(sentences) == (said_of and kind != "empty"), (kind, name)
            assert all(len(one) < 700 for one in sentences)


def test_any_picture_layer_or_map_in_the_address_of_features_is_a_sentence(visit, runs):
    at = visit("features", run=runs.small, picture="test-3")
    for kind, bad in BAD.items():
        for name in (*PARAMETERS, "map"):
            sentences = asked(at, **{"run": runs.small, "picture": "test-3", name: bad})
            assert len(sentences) == (name in ("picture", "layer", "map") and kind != "empty"), (kind, name)
            assert all(len(one) < 700 for one in sentences)


@pytest.mark.parametrize("page", [page for page in PAGES if page not in ("explain", "features")])
def test_all_of_it_at_once_is_at_most_a_sentence_on_other_pages(visit, runs, page):
    at = visit(page, run=runs.small)
    for bad in BAD.values():
        assert len(asked(at, run=runs.small, **dict.fromkeys(PARAMETERS, bad))) <= 1


@pytest.mark.parametrize("page", PAGES)
def test_three_thousand_keys_in_the_address_change_nothing(visit, runs, page):
    assert asked(visit(page), run=runs.small, **{f"key{i}": "x" * 20 for i in range(3000)}) == []


# --- what a folder may hold -------------------------------------------------------------------------------------------


def test_every_hostile_text_is_shown_and_breaks_no_page(visit, runs):
    folder = runs.folder / runs.small
    watch, listing = visit("watch", run=runs.small), visit("runs", run=runs.small)
    for name, text in hostile.TEXTS.items():
        hostile.spoil(folder, text, status="failed")
        assert not watch.run().exception, name
        assert words.md(words.plain(text, 20).rstrip("…")) in watch.error[0].value.replace("**", ""), name
        hostile.spoil(folder, text, status="stopped")
        assert not listing.run().exception, name
        cells = listing.dataframe[0].value["run"].tolist()
        begins = words.table_text(text, 20).strip("…\u2068\u2069")
        assert any(one.lstrip("\u2068").startswith(begins) for one in cells), name
        assert not any(one[:1] in "=+@" for one in cells), name


WRONG = [None, "x", -1, 10**400, 1e308, True, [], {}, [[[]]], "\ud800"]


def test_a_state_whose_fields_make_no_sense_breaks_no_page(visit, runs):
    folder = runs.folder / runs.small
    stored = RunFolder(folder).stored()
    pages = [visit(page, run=runs.small) for page in ("watch", "runs")]
    fields = stored.keys() - {"schema", "sha256"}
    for value in WRONG:
        for wrong in (fields - {"status"}, {"status"}):
            (folder / "state.json").write_text(json.dumps({**stored, **dict.fromkeys(wrong, value), "schema": 1}))
            for at in pages:
                assert not at.run().exception, (wrong, value)


def test_a_journal_and_a_wall_that_make_no_sense_break_no_page(visit, runs):
    folder = runs.folder / runs.small
    wall = json.loads((folder / "wall.json").read_text())
    rows = [json.loads(line) for line in (folder / "journal.jsonl").read_text().splitlines()]
    at = visit("watch", run=runs.small)
    for value in WRONG:
        (folder / "journal.jsonl").unlink()
        lines = [json.dumps({**row, field: value}) for row in rows for field in row]
        (folder / "journal.jsonl").write_text("\n".join(lines) + "\n")
        for changed in (*({field: value} for field in wall), {"wrong": {"x": 1, "0": value, "-5": 9, "999999": 3}}):
            (folder / "wall.json").write_text(json.dumps({**wall, **changed}))
            assert not at.run().exception, (changed, value)
