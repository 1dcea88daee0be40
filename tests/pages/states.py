"""Runs in states that last too short to be met, and what is written on a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streamlit.testing.v1 import AppTest

from cnn_core.runs.run import RunFolder


@contextmanager
def begun(folder: Path, status: str = "running", **facts: object) -> Iterator[None]:
    """Make a run look as while its process lives: its state, and its lock in this test's hand."""
    run = RunFolder(folder)
    with run.lock():
        run.update(**{"status": status, "reason": "", "message": "", **facts})
        yield


def texts(at: AppTest) -> str:
    """All that is written on a page outside of widgets."""
    kinds = (at.title, at.header, at.subheader, at.markdown, at.caption, at.error, at.warning, at.info)
    return "\n".join(str(one.value) for kind in kinds for one in kind)


def buttons(at: AppTest) -> dict[str, object]:
    """The buttons by what stands on them."""
    return {one.label: one for one in at.button}


def address(at: AppTest) -> str | None:
    """The run in the address bar."""
    found = at.query_params.get("run")
    return found[0] if isinstance(found, list) else found
