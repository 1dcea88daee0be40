"""Two classes side by side on the Explain page: both overlays on one scale, and how they differ in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from cnn_core.attribution.contrast import contrast
from cnn_core.figures.overlay import beside, overlay, png
from pages.parts import explain_view
from pages.parts.explain_view import Answer
from pages.parts.pictured import Source
from pages.parts.words import md, percent, plain

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from cnn_core.attribution.contrast import Contrast
    from cnn_core.attribution.explain import Explanation


def contrasted(why: Explanation, run: str, source: Source, layer: str, against: int | None) -> Contrast | None:
    """What is asked about beside a second class; None where there is none."""
    return None if against is None else contrast(why, explain_view.explained(run, source, layer, against))


def side_by_side(
    places: list[DeltaGenerator],
    words: DeltaGenerator,
    source: Source,
    found: Answer,
    two: Contrast,
    look: dict[str, Any],
) -> Callable[[], bytes]:
    """The overlays in the last two squares, the difference below; returns what makes the picture of both."""
    for place, why in zip(places[2:], (two.first, two.second), strict=True):
        name = md(why.target, 40)
        with place:
            if why.has_evidence:
                picture = explain_view.lit(source, found, why, look, two.most)
                alt = f"The picture, lit where it speaks for {plain(why.target, 60)}"
                st.image(picture, width="stretch", alt=alt)
                explain_view.color_scale(f"**{name}**, {percent(why.probability)}", two.most, look)
            else:
                st.image(found.saw, width="stretch", alt="The bare picture: there is no map to paint")
                st.caption(f"**{name}**, {percent(why.probability)}. Nothing speaks for it at this layer.")
    with words:
        st.markdown(two.words(md(two.first.target, 40), md(two.second.target, 40)))
    return lambda: _both(found, two, look)


def _both(found: Answer, two: Contrast, look: dict[str, Any]) -> bytes:
    ways = {**look, "most": two.most}
    return png(beside([overlay(found.seen, one.heat, **ways) for one in (two.first, two.second)]))
