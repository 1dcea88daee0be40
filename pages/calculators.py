"""Calculators: a formula with your own numbers put in, live; the address says which one and with what."""

from __future__ import annotations

import streamlit as st

from cnn_core.base.errors import shorten
from cnn_core.calculators import SHELF
from pages.parts import calc_address, calc_view, shell
from pages.parts.words import md

GROUPS = {  # by what they are about, in order
    "Layers and activations": (
        *("convolution", "stack", "bottleneck", "small_kernels", "separable", "transposed", "recurrent"),
        "activation",
    ),
    "Pictures": ("resizing", "normalizing"),
    "Losses and metrics": ("class_weights", "focal_loss", "metrics"),
}


def overview() -> None:
    """All calculators by what they are about."""
    st.markdown("Put your own numbers into the formulas. What comes out is what the layers and losses here really do.")
    placed = {name for names in GROUPS.values() for name in names}
    others = tuple(name for name in SHELF.names() if name not in placed)
    for group, names in {**GROUPS, **({"More": others} if others else {})}.items():
        st.subheader(group, anchor=False)
        grid = st.grid(3, min_column_width=270, border=True)
        for name in names:
            with grid.cell():
                if st.button(f"**{SHELF.load(name).build.title}**", key=f"calculators.open.{name}", type="tertiary"):
                    shell.go("calculators", calculator=name)
                st.markdown(md(_question(name)))


def _question(name: str) -> str:
    """What it answers, without the title where the sentence begins with that."""
    head, _, rest = SHELF.card(name)[0].partition(": ")
    return f"{rest[0].upper()}{rest[1:]}" if rest and head.endswith(SHELF.load(name).build.title) else f"{head}: {rest}"


def switch(name: str) -> None:
    """The other calculators, and the way back to all."""
    titles = {one: SHELF.load(one).build.title for one in SHELF.names()}
    st.session_state["calculators.switch"] = name
    st.selectbox(
        "Calculator",
        list(titles),
        format_func=lambda one: titles.get(one, one),
        key="calculators.switch",
        on_change=_switched,
        label_visibility="collapsed",
        width=240,
    )
    if st.button("All calculators", icon=":material/arrow_back:", key="calculators.back"):
        calc_address.forget_inputs()
        st.query_params.pop(calc_address.NAME, None)
        st.rerun()


def _switched() -> None:
    calc_address.forget_inputs()
    st.query_params[calc_address.NAME] = st.session_state["calculators.switch"]


shell.require_app()
name = st.query_params.get(calc_address.NAME, "")
if name and name not in SHELF.names():
    st.query_params.pop(calc_address.NAME)
    st.warning(f"From the address: there is no calculator “{md(shorten(name), 60)}”.", icon=":material/info:")
    name = ""
with shell.title_row("Calculators", picker=False):
    if name:
        switch(name)
if name:
    calc_view.calculator(name)
else:
    overview()
