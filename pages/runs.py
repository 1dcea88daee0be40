"""All runs, newest first: look at one, name it, compare several, delete, restore."""

from __future__ import annotations

import streamlit as st

from pages.parts import runs_acts, runs_beside, runs_chosen, runs_list, runs_trash, shell
from pages.parts.told import show_told

shell.require_app()

TICK = 3.0  # seconds between two looks while something trains


def listing(runs: list[shell.Record]) -> None:
    """The list, which follows what trains; a dialog survives its ticks."""
    busy = _busy(runs)
    whole = True  # this is a run of the whole page; later the list runs alone

    @shell.ticking(TICK if busy else None)
    def rows() -> None:
        now = runs if whole else shell.all_runs()
        ticked = runs_list.table(now)
        changed = ticked != runs_chosen.chosen()
        if changed:
            runs_chosen.choose(ticked, in_table=True)
        if not whole and (changed or busy != _busy(now)):  # the rest of the page follows
            st.rerun()

    rows()
    whole = False


def _busy(runs: list[shell.Record]) -> bool:
    return any(one["status"] in shell.LIVE for one in runs)


runs = shell.all_runs()
sentence = runs_chosen.settle({one["run"]: one for one in runs})
with shell.title_row("Runs", picker=False):
    if runs and st.button("New run", type="primary", icon=":material/add:", key="runs.new"):
        shell.go("train")
show_told()
if sentence:
    st.warning(sentence, icon=":material/info:")
if runs:
    st.space("xsmall")  # else the table's own tools cover the button
    runs_list.choose_tags(runs)
    listing(runs)
    chosen = runs_chosen.chosen()
    runs_acts.tools([one for one in runs if one["run"] in chosen], runs)
    runs_beside.side_by_side(runs, TICK)
else:
    with shell.empty("table_rows", "No run yet", "Every training becomes a run: its settings, its curve, its weights."):
        if st.button("Set up a run", type="primary", icon=":material/play_arrow:", key="runs.first"):
            shell.go("train")
        st.page_link("pages/home.py", label="Or train the demo network", icon=":material/home:")
runs_trash.trash()
