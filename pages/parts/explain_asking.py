"""How a visitor asks differently on the Explain page: class, second class, layer, and how the heat is painted."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cnn_core.attribution.methods import PIXELS
from cnn_core.attribution.methods import SHELF as METHODS
from cnn_core.base.errors import UnknownName
from pages.parts.explain_view import Answer, method
from pages.parts.words import distinct, md

COLORS = {"inferno": "inferno (even)", "jet": "jet (familiar)"}
ALONE = -1  # no second class; None would come with a cross to take it away


def ask_differently(
    found: Answer, classes: tuple[str, ...], layer: str, target: int, against: int | None
) -> dict[str, Any]:
    """Boxes for class, second class and layer, which go into the address; returns opacity, colors, in_color."""
    names, by = distinct(classes, 60), _method()
    st.subheader("Ask differently", anchor=False)
    with st.grid(2, min_column_width=140):
        _mirrored("explain.class", target)
        st.selectbox(
            "Why this class?",
            range(len(classes)),
            format_func=lambda index: names[index],
            key="explain.class",
            on_change=_take_class,
            args=(classes, target, against),
        )
        _mirrored("explain.against", ALONE if against is None else against)
        st.selectbox(
            "And not this one?",
            [ALONE, *(index for index in range(len(classes)) if index != target)],
            format_func=lambda index: "No other class" if index == ALONE else names[index],
            key="explain.against",
            on_change=_take_against,
            args=(classes,),
            help="Both maps side by side on one scale, so that the same colour is the same heat.",
        )
        _mirrored("explain.layer", layer)
        st.selectbox(
            "Seen from layer",
            list(found.layers),
            format_func=lambda name: f"{name} · {found.layers[name][1]} × {found.layers[name][0]}",
            key="explain.layer",
            disabled=by in PIXELS,
            on_change=_take_layer,
            help="Late layers know more of the class but see fewer places; the second numbers are the map's grid.",
        )
        _mirrored("explain.method", by)
        st.selectbox(
            "By which method",
            METHODS.names(),
            format_func=lambda name: METHODS.card(name)[0].partition(":")[0],
            key="explain.method",
            on_change=_take_method,
            help=f"{METHODS.card(by)[0]} {METHODS.card(by)[1]}",
        )
        return _look(in_color=found.seen.shape[2] == 3)


def _take_class(classes: tuple[str, ...], before: int, against: int | None) -> None:
    """The second class as the first one: they change places."""
    chosen = st.session_state["explain.class"]
    st.query_params["class"] = _address(classes, chosen)
    if chosen == against:
        st.query_params["against"] = _address(classes, before)


def _take_against(classes: tuple[str, ...]) -> None:
    chosen = st.session_state["explain.against"]
    if chosen == ALONE:
        st.query_params.pop("against", None)
    else:
        st.query_params["against"] = _address(classes, chosen)


def _take_layer() -> None:
    st.query_params["layer"] = st.session_state["explain.layer"]


def _method() -> str:
    """The method that is asked; one of the address that there is not is taken out, and said."""
    asked = st.query_params.get("method", "")
    if asked and asked not in METHODS.names():
        st.query_params.pop("method")
        st.warning(md(f"From the address: {UnknownName(asked, 'method', METHODS.names())}"), icon=":material/info:")
    return method()


def _take_method() -> None:
    st.query_params["method"] = st.session_state["explain.method"]


def _look(in_color: bool) -> dict[str, Any]:
    """How the heat is painted; colours can be kept where there are any."""
    return {
        "opacity": st.slider("Heat opacity", 0.0, 1.0, 0.5, 0.05, key="explain.opacity", persist_state="session"),
        "colors": st.selectbox(
            "Heat colours", list(COLORS), format_func=COLORS.__getitem__, key="explain.colors", persist_state="session"
        ),
        "in_color": in_color
        and st.toggle(
            "Picture in colour",
            key="explain.in_color",
            help="Off: every colour you see is heat. On: a red cup may look hot.",
        ),
    }


def _address(classes: tuple[str, ...], index: int) -> str:
    """A class as it stands in the address bar: its name, or its index where the name is long or says too little."""
    name = classes[index]
    fits = 0 < len(name) <= 40 and name.isprintable() and classes.count(name) == 1
    return name if fits else str(index)


def _mirrored(key: str, value: Any) -> None:
    if st.session_state.get(key) != value:
        st.session_state[key] = value
