"""In a real browser: no name, message or class becomes a link, a picture, an icon or a script, and none is missing."""

from __future__ import annotations

import contextlib
import csv
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cnn_core import actions
from cnn_core.experiment import demo
from pages.parts import words
from pages.parts.words import md, plain
from tests import serving as server
from tests.pages import hostile

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

# What a text may become: nothing of this. Pictures of ours are not `img` with an address of elsewhere.
BORN = "a[href], img:not([src*='/media/']), em, del, code, li, table, blockquote, hr, .katex, sup, script, iframe"


# --- the escape itself ------------------------------------------------------------------------------------------------

LAB = """
import streamlit as st
from pages.parts.words import md
from tests.pages.hostile import TEXTS, backslashes

escape = md if "bare" not in st.query_params else backslashes
pages = st.navigation([st.Page(lambda: None, title="x", url_path="x", default=True)], position="hidden")
KINDS = {
    "markdown": st.markdown,
    "caption": st.caption,
    "title": lambda text: st.title(text, anchor=False),
    "subheader": lambda text: st.subheader(text, anchor=False),
    "error": st.error,
    "warning": st.warning,
    "expander": lambda text: st.expander(text),
    "popover": lambda text: st.popover(text, key=f"popover{i}"),
    "button": lambda text: st.button(text, key=f"button{i}"),
    "metric": lambda text: st.metric(text, text),
    "progress": lambda text: st.progress(0.5, text=text),
    "badge": lambda text: st.markdown(f":orange-badge[:material/close: Wrong: {text}]"),
    "in bold": lambda text: st.markdown(f"**{text}** and {text}."),
    "in grey": lambda text: st.markdown(f":small[:orange[:material/error: {text}]]"),
    "select box": lambda text: st.selectbox(text, [1], key=f"select{i}"),
}
for i, text in enumerate(TEXTS.values()):
    if escape(text):
        for kind, draw in KINDS.items():
            with st.container(key=f"lab-{i}-{kind.replace(' ', '_')}"):
                draw(escape(text))
st.button("Help", help="\\n\\n".join(map(escape, TEXTS.values())))
"""
READ = """([born]) => [...document.querySelectorAll('[class*=st-key-lab-]')].map(box => [
  [...box.classList].find(name => name.startsWith('st-key-lab-')).slice(11), box.textContent,
  [...box.querySelectorAll(born)].map(one => one.outerHTML.slice(0, 90))])"""


@pytest.fixture
def lab(tmp_path, monkeypatch) -> Path:
    """A page that shows every hostile text in every place that reads Markdown."""
    folder = tmp_path / "lab"
    shutil.copytree(server.PROJECT / ".streamlit", folder / ".streamlit")
    (folder / "app.py").write_text(LAB)
    monkeypatch.setenv("PYTHONPATH", str(server.PROJECT))
    monkeypatch.setattr(server, "PROJECT", folder)
    return folder


def tooltip(page, button: str):
    """The help of a button. What is drawn late may move the button away from under the pointer: it goes there again."""
    from playwright.sync_api import TimeoutError as TooLate

    shown = page.get_by_test_id("stTooltipContent")
    for patience in (3_000, 3_000, 3_000, 30_000):
        page.mouse.move(0, 0)
        page.get_by_role("button", name=button).hover()
        with contextlib.suppress(TooLate):
            shown.wait_for(timeout=patience)
            break
    assert shown.is_visible()
    return shown


def test_every_text_is_shown_letter_by_letter_wherever_streamlit_reads_markdown(lab, tmp_path):
    texts = list(hostile.TEXTS.values())
    with server.serving(tmp_path / "log") as address, server.browsing() as page:
        page.goto(address)
        page.get_by_role("button", name="Help").wait_for()
        server.settled(page)  # a page that still grows moves the button away from under the pointer
        shown = tooltip(page, "Help")
        assert shown.inner_text().split("\n\n") == [plain(text) for text in texts if plain(text)]
        assert shown.locator(BORN).count() == 0
        found = page.evaluate(READ, [BORN])
        assert len(found) == 15 * len([text for text in texts if md(text)])
        wrong = []
        for key, text, born in found:
            number, _, kind = key.partition("-")
            if plain(texts[int(number)]) not in text or born:
                wrong.append((kind, plain(texts[int(number)])[:50], text[:80], born))
        assert wrong == []
        assert page.strange == []
        assert page.evaluate("window.harmed") is None


def test_backslashes_alone_would_not_do(lab, tmp_path):
    with server.serving(tmp_path / "log") as address, server.browsing() as page:
        page.goto(f"{address}/?bare=1")
        page.get_by_role("button", name="Help").wait_for()
        server.settled(page)
        born = "".join(str(one[2]) for one in page.evaluate(READ, [BORN]))
        assert "<a " in born  # a bare address
        assert "<img" in born  # `:streamlit:`


# --- all pages --------------------------------------------------------------------------------------------------------


@contextmanager
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str = "") -> Iterator[Any]:
    """The app with hostile names for the digits, in a browser; `first` is done before anything is imported."""
    copy = tmp_path / "app"
    for name in ("pages", "assets", ".streamlit"):
        shutil.copytree(server.PROJECT / name, copy / name)
    source = (server.PROJECT / "app.py").read_text()
    ours = f"from tests.pages import hostile\n\nhostile.name_classes()\n{first}\n\nimport streamlit as st\n"
    (copy / "app.py").write_text(source.replace("import streamlit as st\n", ours, 1))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(copy), str(server.PROJECT)]))
    monkeypatch.setattr(server, "PROJECT", copy)
    with (
        server.serving(tmp_path / "server.log") as address,
        server.browsing(viewport={"width": 1440, "height": 1000}, accept_downloads=True) as page,
    ):
        page.address = address
        page.add_init_script("delete window.showSaveFilePicker")  # its window cannot be answered here
        page.goto(address)  # a link to another page would run that page's file first, and app.py only then
        page.get_by_role("heading", level=1).wait_for()
        yield page
    assert "Traceback" not in (tmp_path / "server.log").read_text()


@pytest.fixture
def run(tmp_path) -> str:
    """A trained network whose folder says something hostile wherever it says anything."""
    found = str(actions.train(demo())["run"])
    hostile.spoil(tmp_path / "runs" / found, hostile.TEXTS["picture"])
    return found


def also(tmp_path: Path, run: str, name: str, text: str, **facts: object) -> str:
    """A copy of the run with another text, under another id."""
    other = f"20260101-000000-copy-{name}"
    shutil.copytree(tmp_path / "runs" / run, tmp_path / "runs" / other)
    hostile.spoil(tmp_path / "runs" / other, text, **facts)
    return other


def opened(page: Any, path: str) -> str:
    """Go there; nothing foreign may have come of it. Returns what stands on the page."""
    page.goto(f"{page.address}/{path}")
    page.get_by_test_id("stMain").locator("h1").first.wait_for()
    return looked(page)


def looked(page: Any) -> str:
    """What stands on the page, once nothing foreign was found to have come of it."""
    server.settled(page)
    assert harm(page) == []
    return str(page.evaluate("document.body.innerText"))


def harm(page: Any) -> list[str]:
    """What names have done to a page: requests, elements that lead or look elsewhere, formulae, scripts, traces."""
    wrong = (
        "[href*='elsewhere.invalid'], [src*='elsewhere.invalid'], [href^='javascript:'], [href^='mailto:'], .katex, "
        "[data-testid=stException], .stMain script"
    )
    born = page.locator(wrong).evaluate_all("found => found.map(one => one.outerHTML.slice(0, 120))")
    return [*page.strange, *born, *(["a script ran"] if page.evaluate("window.harmed") else [])]


def test_a_hostile_run_harms_no_page_and_nothing_is_missing(tmp_path, monkeypatch, run):
    label, said = hostile.TEXTS["picture"], hostile.TEXTS["html"]
    stopped = also(tmp_path, run, "stopped", said, status="stopped", epochs=3)
    also(tmp_path, run, "sheet", hostile.TEXTS["sheet"])
    with app(tmp_path, monkeypatch) as page:
        opened(page, f"watch?run={run}")
        assert plain(label, 60) in page.get_by_role("combobox").first.input_value()
        page.get_by_text("Log", exact=True).click()
        assert label in looked(page)  # the log
        assert plain(said) in opened(page, f"watch?run={stopped}")

        assert "Always answering" in opened(page, f"?run={run}")
        assert plain(said) in opened(page, f"?run={stopped}")
        tips = page.locator("[title]").evaluate_all("found => found.map(one => one.title)")
        assert any(plain(hostile.CLASSES[3], 40) in tip for tip in tips)

        text = opened(page, f"evaluate?run={run}")
        assert "What it mixes up" in text
        for number in (0, 1):  # the two boxes that choose a cell
            box = page.get_by_test_id("stMain").get_by_role("combobox").nth(1 + number)
            box.click()
            options = page.get_by_role("option").all_inner_texts()
            assert options[0] == plain(hostile.CLASSES[0], 40)
            page.keyboard.press("Escape")
        guarded_csv(page, tmp_path, plain(hostile.CLASSES[0], 60))

        opened(page, f"explain?run={run}&picture=test-3")
        page.get_by_text("Its five best guesses").wait_for()
        page.get_by_test_id("stVegaLiteChart").first.hover()
        page.get_by_role("button", name=re.compile("Show data")).first.click()
        guarded_csv(page, tmp_path, "0.9")
        page.get_by_role("button", name=re.compile("Show chart")).first.click()
        box = page.get_by_test_id("stVegaLiteChart").first.bounding_box()
        page.mouse.move(box["x"] + box["width"] * 0.45, box["y"] + 30)
        looked(page)
        page.get_by_role("button", name="Change picture").click()
        page.get_by_text("Or by its number").wait_for()
        looked(page)
        for bad in (hostile.TEXTS["html"], hostile.TEXTS["bare address"], "../../etc/passwd"):
            opened(page, f"explain?run={run}&picture={bad.replace('#', '%23').replace('&', '%26')}")
            assert plain(bad, 60)[:40] in looked(page)

        opened(page, f"runs?run={run}")
        page.get_by_role("button", name="Delete").click()
        page.get_by_role("dialog").wait_for()
        assert plain(label, 60) in looked(page)
        page.get_by_role("button", name="Keep it").click()
        guarded_csv(page, tmp_path, plain(label, 60))
        hostile.annotate(tmp_path / "runs" / stopped, said)
        opened(page, f"runs?runs={run},{stopped}")
        page.get_by_text("Only what differs").wait_for()
        assert plain(said)[:30] in looked(page)  # the box of those that are compared shortens names
        page.get_by_test_id("stVegaLiteChart").first.hover()
        looked(page)

        opened(page, f"train?run={run}")
        page.get_by_role("heading", name="What you will get").wait_for()
        looked(page)


def guarded_csv(page: Any, tmp_path: Path, name: str) -> None:
    """Save the page's table with its own button; no cell is a formula, and this name is in it."""
    table = page.get_by_test_id("stDataFrame").first
    table.hover()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download as CSV").first.click()
    saved.value.save_as(tmp_path / "table.csv")
    with (tmp_path / "table.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [one for row in csv.reader(file) for one in row]
    assert any(name[:50] in one for one in cells)
    formulae = [one for one in cells if re.match(r"\s*[=+\-@]", one) and not re.fullmatch(r"[+-]?[\d.,]+", one)]
    assert formulae == []


@pytest.mark.slow
def test_every_hostile_text_as_the_words_of_a_run(tmp_path, monkeypatch, run):
    texts = list(hostile.TEXTS.values())
    ids = [also(tmp_path, run, f"{i:02d}", text, status="failed") for i, text in enumerate(texts)]
    with app(tmp_path, monkeypatch) as page:
        opened(page, "runs")
        for one, text in zip(ids, texts, strict=True):
            shown = opened(page, f"watch?run={one}")
            assert plain(text)[:200].strip() in shown, text
            label = plain(text, 60).strip("…\u2068\u2069") or "unreadable"
            assert label in page.get_by_role("combobox").first.input_value()


def test_without_the_escape_the_journey_would_fail(tmp_path, monkeypatch, run):
    first = "from pages.parts import words\n\nwords.md = lambda text, most=1000: str(text)[:most]"
    with app(tmp_path, monkeypatch, first) as page:
        page.goto(
            f"{page.address}/watch?run={also(tmp_path, run, 'failed', hostile.TEXTS['picture'], status='failed')}"
        )
        page.get_by_test_id("stAlert").wait_for()
        page.wait_for_timeout(1000)
        assert hostile.ELSEWHERE in "".join(harm(page))
    assert words.md is md
