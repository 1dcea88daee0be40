"""The one journey that must never break: from the button of the first page to a Grad-CAM of an uploaded picture."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from PIL import Image

from cnn_core import actions
from tests.serving import browsing, serving, settled


def a_seven() -> bytes:
    """A seven as somebody may draw it: white on black, far from 8 x 8."""
    picture = np.zeros((120, 120), np.uint8)
    picture[20:35, 25:95] = 255
    for row in range(35, 105):
        left = 85 - (row - 35) // 2
        picture[row, left : left + 14] = 255
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


@pytest.mark.browser
@pytest.mark.timeout(240)
def test_from_the_demo_button_to_a_grad_cam_of_an_uploaded_picture(tmp_path):
    with serving(tmp_path / "server.log") as address, browsing(viewport={"width": 1440, "height": 900}) as page:
        page.goto(address)
        page.get_by_role("button", name="Train the demo network").click()
        page.get_by_text(re.compile(r"Still wrong: \d+ of 180")).wait_for()
        page.get_by_role("heading", name=re.compile(r"It reads (9\d\.\d|100\.0)% of digits it never saw")).wait_for()
        (record,) = actions.runs()
        assert record["status"] == "done"
        assert record["test_accuracy"] >= 0.98
        assert f"run={record['run']}" in page.url

        page.get_by_role("button", name="See where it goes wrong").click()
        page.get_by_role("heading", name="Evaluate").wait_for()
        settled(page)
        page.get_by_role("heading", name=re.compile(r"Right \d+\.\d% of the time")).wait_for()
        assert "/evaluate?" in page.url

        page.get_by_role("link", name="Explain").click()
        page.get_by_role("heading", name="Explain", exact=True).wait_for()
        settled(page)
        page.get_by_text("Photo", exact=True).click()
        page.locator("input[type=file]").first.set_input_files(
            {"name": "my <b>seven</b>.png", "mimeType": "image/png", "buffer": a_seven()}
        )
        page.get_by_text("What decided.").wait_for()
        settled(page)
        page.get_by_text("Its five best guesses").wait_for()
        assert page.get_by_text(re.compile(r"Heat, 4 × 4")).count() == 1
        assert f"run={record['run']}" in page.url
        assert page.locator("[data-testid=stException]").count() == 0
        assert page.strange == []
    assert "Traceback" not in (tmp_path / "server.log").read_text()
