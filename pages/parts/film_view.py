"""Films, on Evaluate and Explain: how one runs, its frames, and what the network says after each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnn_core import actions
from cnn_core.base.errors import BadPicture, UserError
from cnn_core.figures.films import animation_uri, strips
from cnn_core.figures.overlay import png
from cnn_core.figures.readings import readings_chart
from cnn_core.figures.tiles import enlarge
from pages.parts import cached, choose_picture, pictured, shell
from pages.parts.words import md, percent, plain

if TYPE_CHECKING:
    from cnn_core.runs.loaded import Run

SPLIT = "test"
LINES = 4  # classes that have a line: the likeliest, and the true one
STRIP = 1200  # pixels across a strip, at most
NO_MAPS = (
    "Its network takes films. Filters that look at one frame are shown below, where it has any; maps of a layer are "
    "shown for networks of single pictures only."
)


def one_of_them(run: str) -> None:
    """Evaluate: a film of the test split, another on request, with what is said after each frame."""
    st.subheader("When does it know?", anchor=False)
    count = cached.counts(run)[SPLIT]
    index = int(st.session_state.get("evaluate.film", 0)) % count
    try:
        source = pictured.of_the_data(run, SPLIT, index)
    except UserError as error:  # the data has gone; what was counted stands all the same
        shell.caution(str(error))
        return
    _watch(run, source, "evaluate")
    with st.container(horizontal=True):
        st.button("Another", key="evaluate.film.next", type="tertiary", icon=":material/shuffle:", on_click=_another)
        if st.button("Open it", key="evaluate.film.open", type="tertiary", icon=":material/image_search:"):
            shell.explain_picture(run, SPLIT, index)


def _another() -> None:
    st.session_state["evaluate.film"] = int(st.session_state.get("evaluate.film", 0)) + 1


def explain(run: str) -> None:
    """Explain: a film of the data or of the visitor, and what the network says while it runs."""
    try:
        source = pictured.current(run)
        if source is None or source.drawing:  # a sheet from another network is no film
            source = pictured.beginning(run)
        if source is not None:
            _watch(run, source, "explain", heading=True)
    except BadPicture as error:
        pictured.give_back()
        shell.problem(str(error))
        choose_picture.chooser(run, "page", size=86)
    except UserError as error:
        shell.problem(str(error))
        choose_picture.chooser(run, "page", size=86)


def _watch(run: str, source: pictured.Source, place: str, *, heading: bool = False) -> None:
    """The film, its strip and the chart."""
    backwards = bool(st.session_state.get(f"{place}.film.backwards", False))
    found = _asked(run, source, backwards)
    shell.caution(found.notice)
    if heading:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.header(_said(found), anchor=False, width="content")
            st.space("stretch")
            menu = st.popover(
                "Change film", type="primary", icon=":material/movie:", key=pictured.MENU, on_change="rerun"
            )
            if menu.open:
                with menu, st.container(width=420):
                    choose_picture.chooser(run, "menu", size=56)
    left, right = st.columns([3, 8], gap="large")
    with left:
        still = found.frames
        st.image(animation_uri(found.saw, still), width=240, caption=_title(source, backwards))
        st.toggle("Backwards", key=f"{place}.film.backwards", help="From the last frame to the first.")
    with right:
        st.image(
            png(enlarge(strips(found.saw[None], still)[0], STRIP)),
            width="stretch",
            alt=f"The {still} frames, the first on the left",
        )
        chart = readings_chart([_lines(found, source.truth)], "after frame", "probability", shell.theme(), height=220)
        st.altair_chart(chart, theme=None, key=f"{place}.film.chart", width="stretch")
        st.caption(f"{_when(found, source.truth)} After each frame it was asked as if the film had ended there.")


def _title(source: pictured.Source, backwards: bool) -> str:
    truth = f", class {plain(source.truth, 40)}" if source.truth else ""
    title = plain(source.title, 60) if source.private else source.title.replace("picture", "film")
    return f"{title}{truth}{', backwards' if backwards else ''}"


def _said(found: actions.Watched) -> str:
    return f"{md(found.said, 40)}, {percent(float(found.chances[-1].max()))} sure"


def _when(found: actions.Watched, truth: str) -> str:
    wrong = f" That is wrong: it is {md(truth, 40)}." if truth in found.classes and truth != found.said else ""
    first = f"**{_said(found)}** after {found.frames} frames"
    if found.sure_after == found.frames:
        return f"{first}; only the last one settled it.{wrong}"
    return f"{first}; from frame {found.sure_after} on it says so.{wrong}"


def _lines(found: actions.Watched, truth: str) -> dict[str, list[tuple[float, float]]]:
    """Points (frame, probability) of the likeliest classes at the end, and of the true one."""
    order = [found.classes[i] for i in found.chances[-1].argsort()[::-1]]
    shown = order[:LINES] if truth not in found.classes or truth in order[:LINES] else [*order[: LINES - 1], truth]
    return {
        plain(name, 40): [(float(t + 1), float(row[found.classes.index(name)])) for t, row in enumerate(found.chances)]
        for name in shown
    }


def _asked(run: str, source: pictured.Source, backwards: bool) -> actions.Watched:
    asked = cached.loaded(run)
    how = _FOR_ONE if source.private else _FOR_ALL
    return how(run, asked.checkpoint_sha256, source.key, backwards, asked, source)


def _ask(run: str, weights: str, key: str, backwards: bool, _run: Run, _source: pictured.Source) -> actions.Watched:
    return actions.film(_run, _source.data, backwards=backwards)


_FOR_ALL: Any
_FOR_ONE: Any
_FOR_ALL, _FOR_ONE = cached.of_pictures(_ask)
