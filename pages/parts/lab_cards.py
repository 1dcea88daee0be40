"""Labs as cards: the claim, what is varied, how long it takes, what was found last. On Labs and on Chapters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from cnn_core import actions
from cnn_core.jobs.job import LIVE
from cnn_core.labs import SHELF
from pages.parts import shell
from pages.parts.words import duration, md

COLORS = {"confirmed": "green", "refuted": "orange", "not at this scale": "gray"}
Record = dict[str, Any]


def newest_of_each() -> dict[str, Record]:
    """The newest result of every lab that has one."""
    found: dict[str, Record] = {}
    for one in actions.lab_results():
        found.setdefault(one["lab"], one)
    return found


def badge(record: Record | None) -> None:
    """The verdict of a result, or how it stands; nothing where there is none."""
    if record is None:
        return
    if record["found"]:
        verdict = str(record["found"]["verdict"])
        st.badge(verdict, color=COLORS.get(verdict, "gray"))
    elif record["status"] in LIVE:
        st.badge("at work", color="primary")


def cards(names: Sequence[str], last: Mapping[str, Record], key: str) -> None:
    """A card for each lab; a click on it opens the lab. `key`: of the buttons, holds `open` (see style.css)."""
    grid = st.grid(3, min_column_width=270, border=True)
    for name in names:
        lab = SHELF.load(name).build
        with grid.cell():
            if st.button(f"**{SHELF.card(name)[0]}**", key=f"{key}.{name}", type="tertiary"):
                shell.go("labs", lab=name)
            st.caption(md(lab.varies, 260))
            with st.container(horizontal=True, vertical_alignment="center"):
                st.caption(f":material/timer: {duration(lab.seconds)}", width="content")
                badge(last.get(name))
