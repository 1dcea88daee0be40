"""Watching a run in a real browser: nothing flickers, Stop stops, Resume goes on."""

from __future__ import annotations

import re

import pytest

from cnn_core import actions
from cnn_core.experiment import resolve
from tests.serving import browsing, serving, settled

WATCH_FOR_REMOVALS = """() => {
  window.removed = 0;
  new MutationObserver(changes => changes.forEach(change => change.removedNodes.forEach(node => {
    if (node.nodeType === 1 && (node.matches('svg.marks, canvas') || node.querySelector('svg.marks, canvas')))
      window.removed += 1;
  }))).observe(document.querySelector('.stMain'), {childList: true, subtree: true});
}"""
STEP = re.compile(r"Step [\d,]+ of")


@pytest.mark.browser
@pytest.mark.timeout(240)
def test_a_run_is_watched_without_flicker_stopped_and_resumed(tmp_path):
    raw = {"data": {"name": "digits"}, "model": {"name": "small_cnn", "options": {"width": 16}}}
    run = actions.start(resolve({**raw, "train": {"epochs": 2000, "validations": 2}}))
    try:
        with serving(tmp_path / "server.log") as address, browsing(viewport={"width": 1440, "height": 1000}) as page:
            page.goto(f"{address}/watch?run={run}")
            page.get_by_role("heading", name="Still wrong").wait_for()
            page.locator("svg.marks, canvas").nth(1).wait_for()
            page.evaluate(WATCH_FOR_REMOVALS)
            for _ in range(4):  # four ticks with news
                before = page.get_by_text(STEP).inner_text()
                page.wait_for_function(
                    "text => [...document.querySelectorAll('p')].some(p => /Step [\\d,]+ of/.test(p.textContent) "
                    "&& p.textContent.trim() !== text.trim())",
                    arg=before,
                )
            assert page.evaluate("window.removed") == 0

            page.get_by_role("button", name="Stop").click()
            page.get_by_role("button", name="Resume").wait_for()
            stopped = actions.show(run)
            assert (stopped["status"], stopped["reason"]) == ("stopped", "asked")
            page.reload()
            page.get_by_role("button", name="Resume").click()
            page.get_by_role("button", name="Stop").wait_for()
            settled(page)
            assert page.locator("[data-testid=stException]").count() == 0
    finally:
        ended = actions.stop(run)
    assert ended["step"] >= stopped["step"]
