"""Features: what each filter looks for, and where each map of a layer lights up in a picture."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import streamlit as st

from cnn_core.base.errors import BadPicture, UserError, shorten
from pages.parts import choose_picture, features_view, film_view, filters_view, pictured, sheet_view, shell, unready
from pages.parts.features_view import ORDERS, Look
from pages.parts.pictured import MENU, Source
from pages.parts.words import md

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from cnn_core.features.activations import Activations

SCALE = "On: the same colour is the same value in all maps. Off: each map goes up to its own largest value."


def main() -> None:
    record = unready.ready_run(
        "features",
        "filter_center_focus",
        "No network to look into yet",
        "Train one first. Then see what each of its filters looks for, and what lights up in it for a picture.",
    )
    run = record["run"]
    unready.still_training(record)
    if record["task"] == "generation":
        st.caption("You look into its discriminator, which says how real a picture is; what draws takes no picture.")
    if record["task"] == "sequences":
        st.caption(film_view.NO_MAPS)
        _filters(run, maps=False)
        return
    page, busy = st.container(), st.container()  # what comes and goes below moves no sheet that is drawn on
    with busy:
        source = _source(run, page)
        found = _maps(run, source, page) if source and not source.blank else None
    with page:
        _complain()
        if source and (found or source.blank):
            _result(run, source, found)
        else:
            choose_picture.chooser(run, "features.page", size=86, verb="Look into")
    st.space("small")
    _filters(run)
    st.session_state["features.run"] = run


def _source(run: str, page: DeltaGenerator) -> Source | None:
    """The picture of the address, else the visitor's photo, else one to begin with."""
    try:
        return pictured.current(run) or pictured.beginning(run)
    except UserError as error:
        with page:
            shell.problem(str(error))
        return None


def _maps(run: str, source: Source, page: DeltaGenerator) -> Activations | None:
    """The maps of the layer in the address; a layer that is not there gives way to the first one, and is named."""
    asked, wrong = st.query_params.get("layer") or None, ""
    try:
        with st.spinner("Asking the network …"), nullcontext() if source.drawing else st.skeleton(420):
            try:
                found = features_view.maps(run, source, asked)
            except BadPicture:
                raise
            except UserError as error:
                if asked is None:
                    raise
                found, wrong = features_view.maps(run, source, None), str(error)
    except BadPicture as error:
        st.session_state["explain.bad"] = (source.name, str(error))
        pictured.give_back()
        st.rerun()
    except UserError as error:
        with page:
            shell.problem(str(error))
        return None
    pictured.keep()
    if wrong:
        st.query_params.pop("layer", None)
        with page:
            _warn(run, wrong)
    return found


def _warn(run: str, sentence: str) -> None:
    """What of the address does not fit, unless it was left over from another run."""
    if st.session_state.get("features.run", run) == run:
        st.warning(md(f"From the address: {sentence}", 500), icon=":material/info:")


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


# --- the maps -------------------------------------------------------------------------------------


def _result(run: str, source: Source, found: Activations | None) -> None:
    """The page of a picture. A sheet to draw on keeps its place while the maps come, change and go."""
    with st.container():  # there also when it is empty
        shell.caution(found.notice if found else "")
        channel = _channel(run, found) if found else 0
    row = st.container(horizontal=True, vertical_alignment="center")
    left, right = st.columns([4, 7], gap="large")
    if source.drawing:
        with left:
            sheet_view.sheet(run, source)
    with row:
        if found is None:
            sheet_view.heading(run)
        else:
            _layers(found)
        _menu(run)
    if found is None:
        with right:
            sheet_view.beside(run)
        return
    _look_into(run, source, found, channel, (left, right))
    with row:
        features_view.downloads(run, found, shared=st.session_state.get("features.scale", True))


def _look_into(
    run: str, source: Source, found: Activations, channel: int, sides: tuple[DeltaGenerator, DeltaGenerator]
) -> None:
    """One map over the picture at the left, all of them at the right."""
    left, right = sides
    numbers = features_view.vector(found)
    with right:
        look = _ways(channel, places=numbers is None)
        if numbers is None:
            features_view.all_maps(run, source, found, look, _take_map)
        else:
            features_view.values(found, numbers, channel)
    with left:
        word = "Map" if numbers is None else "Value"
        with st.container(horizontal=True):
            st.subheader(f"{word} {channel}", anchor=False, width="content")
        if numbers is None:
            features_view.one_map(source, found, look)
        else:
            features_view.what_it_saw(source, found)
        features_view.facts(source, found, channel)
        _which(found, channel, word)


def _layers(found: Activations) -> None:
    """The choice of a layer."""
    known = {one.name: f"{one.name} · {one.type} · {features_view.shape_words(one.shape)}" for one in found.layers}
    if found.layer not in known:
        known[found.layer] = found.layer
    st.session_state["features.layer"] = found.layer
    st.selectbox(
        "Layer",
        list(known),
        format_func=known.__getitem__,
        key="features.layer",
        on_change=_take_layer,
        label_visibility="collapsed",
        width=380,
    )


def _menu(run: str) -> None:
    """The way to another picture."""
    st.space("stretch")
    menu = st.popover(
        "Change picture", type="primary", icon=":material/image:", key=MENU, on_change="rerun", width="content"
    )
    if menu.open:
        with menu, st.container(width=420):
            choose_picture.chooser(run, "features.menu", size=56, verb="Look into")


def _ways(channel: int, places: bool) -> Look:
    """The title of the right side with the order and the scale of the maps."""
    with st.container(horizontal=True, vertical_alignment="top"):  # on one line with the title of the left side
        st.subheader("Where each map lights up" if places else "What each unit says", anchor=False, width="content")
        if not places:
            return Look(channel, by_strength=True, shared=True)
        st.space("stretch")
        shared = st.toggle("One scale", value=True, key="features.scale", help=SCALE)
        order = st.segmented_control(
            "Order",
            ORDERS,
            default=ORDERS[0],
            required=True,
            key="features.order",
            on_change=features_view.first_page,
            label_visibility="collapsed",
        )
    return Look(channel, by_strength=order == ORDERS[0], shared=shared)


def _which(found: Activations, channel: int, word: str) -> None:
    """A box for those who do not click, the strongest first."""
    st.session_state["features.channel"] = channel
    st.selectbox(
        f"{word} by its number",
        found.order.tolist(),
        format_func=str,
        key="features.channel",
        on_change=lambda: _take_map(st.session_state["features.channel"]),
        help="The strongest come first in the list.",
        width=180,
    )


def _channel(run: str, found: Activations) -> int:
    """The map of the address, else the strongest one."""
    text = st.query_params.get("map", "")
    if text.isascii() and text.isdigit() and len(text) < 6 and int(text) < len(found.maps):
        return int(text)
    if text:
        st.query_params.pop("map", None)
        _warn(run, f"map “{shorten(text)}” is not there; there are 0 to {len(found.maps) - 1}.")
    return int(found.order[0])


def _take_layer() -> None:
    st.query_params["layer"] = st.session_state["features.layer"]
    st.query_params.pop("map", None)
    features_view.first_page()


def _take_map(channel: int) -> None:
    st.query_params["map"] = str(channel)


# --- the filters ----------------------------------------------------------------------------------


def _filters(run: str, *, maps: bool = True) -> None:
    try:
        filters_view.filters(run, _take_filter if maps else None)
    except UserError as error:
        st.subheader("Filters", anchor=False)
        st.markdown(md(str(error)))
        if st.button("Train a network that can", icon=":material/play_arrow:", key="features.train"):
            shell.go("train")


def _take_filter(layer: str, number: int) -> None:
    st.query_params["layer"] = layer
    st.query_params["map"] = str(number)
    features_view.first_page()


shell.require_app()
main()
