"""The sheet that a visitor draws on, with what becomes of the drawing, and what stands beside it while it is empty."""

from __future__ import annotations

import streamlit as st

from cnn_core import actions
from cnn_core.pictures.drawing import Drawing
from pages.parts import cached, drawing, pictured
from pages.parts.pictured import Source
from pages.parts.words import distinct, md

LISTED = 12  # classes that are named


def sheet(run: str, source: Source) -> None:
    """The pad, and whether the drawing is scaled and centred for the network."""
    paper = actions.paper(cached.experiment(run))
    words = "Scaled and centred as the pictures it learned from." if paper.framing else "Taken as you drew it."
    with st.container(gap="xsmall"):
        drawing.pad(source.drawing or Drawing(), paper, pictured.take_strokes, f"explain.pad.{run}")
        st.caption(f"**Your drawing.** {words}")


def heading(run: str) -> None:
    """Instead of a finding, while the sheet is empty."""
    count = len(cached.classes(run))
    st.header("Draw one of its classes" if count <= LISTED else "Draw anything", anchor=False, width="content")


def beside(run: str) -> None:
    """What to do, and what it knows."""
    st.markdown("Draw on the sheet with a mouse, a pen or a finger. It answers whenever you lift it.")
    classes = cached.classes(run)
    if len(classes) <= LISTED:
        *most, last = (md(name, 30) for name in distinct(classes, 30))
        st.caption(f"It knows {', '.join(most)} and {last}." if most else f"It knows only {last}.")
    else:
        st.caption(f"It can only choose among its {len(classes):,} classes, whatever you draw.")
