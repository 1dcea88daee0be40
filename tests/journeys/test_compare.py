"""Two runs compared in a real browser: ticked, named, smoothed, by a link; one of them deleted and brought back."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from cnn_core import actions
from cnn_core.experiment import resolve
from tests.serving import browsing, serving, settled

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

HEAD, ROW = 35, 38  # pixels of the table's lines


@pytest.fixture
def runs() -> tuple[str, str]:
    """A convolutional and a dense network that learned digits, the newest first."""
    found = []
    for model, epochs in (("mlp", 3), ("small_cnn", 4)):
        raw = {"data": {"name": "digits"}, "model": {"name": model}, "train": {"epochs": epochs}}
        found.append(str(actions.train(resolve(raw))["run"]))
    return found[1], found[0]


def tick(page, row: int) -> None:
    """Tick a row of the list, which is drawn on a canvas."""
    box = page.get_by_test_id("stDataFrame").first.bounding_box()
    page.mouse.click(box["x"] + 16, box["y"] + HEAD + ROW * (row + 0.5))
    settled(page)


def compared(page, *names: str) -> None:
    """Wait until these stand side by side."""
    page.get_by_text("Only what differs").wait_for()
    said = re.compile(r"Validation accuracy over epochs\. At the end: " + ".*".join(map(re.escape, names)))
    page.get_by_label(said).or_(page.get_by_alt_text(said)).first.wait_for(state="attached")


def test_two_runs_are_compared_named_smoothed_linked_deleted_and_brought_back(runs, tmp_path):
    cnn, mlp = runs
    with serving(tmp_path / "server.log") as address, browsing(viewport={"width": 1440, "height": 1200}) as page:
        page.goto(f"{address}/runs")
        page.get_by_text("Tick a run to look at it").wait_for()
        settled(page)
        tick(page, 0)
        page.get_by_text("Choose one more").wait_for()
        tick(page, 1)
        compared(page, f"digits · small_cnn · {cnn[-4:]}", f"digits · mlp · {mlp[-4:]}")
        page.wait_for_url(f"**/runs?*runs={cnn}%2C{mlp}*")
        link = page.url

        page.get_by_role("slider").focus()
        page.keyboard.press("End")
        page.get_by_text("0.99", exact=True).first.wait_for()
        settled(page)
        page.get_by_role("combobox", name="Curve").click()
        page.get_by_role("option", name="Validation loss").click()
        page.get_by_text("Log scale").wait_for()
        settled(page)

        with page.expect_download() as saved:
            page.get_by_role("button", name="Download table").click()
        rows = list(csv.DictReader(Path(saved.value.path()).read_text().splitlines()))
        assert [one["id"] for one in rows] == [cnn, mlp]

        page.goto(link)  # as somebody else opens it
        compared(page, f"digits · small_cnn · {cnn[-4:]}", f"digits · mlp · {mlp[-4:]}")
        settled(page)

        tick(page, 1)
        page.get_by_role("button", name="Name and note").click()
        page.get_by_role("textbox", name="Name").fill("the winner <b>")
        page.get_by_role("textbox", name="Note").fill("because")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("because").wait_for()
        page.get_by_role("dialog").wait_for(state="detached")
        settled(page)
        assert actions.show(cnn)["name"] == "the winner <b>"

        page.get_by_role("button", name="Delete").click()
        page.get_by_role("button", name="Delete it").click()
        page.get_by_text("Trash · 1 run").click()
        assert [one["run"] for one in actions.runs()] == [mlp]
        page.get_by_role("button", name="Restore").click()
        page.get_by_text("the winner <b> is back").wait_for()
        settled(page)
        tick(page, 1)
        compared(page, "the winner <b>", f"digits · mlp · {mlp[-4:]}")
        assert page.locator("[data-testid=stException]").count() == 0
        assert page.strange == []
    assert "Traceback" not in (tmp_path / "server.log").read_text()


def test_side_by_side_fits_a_phone(runs, tmp_path):
    with serving(tmp_path / "server.log") as address, browsing(viewport={"width": 390, "height": 844}) as page:
        page.goto(f"{address}/runs?runs={','.join(runs)}")
        compared(page, "digits · small_cnn", "digits · mlp")
        settled(page)
        widths = "[document.documentElement.scrollWidth, document.querySelector('[data-testid=stMain]').scrollWidth]"
        assert page.evaluate(widths) == [390, 390]
