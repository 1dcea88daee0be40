"""What the Chapters page shows: sixteen cards; one chapter with its idea, figure, labs, and what is often said."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cnn_core.calculators import SHELF as CALCULATORS
from cnn_core.chapters.looks import Drawn, look
from cnn_core.labs import SHELF as LABS
from pages.parts import shell
from pages.parts.lab_cards import cards, newest_of_each
from pages.parts.words import md, plural

Record = dict[str, Any]


def listed(chapters: list[Record]) -> None:
    """A card for each, with what is in it."""
    st.markdown(
        "What convolutional networks are about, in sixteen short chapters. Each has a figure that you can change, labs "
        "that settle its claims on this computer, and what is often said of it but is not so."
    )
    grid = st.grid(4, min_column_width=225, border=True)
    for one in chapters:
        with grid.cell():
            title = f"**{one['chapter']} · {one['title']}**"
            if st.button(title, key=f"chapters.open.{one['chapter']}", type="tertiary"):
                st.query_params["chapter"] = str(one["chapter"])
                st.rerun()
            st.markdown(md(one["about"]))
            parts = [plural(len(one["labs"]), "lab"), plural(len(one["calculators"]), "calculator")]
            parts = [part for part in parts if not part.startswith("0 ")]
            st.caption(" · ".join([*parts, f"{plural(one['often_said'], 'claim')} put right"]))


def opened(chapter: Record) -> None:
    """One chapter whole."""
    left, right = st.columns([9, 11], gap="large")
    with left:
        for paragraph in chapter["idea"]:
            st.markdown(md(paragraph, 2000))
        _tries(chapter["tries"])
        _calculators(chapter["calculators"])
    with right:
        _figure(chapter["chapter"])
    if chapter["labs"]:
        st.subheader("Settle it yourself", anchor=False)
        cards([one["name"] for one in chapter["labs"]], newest_of_each(), "chapters.open.lab")
    st.subheader("Often said, but", anchor=False)
    grid = st.grid(2, min_column_width=330, border=True)
    for place, one in enumerate(chapter["often_said"]):
        with grid.cell():
            _correction(f"chapters.{chapter['chapter']}.{place}", one)


def _tries(tries: list[Record]) -> None:
    for one in tries:
        title, icon = shell.page_of(one["page"])
        with st.container(gap=None):
            st.page_link(f"pages/{one['page']}.py", label=title, icon=icon)
            st.caption(md(one["what"]))


def _calculators(calculators: list[Record]) -> None:
    if not calculators:
        return
    st.markdown("**Work it out**")
    for one in calculators:
        if st.button(
            one["question"], icon=":material/calculate:", key=f"chapters.calculator.{one['name']}", type="tertiary"
        ):
            shell.go("calculators", calculator=one["name"])


def _figure(number: int) -> None:
    """The figure of the chapter; where it cannot be drawn, a sentence, and the rest of the page stands."""
    found = look(number)
    st.subheader(md(found.title), anchor=False)
    choice = st.segmented_control(
        found.title,
        found.choices,
        default=found.start,
        key=f"chapters.look.{number}",
        label_visibility="collapsed",
        required=True,
    )
    with shell.guarded():
        with st.spinner("Drawing …"):
            drawn = (_kept if found.fixed else _drawn)(number, choice or found.start, shell.theme())
        _show(number, drawn)


@st.cache_resource(max_entries=64, show_spinner=False)
def _kept(number: int, choice: str, theme: str) -> Drawn:
    return _drawn(number, choice, theme)


def _drawn(number: int, choice: str, theme: str) -> Drawn:
    return look(number).draw(choice, theme)


def _show(number: int, drawn: Drawn) -> None:
    if len(drawn.pictures) == 1:
        caption, picture = drawn.pictures[0]
        with st.container(width=440):
            st.image(picture, caption=md(caption), width="stretch")
    elif drawn.pictures:
        grid = st.grid(len(drawn.pictures) if len(drawn.pictures) < 4 else 4, min_column_width=120)
        for caption, picture in drawn.pictures:
            with grid.cell():
                st.image(picture, caption=md(caption), width="stretch")
    if drawn.chart is not None:
        st.altair_chart(drawn.chart, key=f"chapters.chart.{number}", theme=None, alt=drawn.about)
    st.markdown(md(drawn.says, 600))
    if drawn.run and (one := shell.record(drawn.run)):
        st.caption(f"Asked: {md(shell.run_label(one))}")
        if st.button("Explain", icon=":material/image_search:", key="chapters.explain", type="tertiary"):
            shell.go("explain", drawn.run)
    elif not drawn.pictures and drawn.chart is None:
        st.page_link("pages/home.py", label="To the first page", icon=":material/home:")


def _correction(key: str, one: Record) -> None:
    st.markdown(f":gray[“{md(one['said'])}”]")
    st.markdown(md(one["right"], 2000))
    if one["number"]:
        st.markdown(f"**{md(one['number'])}**")
    if one["source"]:
        st.caption(md(one["source"], 300))
    if not one["labs"] and not one["calculators"]:
        return
    with st.container(horizontal=True):
        for name in one["labs"]:
            title = LABS.load(name).build.title
            if st.button(title, icon=":material/science:", key=f"{key}.{name}", type="tertiary"):
                shell.go("labs", lab=name)
        for name in one["calculators"]:
            title = CALCULATORS.load(name).build.title
            if st.button(title, icon=":material/calculate:", key=f"{key}.calc.{name}", type="tertiary"):
                shell.go("calculators", calculator=name)
