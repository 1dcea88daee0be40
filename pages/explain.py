"""Explain: give a network a picture; it says what it sees, and shows which part decided."""

from __future__ import annotations

import streamlit as st

from cnn_core.base.errors import BadPicture, UnknownName, UserError, shorten
from pages.parts import cached, choose_picture, explain_view, shell, unready
from pages.parts.choose_picture import MENU, Source
from pages.parts.words import md, percent

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
    source = _source(run)
    found = _answer(run, source) if source else None
    if source is None or found is None:
        _empty(run)
    else:
        _result(run, source, found)
    st.session_state["explain.run"] = run


def _source(run: str) -> Source | None:
    try:
        with st.spinner("Reading the picture …"):
            return choose_picture.current(run)
    except UserError as error:
        shell.problem(str(error))
        return None


def _answer(run: str, source: Source) -> explain_view.Answer | None:
    """What the network says; a photo that cannot be read gives way to the picture before it."""
    try:
        with st.spinner("Asking the network …"), st.skeleton(explain_view.SQUARE + 60):
            found = explain_view.answer(run, source)
        choose_picture.keep()
        return found
    except BadPicture as error:
        st.session_state["explain.bad"] = (source.name, str(error))
        choose_picture.give_back()
        st.rerun()
    except UserError as error:
        shell.problem(str(error))
        return None


def _complain() -> None:
    """Why the last photo was not taken."""
    name, text = st.session_state.pop("explain.bad", ("", ""))
    if text:
        why = text.removeprefix(f"{shorten(name)} could not be read: ")
        st.error(
            f"**{md(name, 80)} could not be read.** {md(why[:1].upper() + why[1:])} This one was not kept.",
            icon=":material/broken_image:",
        )


def _empty(run: str) -> None:
    _complain()
    st.markdown(INTRO)
    choose_picture.chooser(run, "page", size=86)


def _result(run: str, source: Source, found: explain_view.Answer) -> None:
    classes = cached.classes(run)
    layer, target = _asked(run, found, classes)
    _complain()
    row = _finding(run, source, found)
    shell.caution(found.notice)
    with st.grid(4, min_column_width=140, gap="medium"):
        places = [st.container(gap="xsmall") for _ in range(4 if found.layers else 2)]
    st.space("small")
    left, right = st.columns([11, 9], gap="large")
    explain_view.what_it_saw(places, source, found)
    with left:
        explain_view.guesses(found, target, len(classes))
    with right:
        if not found.layers:
            _no_map(run, source)
            return
        look = explain_view.ask_differently(found, classes, layer, target, _changed)
    try:
        with places[2], st.skeleton(explain_view.SQUARE), places[3], st.skeleton(explain_view.SQUARE):
            why = explain_view.explained(run, source, layer, target)
    except UserError as error:
        with places[2]:
            shell.problem(str(error))
        return
    picture = explain_view.what_decided(places, source, found, why, look)
    with row:
        explain_view.downloads(run, why, picture)


def _finding(run: str, source: Source, found: explain_view.Answer) -> st.delta_generator.DeltaGenerator:
    """`Egyptian cat, 45.6%`, whether that is right where it is known, and the way to another picture."""
    best = found.top[0]
    row = st.container(horizontal=True, vertical_alignment="center")
    with row:
        st.header(f"{md(best['class'], 40)}, {percent(best['probability'])}", anchor=False, width="content")
        if source.truth == best["class"]:
            st.badge("Right", icon=":material/check:", color="green")
        elif source.truth:
            st.markdown(f":orange-badge[:material/close: Wrong: it is {md(source.truth, 30)}]", width="content")
        st.space("stretch")
        menu = st.popover(
            "Change picture", type="primary", icon=":material/image:", key=MENU, on_change="rerun", width="content"
        )
        if menu.open:
            with menu, st.container(width=420):
                choose_picture.chooser(run, "menu", size=56)
    return row


def _asked(run: str, found: explain_view.Answer, classes: tuple[str, ...]) -> tuple[str, int]:
    """Layer and class of the address bar, else the last layer and the predicted class.

    What does not fit is taken out; that is said, unless it was left over from another run.
    """
    layer = next(reversed(found.layers), "")
    target = int(found.top[0]["index"])
    wrong = []
    text = st.query_params.get("layer") or layer
    if text in found.layers:
        layer = text
    elif found.layers:
        wrong.append(str(UnknownName(text, "layer", found.layers)))
        st.query_params.pop("layer", None)
    text = st.query_params.get("class", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1
    if text in classes:
        target = classes.index(text)
    elif 0 <= number < len(classes):
        target = number
    elif text:
        wrong.append(str(UnknownName(text, "class", classes)))
        st.query_params.pop("class", None)
    if st.session_state.get("explain.run", run) == run:
        for sentence in wrong:
            st.warning(md(f"From the address: {sentence}"), icon=":material/info:")
    return layer, target


def _changed(name: str, value: str) -> None:
    """A class or layer was chosen: it goes into the address bar."""
    st.query_params[name] = value


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
