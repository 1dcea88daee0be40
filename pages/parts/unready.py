"""Pages that look at a trained network: what they show while there is none."""

from __future__ import annotations

import streamlit as st

from pages.parts import again, following, shell, world
from pages.parts.now import place
from pages.parts.words import md


def learned(record: shell.Record) -> bool:
    """Whether there are weights to ask: an epoch has ended; or it was trained elsewhere or made of another run."""
    return bool(record["epochs"]) or record["status"] == "done"


def ready_run(page: str, icon: str, heading: str, sentence: str) -> shell.Record:
    """The record of the run to look at, which has weights; else draw what is the matter, and end the script.

    Without a run in the address this is the newest one that has learned something.
    """
    run = shell.run_id()
    if run is None and (run := shell.newest(learned)) is not None:
        shell.look_at(run)
    shell.title_row(page.capitalize(), wanted=learned)
    record = shell.record(run) if run else None
    if record is not None and learned(record):
        return record
    if record is None:
        _nothing(page, icon, heading, sentence)
    else:
        _not_yet(page, record)
    st.stop()


def _nothing(page: str, icon: str, heading: str, sentence: str) -> None:
    with shell.empty(icon, heading, sentence):
        if st.button("Set up a run", type="primary", icon=":material/play_arrow:", key=f"{page}.new"):
            shell.go("train")
        if page in ("explain", "features"):
            world.button(f"{page}.world")
        st.page_link("pages/home.py", label="Or train the demo network", icon=":material/home:")


def _not_yet(page: str, record: shell.Record) -> None:
    """A run whose first epoch has not ended: waiting, training, stopped or failed."""
    if record["status"] == "failed":
        shell.problem(record["message"] or f"It failed ({record['reason'] or 'no reason known'}).")
        with st.container(horizontal=True):
            again.way_out(record, f"{page}.again")
        if not record["origin"]:
            st.caption("No epoch had ended, so this run has learned nothing that could be shown here.")
        return
    if record["status"] == "stopped":
        sentence = md(record["message"] or "Resume it, or choose another run above.", 300)
        what = "its weights were here" if record["origin"] else "its first epoch had ended"
        with shell.empty("pause", f"It was stopped before {what}", sentence):
            following.resume_button(record, f"{page}.resume")
        return
    what = "Its weights are not here yet" if record["origin"] else "Its first epoch is not over yet"
    icon, heading, sentence = {
        "queued": ("schedule", "It has not begun yet", place(record)),
        "running": ("sync", what, "Come back in a moment."),
    }[record["status"]]
    when = "they are here" if record["origin"] else "an epoch has ended"
    with shell.empty(icon, heading, f"{sentence} There is something to see as soon as {when}."):
        if st.button("Watch it", type="primary", icon=":material/monitoring:", key=f"{page}.watch"):
            shell.go("watch", record["run"])


def still_training(record: shell.Record) -> None:
    """One line above what a run has learned so far, while it goes on."""
    if record["status"] in shell.LIVE:
        st.caption(
            f"{md(shell.run_label(record))} is still training. This is epoch {record['best_epoch']}, the best so far."
        )
