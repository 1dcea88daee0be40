"""From a chapter to a verdict in a real browser: a claim, its lab, its numbers, one of its runs in Explain."""

from __future__ import annotations

import re

import pytest

from cnn_core import actions
from tests.serving import browsing, serving, settled

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

LAB = "background_shortcut"
VERDICT = re.compile("confirmed|refuted|not at this scale")


def fill(page, label: str, value: int) -> None:
    """Type a whole number into a field and leave it."""
    field = page.get_by_label(label, exact=True)
    field.fill(str(value))
    field.press("Enter")
    settled(page)


def test_a_claim_is_settled_and_one_of_its_runs_explained(tmp_path):
    with serving(tmp_path / "server.log") as address, browsing(viewport={"width": 1440, "height": 1200}) as page:
        page.goto(f"{address}/chapters")
        page.get_by_role("button", name="15 · The limits of context").click()
        page.wait_for_url("**/chapters?chapter=15")
        page.get_by_text("Patches without their places").first.wait_for()
        settled(page)
        page.get_by_role("button", name=re.compile("always saw the same ground")).first.click()
        page.wait_for_url(f"**/labs?lab={LAB}")
        page.get_by_role("heading", name=re.compile("answers by the ground")).wait_for()
        settled(page)

        page.get_by_text("Seeds and options").click()
        for label, value in (("Seeds", 1), ("Pictures", 160), ("Size", 16), ("Epochs", 2)):
            fill(page, label, value)
        page.get_by_role("button", name="Run", exact=True).click()
        page.get_by_role("heading", name="Numbers").wait_for(timeout=120_000)
        settled(page)
        assert "result=" in page.url
        (result,) = actions.lab_results(name=LAB)
        assert result["status"] == "done"
        assert result["found"]["seeds"] == [0]
        assert result["found"]["options"]["pictures"] == 160
        page.get_by_text(result["found"]["verdict"], exact=True).first.wait_for()
        page.get_by_text(result["found"]["why"]).wait_for()

        page.get_by_role("heading", name="The runs behind it").wait_for()
        page.get_by_role("button", name="Explain", exact=True).first.click()
        page.get_by_role("heading", name="Explain", exact=True).wait_for()
        page.get_by_text("Its ").first.wait_for()
        settled(page)
        run = result["found"]["readings"][0]["runs"][0]
        assert f"run={run}" in page.url
        assert actions.show(run)["tags"] == [LAB]
        assert page.locator("[data-testid=stException]").count() == 0
        assert page.strange == []
    assert VERDICT.fullmatch(result["found"]["verdict"])
    assert "Traceback" not in (tmp_path / "server.log").read_text()
