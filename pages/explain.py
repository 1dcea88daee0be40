"""Explain: give a network a picture; it says what it sees, and shows which part decided."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import streamlit as st

from cnn_core.base.errors import BadPicture, UnknownName, UserError, shorten
from pages.parts import (
    cached,
    choose_picture,
    explain_asking,
    explain_files,
    explain_two,
    explain_view,
    film_view,
    generation_view,
    masks_view,
    pictured,
    sheet_view,
    shell,
    unready,
)
from pages.parts.pictured import MENU, Source
from pages.parts.words import md, percent

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

INTRO = "Give it a picture. It says what it sees, and shows which part decided."


def main() -> None:
    record = unready.ready_run(
        "explain",
        "image_search",
        "No network to ask yet",
        "Train one first. Then give it a picture: it says what it sees, and shows which part decided.",
    )
    run = record["run"]
    unready.still_training(record)
    if record["task"] == "generation":
        generation_view.nothing_to_explain(run)
        return
    if record["task"] == "segmentation":
        masks_view.explain(run)
        return
    if record["task"] == "sequences":
        film_view.explain(run)
        return
    page, busy = st.container(), st.container()  # what comes and goes below moves no sheet that is drawn on
    with busy:
        source = _source(run, page)
        found = _answer(run, source, page) if source and not source.blank else None
    with page:
        _complain()
        if source and (found or source.blank):
            _result(run, source, found)
        else:
            st.markdown(INTRO)
            choose_picture.chooser(run, "page", size=86)
    st.session_state["explain.run"] = run


def _source(run: str, page: DeltaGenerator) -> Source | None:
    try:
        with st.spinner("Reading the picture …"):
            return pictured.current(run)
    except UserError as error:
        with page:
            shell.problem(str(error))
        return None


def _answer(run: str, source: Source, page: DeltaGenerator) -> explain_view.Answer | None:
    """What the network says; a photo that cannot be read gives way to the picture before it."""
    try:
        with st.spinner("Asking the network …"), nullcontext() if source.drawing else _waiting():
            found = explain_view.answer(run, source)
        pictured.keep()
        return found
    except BadPicture as error:
        st.session_state["explain.bad"] = (source.name, str(error))
        pictured.give_back()
        st.rerun()
    except UserError as error:
        with page:
            shell.problem(str(error))
        return None


def _waiting() -> DeltaGenerator:
    return st.skeleton(explain_view.SQUARE + 60)


def _complain() -> None:
    """Why the last photo was not taken."""
    with st.container():
        name, text = st.session_state.pop("explain.bad", ("", ""))
        if text:
            why = text.removeprefix(f"{shorten(name)} could not be read: ")
            st.error(
                f"**{md(name, 80)} could not be read.** {md(why[:1].upper() + why[1:])} This one was not kept.",
                icon=":material/broken_image:",
            )


def _result(run: str, source: Source, found: explain_view.Answer | None) -> None:
    """The page of a picture. A sheet to draw on keeps its place while the answer comes, changes and goes."""
    row = st.container(horizontal=True, vertical_alignment="center")
    with st.container():  # there also when it is empty
        shell.caution(found.notice if found else "")
        asked = _asked(run, found) if found else None
    places = _squares(run, source, found)
    if found is None or asked is None:
        with row:
            sheet_view.heading(run)
            _menu(run)
        with places[1]:
            sheet_view.beside(run)
        return
    with row:
        _finding(run, source, found)
    explain_view.what_it_saw(places, source, found)
    _why(run, source, found, asked, places, row)


def _squares(run: str, source: Source, found: explain_view.Answer | None) -> list[DeltaGenerator]:
    """Places for the pictures; the first of a drawing is its sheet, which on a phone has the whole width."""
    count = 4 if found and found.layers else 2
    if source.drawing is None:
        with st.grid(4, min_column_width=140, gap="medium"):
            return [st.container(gap="xsmall") for _ in range(count)]
    first, rest = st.columns([25, 78], gap="medium")
    with first:
        sheet_view.sheet(run, source)
    if found is None:
        return [first, rest]
    with rest, st.grid(3, min_column_width=100, gap="medium"):
        return [first, *(st.container(gap="xsmall") for _ in range(count - 1))]


def _why(
    run: str,
    source: Source,
    found: explain_view.Answer,
    asked: tuple[str, int, int | None],
    places: list[DeltaGenerator],
    row: DeltaGenerator,
) -> None:
    """Which part decided, for one class or for two, and how to ask differently."""
    classes = cached.classes(run)
    layer, target, against = asked
    words = st.container()
    st.space("small")
    left, right = st.columns([11, 9], gap="large")
    with left:
        explain_view.guesses(found, target, len(classes))
    with right:
        if not found.layers:
            _no_map(run, source)
            return
        look = explain_asking.ask_differently(found, classes, layer, target, against)
    try:
        with places[2], st.skeleton(explain_view.SQUARE), places[3], st.skeleton(explain_view.SQUARE):
            why = explain_view.explained(run, source, layer, target)
            two = explain_two.contrasted(why, run, source, layer, against)
    except UserError as error:
        with places[2]:
            shell.problem(str(error))
        return
    if two is None:
        picture = explain_view.what_decided(places, source, found, why, look)
    else:
        picture = explain_two.side_by_side(places, words, source, found, two, look)
    with row:
        explain_files.downloads(run, two or why, picture)


def _finding(run: str, source: Source, found: explain_view.Answer) -> None:
    """`Egyptian cat, 45.6%`, whether that is right where it is known, and the way to another picture."""
    best = found.top[0]
    st.header(f"{md(best['class'], 40)}, {percent(best['probability'])}", anchor=False, width="content")
    if source.truth == best["class"]:
        st.badge("Right", icon=":material/check:", color="green")
    elif source.truth:
        st.markdown(f":orange-badge[:material/close: Wrong: it is {md(source.truth, 30)}]", width="content")
    _menu(run)


def _menu(run: str) -> None:
    st.space("stretch")
    menu = st.popover(
        "Change picture", type="primary", icon=":material/image:", key=MENU, on_change="rerun", width="content"
    )
    if menu.open:
        with menu, st.container(width=420):
            choose_picture.chooser(run, "menu", size=56)


def _asked(run: str, found: explain_view.Answer) -> tuple[str, int, int | None]:
    """Layer, class and second class of the address bar, else the last layer and the predicted class alone.

    What does not fit is taken out; that is said, unless it was left over from another run.
    """
    classes = cached.classes(run)
    layer, wrong = next(reversed(found.layers), ""), []
    text = st.query_params.get("layer") or layer
    if text in found.layers:
        layer = text
    elif found.layers:
        wrong.append(str(UnknownName(text, "layer", found.layers)))
        st.query_params.pop("layer", None)
    chosen, against = _class("class", classes, wrong), _class("against", classes, wrong)
    target = int(found.top[0]["index"]) if chosen is None else chosen
    if against == chosen is not None:
        st.query_params.pop("against")
        wrong.append("the second class is the first one, but must be another.")
    against = None if against == target else against
    if st.session_state.get("explain.run", run) == run:
        for sentence in wrong:
            st.warning(md(f"From the address: {sentence}"), icon=":material/info:")
    return layer, target, against


def _class(name: str, classes: tuple[str, ...], wrong: list[str]) -> int | None:
    """A class of the address, by its name or its number; what is none is taken out and added to `wrong`."""
    text = st.query_params.get(name, "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1
    if text in classes:
        return classes.index(text)
    if 0 <= number < len(classes):
        return number
    if text:
        wrong.append(str(UnknownName(text, "class" if name == "class" else "second class", classes)))
        st.query_params.pop(name, None)
    return None


def _no_map(run: str, source: Source) -> None:
    st.subheader("Which part decided?", anchor=False)
    try:
        explain_view.explained(run, source, None, None)
    except UserError as error:
        st.markdown(md(str(error)))
    if st.button("Train a network that can", icon=":material/play_arrow:", key="explain.train"):
        shell.go("train")


shell.require_app()
main()
