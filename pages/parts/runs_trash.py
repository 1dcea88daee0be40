"""The trash under the list of runs: what is in it, back with it, or away for good."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cnn_core import actions
from pages.parts import runs_chosen, shell
from pages.parts.told import tell
from pages.parts.words import ago, md, plural

SHOWN = 10  # deleted runs at a time
FIRST = "runs.trash.first"


def trash() -> None:
    """A line that says how many runs are in the trash, and opens; nothing while it is empty."""
    count = actions.thrown_away()
    if not count:
        return
    box = st.expander(
        f"Trash · {plural(count, 'run')}", icon=":material/delete:", type="compact", key="runs.trash", on_change="rerun"
    )
    if box.open:
        with box:
            _inside(actions.trash())


def _inside(found: list[dict[str, Any]]) -> None:
    first = min(st.session_state.get(FIRST, 0), max(0, len(found) - 1)) // SHOWN * SHOWN
    for one in found[first : first + SHOWN]:
        _line(one)
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(found) > SHOWN:
            st.button("Newer", key="runs.trash.back", type="tertiary", on_click=_turn, args=(first - SHOWN,))
            st.markdown(f":gray[{first + 1} to {min(len(found), first + SHOWN)} of {len(found):,}]", width="content")
            st.button("Older", key="runs.trash.more", type="tertiary", on_click=_turn, args=(first + SHOWN,))
        st.space("stretch")
        total = megabytes(sum(one["bytes"] for one in found))
        if st.button(f"Empty the trash, {total}", icon=":material/delete_forever:", key="runs.trash.empty"):
            ask_empty(len(found), total)


def _turn(first: int) -> None:
    st.session_state[FIRST] = max(0, first)


def _line(one: dict[str, Any]) -> None:
    run = one["run"]
    with st.container(horizontal=True, vertical_alignment="center"):
        facts = f"deleted {ago(one['deleted'])} · {megabytes(one['bytes'])}"
        st.markdown(f"{name_of(one)}  \n:small[:gray[{facts}]]", width="content")
        st.space("stretch")
        with st.container(horizontal=True, width="content"):
            st.button(
                "Restore",
                icon=":material/restore_from_trash:",
                key=f"runs.restore.{run}",
                on_click=restore,
                args=(run,),
                disabled=not one["status"],
                help=None if one["status"] else "It never became a run.",
            )
            if st.button("Purge", type="tertiary", icon=":material/delete_forever:", key=f"runs.purge.{run}"):
                ask_purge(one)


def name_of(one: dict[str, Any]) -> str:
    """A deleted run as it was called. Markdown."""
    return md(one["name"] or shell.run_label(one))


def megabytes(count: int) -> str:
    """`1.2 MB`, `340 kB`."""
    return f"{count / 1e6:,.1f} MB" if count >= 1e6 else f"{max(1, round(count / 1e3)):,} kB" if count else "nothing"


def restore(run: str) -> None:
    """Back into the list, and chosen there."""
    back = shell.attempt(actions.restore, run)
    if back:
        runs_chosen.choose([back["run"]])
        other = f" Its id is {md(back['run'])} now: the other one is in use." if back["run"] != run else ""
        tell(f"{md(shell.run_label(back))} is back.{other}", icon=":material/restore_from_trash:")


@st.dialog("Purge this run?")
def ask_purge(one: dict[str, Any]) -> None:
    st.markdown(
        f"**{name_of(one)}** goes for good, with its checkpoints. That frees {megabytes(one['bytes'])} and cannot be "
        "undone."
    )
    with st.container(horizontal=True):
        yes = st.button("Purge it", type="primary", key="runs.purge.yes", on_click=purge, args=(one["run"],))
        no = st.button("Keep it", key="runs.purge.no")
    if yes or no:
        st.rerun()  # closes the dialog


def purge(run: str) -> None:
    """Away for good; says what that freed."""
    freed = shell.attempt(actions.purge, run)
    if freed:
        tell(f"{megabytes(freed['bytes'])} freed.", icon=":material/check:")


@st.dialog("Empty the trash?")
def ask_empty(count: int, total: str) -> None:
    st.markdown(f"{plural(count, 'run goes', 'runs go')} for good. That frees {total} and cannot be undone.")
    with st.container(horizontal=True):
        yes = st.button("Empty it", type="primary", key="runs.trash.yes", on_click=empty)
        no = st.button("Keep them", key="runs.trash.no")
    if yes or no:
        st.rerun()  # closes the dialog


def empty() -> None:
    """All of it away for good; says what that freed, and why something stays."""
    done = shell.attempt(actions.purge_all)
    if done is None:
        return
    for one in done["kept"][:1]:
        st.session_state["shell.trouble"] = one["why"]
    if done["runs"] or done["bytes"]:
        tell(f"{plural(len(done['runs']), 'run')} purged, {megabytes(done['bytes'])} freed.", icon=":material/check:")
