"""From a number to the reason behind it: a cell of the confusion matrix, one of its pictures, why it was said."""

from __future__ import annotations

import re

import numpy as np
import pytest

from cnn_core import actions
from cnn_core.evaluation.basics import confusion_matrix
from cnn_core.experiment import resolve
from cnn_core.figures.matrix import cell_sentence, largest_mistake
from tests.serving import browsing, serving, settled


@pytest.fixture
def run():
    raw = {"data": {"name": "digits"}, "model": {"name": "small_cnn"}, "train": {"epochs": 1}}
    return actions.load_run(actions.train(resolve(raw))["run"])


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.timeout(240)
def test_a_cell_is_clicked_then_one_of_its_pictures_and_its_map_is_there(tmp_path, run):
    found = run.predictions("test")
    counts = confusion_matrix(found.targets, found.logits.argmax(1), 10)
    true, said = next((t, s) for t, s in np.argwhere(counts > 0).tolist() if (t, s) != largest_mistake(counts))
    with serving(tmp_path / "server.log") as address, browsing(viewport={"width": 1440, "height": 1100}) as page:
        page.goto(f"{address}/evaluate?run={run.id}")
        settled(page)
        cells = page.locator("[data-testid=stVegaLiteChart] .mark-rect path")  # one a cell, in the order of the rows
        cells.nth(10 * true + said).click()
        page.get_by_role("heading", name=cell_sentence(counts, run.classes, true, said)).wait_for()
        assert f"cell={true}-{said}" in page.url
        settled(page)
        page.get_by_role("button", name=re.compile(rf"it was {true}, it said {said}")).first.click()

        page.get_by_role("heading", name="Explain", exact=True).wait_for()
        settled(page)
        number = int(re.search(r"picture=test-(\d+)", page.url)[1])
        assert (found.targets[number], found.logits[number].argmax()) == (true, said)
        page.get_by_role("heading", name=re.compile(rf"{run.classes[said]}, \d")).wait_for()
        page.get_by_text("What decided.").wait_for()

        page.go_back()
        page.get_by_role("heading", name="Evaluate").wait_for()
        settled(page)
        assert f"cell={true}-{said}" in page.url
        assert page.locator("[data-testid=stException]").count() == 0
        assert page.strange == []
