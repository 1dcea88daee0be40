"""What only a real server shows: a deep link as its first request, which a folder called `pages/` would break."""

from __future__ import annotations

import re
import shutil

import pytest

from tests import serving as server

pytestmark = pytest.mark.browser


def test_a_link_to_a_run_is_the_first_request_of_a_fresh_server(runs, tmp_path):
    with server.serving(tmp_path / "log") as address, server.browsing() as page:
        page.goto(f"{address}/watch?run={runs.small}")
        page.get_by_role("heading", name="Watch").wait_for()
        page.get_by_text("2 epochs in").wait_for()
        server.settled(page)
        assert page.url == f"{address}/watch?run={runs.small}"
        assert page.get_by_role("link", name="Home").count() == 1  # the real navigation, not the file names
        for name, path in (("Runs", "runs"), ("Evaluate", "evaluate"), ("Home", "")):  # menu clicks keep the run
            page.get_by_role("link", name=name, exact=True).click()
            page.wait_for_url(f"{address}/{path}?run={runs.small}")
        page.reload()
        page.get_by_role("heading", name=re.compile("It reads")).wait_for()
        page.goto(f"{address}/runs?run=../{runs.small}")
        page.get_by_text("There is no run").wait_for()
        server.settled(page)
        assert page.url == f"{address}/runs"
        assert page.strange == []  # no font, no icon, nothing from elsewhere


def test_without_the_guard_the_same_link_runs_the_page_file_alone(runs, tmp_path, monkeypatch):
    copy = tmp_path / "unguarded"
    for name in ("pages", "assets", ".streamlit"):
        shutil.copytree(server.PROJECT / name, copy / name)
    shutil.copy(server.PROJECT / "app.py", copy)
    shell = copy / "pages" / "parts" / "shell.py"
    source = shell.read_text()
    broken = source.replace('if not st.session_state.get("_app_ran"):', "if False:")
    assert broken != source
    shell.write_text(broken)
    monkeypatch.setenv("PYTHONPATH", str(server.PROJECT))
    monkeypatch.setattr(server, "PROJECT", copy)
    with server.serving(tmp_path / "log") as address, server.browsing() as page:
        page.goto(f"{address}/watch?run={runs.small}")
        server.settled(page)
        page.get_by_role("heading", name="Watch").wait_for()
        assert page.get_by_text("2 epochs in").count() == 0  # app.py never ran, so no run was looked at
