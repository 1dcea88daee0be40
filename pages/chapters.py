"""Chapters: sixteen short ones, each with a figure that changes under the hand, its labs, and what is often said."""

from __future__ import annotations

import re

import streamlit as st

from cnn_core import actions
from cnn_core.base.errors import shorten
from cnn_core.labs import CHAPTERS
from pages.parts import chapter_view, shell
from pages.parts.words import md

shell.require_app()


def asked() -> int:
    """The chapter of the address, 0 for the list."""
    text = st.query_params.get("chapter")
    if text is None:
        return 0
    if re.fullmatch(r"\d{1,2}", text, re.ASCII) and int(text) in CHAPTERS:
        return int(text)
    st.query_params.pop("chapter")
    st.warning(f"From the address: there is no chapter “{md(shorten(text), 60)}”.", icon=":material/info:")
    return 0


def steps(number: int) -> None:
    """Back to all of them, to the one before, to the next."""
    if st.button("All chapters", icon=":material/arrow_back:", key="chapters.back"):
        st.query_params.pop("chapter", None)
        st.rerun()
    for other, icon, word in ((number - 1, "chevron_left", "before"), (number + 1, "chevron_right", "next")):
        title = f"{other} · {CHAPTERS[other][0]}" if other in CHAPTERS else None
        if st.button(
            "", icon=f":material/{icon}:", key=f"chapters.{word}", disabled=title is None, help=title or "There is none"
        ):
            st.query_params["chapter"] = str(other)
            st.rerun()


number = asked()
with shell.title_row("Chapters" if not number else f"{number} · {CHAPTERS[number][0]}", picker=False):
    if number:
        steps(number)
if number:
    chapter_view.opened(actions.chapter(number))
else:
    chapter_view.listed(actions.chapters())
