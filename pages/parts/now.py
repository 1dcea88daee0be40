"""What goes on now: the strip under the navigation, the place of a run in the queue, and that the queue moves."""

from __future__ import annotations

import streamlit as st

from cnn_core import actions
from cnn_core.base.errors import UserError
from pages.parts import shell
from pages.parts.shell import Record
from pages.parts.words import md, plural

TICK = 2.0  # seconds between two looks
SHOWN = 3  # trainings at most; there is one for each kind of device


def keep_going() -> None:
    """See that somebody starts what waits; where nothing can be started, say so."""
    try:
        actions.wake()
    except UserError as error:
        shell.caution(str(error))


def is_waiting(record: Record) -> bool:
    """Whether a run stands in the queue and nobody has begun with it."""
    return bool(record["status"] == "queued" and not record["alive"])


def place(record: Record) -> str:
    """Where a queued run stands: `2nd in the queue. digits · mlp · 7f3a is training.` Markdown."""
    waits = record["waiting_for"]
    if not waits:
        return "It starts in a moment."
    first = shell.record(waits)
    if not is_waiting(record) or first is None:  # begun, but another process has the device
        return f"It waits for {md(shell.named(waits), 80)}."
    works = first["status"] == "running" or first["alive"]
    number = record["ahead"] + (not works)
    which = "Next" if number == 1 else f"{_th(number)}"
    return f"{which} in the queue. {md(shell.run_label(first))} {'is training' if works else 'starts first'}."


def _th(number: int) -> str:
    """1st, 2nd, 11th, 23rd."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"


def strip(page: str) -> None:
    """Under the navigation while something trains or waits that the page does not show."""
    if not any(_elsewhere(page)):
        return

    @shell.ticking(TICK)
    def view() -> None:
        running, waiting = _elsewhere(page)
        if not running and not waiting:
            st.rerun()
        for one in running[:SHOWN]:
            _training(one)
        if waiting:
            st.page_link(
                "pages/runs.py", label=f"{plural(len(waiting), 'run')} in the queue", icon=":material/schedule:"
            )
            keep_going()

    with st.sidebar:
        view()


def _elsewhere(page: str) -> tuple[list[Record], list[Record]]:
    """The runs that train and those that wait, without the one that the page shows."""
    seen = shell.run_id() if page in ("watch", "home") else None
    others = [one for one in shell.all_runs() if one["status"] in shell.LIVE and one["run"] != seen]
    return [one for one in others if not is_waiting(one)], [one for one in others if is_waiting(one)]


def _training(one: Record) -> None:
    if one["stopping"]:
        words = "Stopping …"
    elif one["status"] == "queued":
        words = "About to begin"
    else:
        words = (
            "Fetching weights"
            if one["origin"]
            else f"Training now, epoch {min(one['epochs'] + 1, one['epochs_planned']):,} of {one['epochs_planned']:,}"
        )
    st.caption(words)
    st.page_link(
        "pages/watch.py", label=md(shell.run_label(one)), icon=":material/monitoring:", query_params={"run": one["run"]}
    )
    if one["status"] == "running":
        done, of = (one["bytes"], one["total"]) if one["origin"] else (one["step"], one["steps"])
        st.progress(min(1.0, done / max(1, of)))
