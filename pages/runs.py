"""All runs, newest first: choose one, look at it, delete it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from cnn_core import actions
from pages.parts import shell, unready
from pages.parts.now import place
from pages.parts.words import ago, duration, md, table_text

shell.require_app()

WORDS = {"queued": "waiting", "running": "training", "stopped": "stopped", "done": "done", "failed": "failed"}
TICK = 3.0  # seconds between two looks while something trains
CHIPS = {"waiting": "gray", "training": "primary", "stopped": "gray", "done": "green", "failed": "orange"}

COLUMNS = {
    "run": st.column_config.TextColumn(width="medium"),
    "status": st.column_config.MultiselectColumn(options=list(CHIPS), color=list(CHIPS.values()), width="small"),
    "epochs": st.column_config.TextColumn(width="small"),
    "best": st.column_config.NumberColumn(
        format="%.1f%%", width="small", help="Validation accuracy at the best epoch."
    ),
    "test": st.column_config.NumberColumn(
        format="%.1f%%", width="small", help="Accuracy on the test pictures, by the best epoch."
    ),
    "parameters": st.column_config.NumberColumn(format="localized", width="small"),
    "time": st.column_config.TextColumn(width="small", help="Inside training steps."),
    "started": st.column_config.TextColumn(width="small"),
}


def frame_of(runs: list[shell.Record]) -> pd.DataFrame:
    """What the list says of each run."""
    return pd.DataFrame(
        {
            "run": [table_text(shell.run_label(one), 80) for one in runs],
            "status": [[WORDS[one["status"]]] for one in runs],
            "epochs": [
                f"{one['epochs']:,} of {one['epochs_planned']:,}" if not one["origin"] else None for one in runs
            ],
            "best": [_hundred(one["val_accuracy"]) for one in runs],
            "test": [_hundred(one["test_accuracy"]) for one in runs],
            "parameters": [one["parameters"] for one in runs],
            "time": [duration(one["seconds"]) if one["seconds"] else None for one in runs],
            "started": [None if one["status"] == "queued" else ago(one["created"]) for one in runs],
        }
    )


def table(runs: list[shell.Record]) -> shell.Record | None:
    """The list; returns the run whose row is chosen, which is the run looked at."""
    looked_at = next((i for i, one in enumerate(runs) if one["run"] == shell.run_id()), None)
    event = st.dataframe(
        frame_of(runs),
        hide_index=True,
        height="content" if len(runs) <= 15 else 560,
        row_height=38,
        placeholder="–",
        key=shell.list_key("runs.table", runs),
        on_select="rerun",
        selection_mode="single-row",
        selection_default=None if looked_at is None else {"selection": {"rows": [looked_at]}},
        column_config=COLUMNS,
    )
    rows = event["selection"]["rows"]
    return runs[rows[0]] if rows and rows[0] < len(runs) else None


def _hundred(share: float | None) -> float | None:
    return None if share is None else 100 * share


def lead_on(one: shell.Record) -> None:
    """The pages that look at a run; those that need a trained network wait for its first epoch."""
    for page, label, icon in (
        ("watch", "Watch", "monitoring"),
        ("evaluate", "Evaluate", "grid_on"),
        ("explain", "Explain", "image_search"),
    ):
        closed = page != "watch" and not unready.learned(one)
        if st.button(
            label,
            icon=f":material/{icon}:",
            key=f"runs.{page}",
            disabled=closed,
            help="No epoch has ended yet." if closed else None,
        ):
            shell.go(page, one["run"])


def tools(one: shell.Record | None) -> None:
    """What can be done with the chosen run."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if one is None:
            st.caption("Choose a run to look at it.")
            return
        busy = one["status"] in shell.LIVE
        st.caption(md(shell.run_label(one)), width="content")
        lead_on(one)
        st.space("stretch")
        if st.button(
            "Delete",
            type="tertiary",
            icon=":material/delete:",
            key="runs.delete",
            disabled=busy,
            help="It is being trained; stop it first." if busy else None,
        ):
            ask_delete(one)
    about(one)


def about(one: shell.Record) -> None:
    """What is to be known of the chosen run: its place in the queue, how it ended, what was lost."""
    if one["status"] == "queued":
        st.caption(place(one))
    elif one["message"]:
        st.caption(md(one["message"], 300))
    shell.caution(one["notice"])


@st.dialog("Delete this run?")
def ask_delete(one: shell.Record) -> None:
    st.markdown(
        f"**{md(shell.run_label(one))}** with its checkpoints goes into the folder `.trash` beside the runs; "
        "it no longer appears here."
    )
    with st.container(horizontal=True):
        yes = st.button("Delete it", type="primary", key="runs.delete.yes", on_click=delete, args=(one["run"],))
        no = st.button("Keep it", key="runs.delete.no")
    if yes or no:
        st.rerun()  # closes the dialog


def delete(run: str) -> None:
    """Into the trash, and out of the address bar."""
    shell.attempt(actions.delete, run)
    if shell.run_id() == run and shell.record(run) is None:
        shell.look_away()


def listing(runs: list[shell.Record]) -> None:
    """The table, which follows what trains, and under it what can be done; a dialog survives the table's ticks."""
    busy = any(one["status"] in shell.LIVE for one in runs)
    whole = True  # this is a run of the whole page; later the table runs alone

    @shell.ticking(TICK if busy else None)
    def rows() -> None:
        chosen = table(runs if whole else shell.all_runs())
        run = chosen["run"] if chosen else None
        if run != st.session_state.get("runs.chosen"):
            st.session_state["runs.chosen"] = run
            if run:
                shell.look_at(run)
            if not whole:
                st.rerun()

    rows()
    whole = False
    run = st.session_state.get("runs.chosen")
    tools(shell.record(run) if run else None)


runs = shell.all_runs()
with shell.title_row("Runs", picker=False):
    if runs and st.button("New run", type="primary", icon=":material/add:", key="runs.new"):
        shell.go("train")
if runs:
    st.space("xsmall")  # else the table's own tools cover the button
    listing(runs)
else:
    with shell.empty("table_rows", "No run yet", "Every training becomes a run: its settings, its curve, its weights."):
        if st.button("Set up a run", type="primary", icon=":material/play_arrow:", key="runs.first"):
            shell.go("train")
        st.page_link("pages/home.py", label="Or train the demo network", icon=":material/home:")
