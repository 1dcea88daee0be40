"""In a real browser: a photo to a network that knows the world; a digit drawn by mouse, finger and keyboard."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from cnn_core import actions
from cnn_core.base.settings import runs_folder
from cnn_core.experiment import resolve
from cnn_core.pictures.drawing import MOST_POINTS, MOST_STROKES, Drawing, read_drawing
from tests.pictures.strokes import ONE, SEVEN, strokes
from tests.serving import Server, browsing, serving, settled
from tests.sessions import Visitor

WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def reader() -> str:
    """A network that has learned to read digits."""
    settings = {"data": {"name": "digits"}, "model": {"name": "small_cnn"}, "train": {"epochs": 8}}
    return str(actions.train(resolve(settings))["run"])


@pytest.fixture
def world(pretrained_run: Path) -> str:
    """A network that was trained elsewhere, in this test's own folder."""
    shutil.copytree(pretrained_run, runs_folder() / pretrained_run.name)
    return pretrained_run.name


def opened(page: Any, address: str) -> None:
    page.goto(address)
    page.get_by_role("heading", name="Explain", exact=True).wait_for()
    settled(page)


def spots(page: Any, corners: list[list[tuple[int, int]]]) -> list[list[tuple[float, float]]]:
    """The strokes in pixels of the window."""
    sheet = page.locator("canvas").first
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()

    def spot(x: int, y: int) -> tuple[float, float]:
        return box["x"] + (x + 0.5) / 256 * box["width"], box["y"] + (y + 0.5) / 256 * box["height"]

    return [[spot(*point) for point in one["points"]] for one in strokes(corners)]


def draw(page: Any, corners: list[list[tuple[int, int]]]) -> None:
    """With the mouse, stroke after stroke without waiting for answers."""
    for one in spots(page, corners):
        page.mouse.move(*one[0])
        page.mouse.down()
        for point in one[1:]:
            page.mouse.move(*point)
        page.mouse.up()


def touch(page: Any, corners: list[list[tuple[int, int]]]) -> None:
    """With a finger."""
    device = page.context.new_cdp_session(page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        touched = [{"x": x, "y": y} for x, y in points]
        device.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})

    for one in spots(page, corners):
        send("touchStart", one[0])
        for point in one[1:]:
            send("touchMove", point)
        send("touchEnd")


def drawn(page: Any, count: int) -> Drawing:
    """What the address says, once it has so many strokes."""
    sheet = page.get_by_role("img", name=re.compile(f"Drawing pad: {count} stroke"))
    sheet.wait_for()
    page.wait_for_function(
        "count => { const found = /drawn(?:-([\\w-]*))?(?:&|$)/.exec(location.search); if (!found) return false;"
        " const text = atob((found[1] || '').replaceAll('-', '+').replaceAll('_', '/')); let at = 0, n = 0;"
        " while (at < text.length) { at += 3 + 2 * (256 * text.charCodeAt(at + 1) + text.charCodeAt(at + 2)); n++; }"
        " return n === count; }",
        arg=count,
    )
    settled(page)
    found = re.search(r"picture=drawn-?([\w-]*)", page.url)
    assert found
    return read_drawing(found[1])


def sideways(page: Any) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def sound(page: Any) -> None:
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.strange == []


@pytest.mark.browser
@pytest.mark.timeout(170)
def test_a_digit_drawn_with_the_mouse_is_read_and_can_be_undone_by_keyboard_and_linked(reader, tmp_path):
    with serving(tmp_path / "server.log") as address, browsing(viewport=WIDE) as page:
        opened(page, f"{address}/explain?run={reader}")
        page.get_by_text("Draw", exact=True).click()
        page.get_by_role("heading", name="Draw one of its classes").wait_for()
        page.locator("canvas").first.evaluate("sheet => sheet.mine = true")
        draw(page, SEVEN)
        assert len(drawn(page, 2).strokes) == 2
        page.get_by_role("heading", name=re.compile(r"^7, \d")).wait_for()
        page.get_by_text("What decided.").wait_for()
        page.get_by_text("8 × 8 pixels").wait_for()

        page.get_by_role("button", name="Undo").focus()
        page.keyboard.press("Enter")
        assert len(drawn(page, 1).strokes) == 1
        page.get_by_role("button", name="Thin pen").focus()
        page.keyboard.press("Space")
        draw(page, SEVEN[1:])
        first, second = drawn(page, 2).strokes
        assert second.width < first.width
        assert page.locator("canvas").first.evaluate("sheet => sheet.mine")  # it was the same sheet all the time
        said = page.get_by_role("heading", level=2).inner_text()

        page.reload()
        assert drawn(page, 2).strokes == (first, second)
        assert page.get_by_role("heading", level=2).inner_text() == said
        page.get_by_role("button", name="Clear").click()
        drawn(page, 0)
        page.get_by_role("heading", name="Draw one of its classes").wait_for()
        sound(page)
    assert "Traceback" not in (tmp_path / "server.log").read_text()


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.timeout(240)
def test_a_finger_draws_on_a_phone_and_the_page_does_not_scroll_away(reader, tmp_path):
    with (
        serving(tmp_path / "server.log") as address,
        browsing(viewport=PHONE, has_touch=True, color_scheme="dark") as page,
    ):
        opened(page, f"{address}/explain?run={reader}&picture=drawn")
        main = page.get_by_test_id("stMain")
        page.locator("canvas").first.scroll_into_view_if_needed()
        before = main.evaluate("one => one.scrollTop")
        touch(page, [[(128, 30), (128, 225)]])  # a finger that moves down would scroll
        drawn(page, 1)
        touch(page, ONE)
        assert len(drawn(page, 2).strokes) == 2
        assert main.evaluate("one => one.scrollTop") == before
        page.get_by_text("What decided.").wait_for()
        assert sideways(page) <= 0
        box = page.locator("canvas").first.bounding_box()
        assert box["width"] > 300
        sound(page)


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.timeout(240)
@pytest.mark.parametrize("view", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_photo_given_to_a_pretrained_network_is_explained_and_two_classes_are_compared(world, photos, tmp_path, view):
    with serving(tmp_path / "server.log") as address, browsing(viewport=view) as page:
        opened(page, f"{address}/explain?run={world}")
        page.locator("input[type=file]").first.set_input_files(photos / "cat.jpg")
        page.get_by_role("heading", name="Egyptian cat, 45.6%").wait_for()
        page.get_by_text("The glow speaks for Egyptian cat.").wait_for()
        page.get_by_text("It can only choose among its 1,000 classes").wait_for()
        settled(page)
        box = page.get_by_role("combobox", name=re.compile("And not this one"))
        box.click()
        box.fill("tiger cat")
        page.get_by_role("option", name="tiger cat", exact=True).click()
        page.get_by_text(re.compile("“Egyptian cat” is 1.5 times as likely as “tiger cat”")).wait_for()
        settled(page)
        assert "against=tiger+cat" in page.url or "against=tiger%20cat" in page.url
        assert page.get_by_text("Egyptian cat, 45.6%").count() == 2  # above, and below its map
        assert page.get_by_text("tiger cat, 30.0%").count() == 1
        assert sideways(page) <= 0
        sound(page)
    assert "Traceback" not in (tmp_path / "server.log").read_text()


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_no_strokes_whatever_harm_a_server(reader, tmp_path):
    """Without a browser, as a script may send them."""
    server = Server(tmp_path / "server.log").started()
    try:
        with Visitor(server.address) as visitor:
            visitor.open("explain", run=reader, picture="drawn")
            for raw in ("x", [1], [{"points": [[1, 1]], "width": 10**9}], [{"points": [["<b>", 1]]}], {"a": None}):
                visitor.draw("Drawing pad", raw)
                assert "The drawing could not be read" in visitor.alerts()[0]
            visitor.draw("Drawing pad", [{"width": 20, "points": [[5, 5]] * 10}] * (MOST_STROKES + 1))
            assert f"more than {MOST_STROKES}" in visitor.alerts()[0]
            visitor.draw("Drawing pad", [{"width": 60, "points": [[x % 256, x % 251] for x in range(MOST_POINTS)]}])
            assert "What decided" in visitor.text()
            visitor.draw("Drawing pad", strokes(SEVEN, 28))
            assert "7, " in visitor.text()
            assert visitor.troubles == []
    finally:
        server.kill()
    assert "Traceback" not in (tmp_path / "server.log").read_text()
