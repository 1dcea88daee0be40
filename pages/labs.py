"""Labs: a claim, what will be varied, Run; then the verdict, the numbers over the seeds, and the runs behind them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cnn_core import actions
from cnn_core.base.errors import UserError, shorten
from cnn_core.labs import CHAPTERS, SHELF, VERDICTS
from pages.parts import lab_view, shell
from pages.parts.form import mirror
from pages.parts.lab_cards import cards, newest_of_each
from pages.parts.words import md

shell.require_app()

ANY, NEVER = "all", "not yet done"


def overview() -> None:
    """All labs by chapter as cards, or those of one chapter or verdict."""
    st.markdown("Books tell; here you find out. Each lab is a claim that you can settle on this computer in a minute.")
    last = newest_of_each()
    chapter, verdict = _chosen()
    shown = 0
    for number, (about, names) in CHAPTERS.items():
        chosen = [name for name in names if verdict in (ANY, _verdict(last.get(name)))]
        if not chosen or chapter not in (0, number):
            continue
        shown += len(chosen)
        st.subheader(f"{number} · {about}", anchor=False)
        cards(chosen, last, "labs.open")
    if not shown:
        st.caption("No lab is like that. Choose other ones above.")


def _chosen() -> tuple[int, str]:
    """The chapter (0: all) and the verdict that are looked at."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chapter = st.selectbox(
            "Chapter",
            [0, *CHAPTERS],
            format_func=lambda one: f"{one} · {CHAPTERS[one][0]}" if one else "All chapters",
            width=300,
            **mirror("labs.chapter", 0),
        )
        verdict = st.pills("Found here", [ANY, *VERDICTS, NEVER], required=True, **mirror("labs.verdict", ANY))
    return chapter, verdict


def _verdict(record: dict[str, Any] | None) -> str:
    return str(record["found"]["verdict"]) if record and record["found"] else NEVER


def asked_result(name: str) -> str | None:
    """The result of the address, where it is one of this lab; else the newest."""
    text = st.query_params.get("result")
    if text is None:
        return next((one["id"] for one in actions.lab_results(name=name)), None)
    try:
        if actions.lab_result(text)["lab"] == name:
            return text
    except UserError:
        pass
    st.query_params.pop("result")
    st.warning(f"From the address: there is no result “{md(shorten(text), 60)}” of this lab.", icon=":material/info:")
    return None


name = st.query_params.get("lab", "")
if name and name not in SHELF.names():
    st.query_params.pop("lab")
    st.warning(f"From the address: there is no lab “{md(shorten(name), 60)}”.", icon=":material/info:")
    name = ""
with shell.title_row("Labs", picker=False):
    if name:
        if st.button("All labs", icon=":material/arrow_back:", key="labs.back"):
            st.query_params.pop("result", None)
            st.query_params.pop("lab", None)
            st.rerun()
        lab_view.run_button(name)
if name:
    lab_view.about(name)
    if result := asked_result(name):
        lab_view.result(name, result)
else:
    overview()
