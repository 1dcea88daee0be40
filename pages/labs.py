"""Labs: a claim, what will be varied, Run; then the verdict, the numbers over the seeds, and the runs behind them."""

from __future__ import annotations

import streamlit as st

from cnn_core import actions
from cnn_core.base.errors import UserError, shorten
from cnn_core.labs import SHELF
from pages.parts import lab_view, shell
from pages.parts.words import md

shell.require_app()


def overview() -> None:
    """All labs by chapter, each with its claim and what was found last."""
    st.markdown("Books tell; here you find out. Each lab is a claim that you can settle on this computer in a minute.")
    last = lab_view.newest_of_each()
    before = 0
    for one in actions.labs():
        if one["chapter"] != before:
            before = one["chapter"]
            st.subheader(f"{before} · {one['about']}", anchor=False)
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(one["claim"], key=f"labs.open.{one['name']}", type="tertiary", icon=":material/science:"):
                shell.go("labs", lab=one["name"])
            lab_view.badge(last.get(one["name"]))


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
