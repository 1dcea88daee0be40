"""What the Explain page shows of one picture: what the network saw, what it says, and which part decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn_core import actions
from cnn_core.attribution.methods import SHELF as METHODS
from cnn_core.base.errors import Failed
from cnn_core.base.files import sha256
from cnn_core.figures.bars import guess_bars
from cnn_core.figures.heat import color_bar
from cnn_core.figures.overlay import Pixels, enlarged, framed, heat_picture, overlay, png, squared
from pages.parts import cached, shell
from pages.parts.pictured import Source
from pages.parts.words import md, percent, plain, table_text

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from cnn_core.attribution.explain import Explanation
    from cnn_core.runs.loaded import Run

SQUARE = 240  # pixels of a skeleton: about what a square takes on a wide page
WHOLE = "It gets all of it."


@dataclass(frozen=True, eq=False)
class Answer:
    """What a network says of a picture, before it is asked why.

    top: the best five as {class, index, probability}. original, saw: squares as PNG. seen: uint8 (H, W, C).
    frame: a sentence on what of the picture it gets. layers: names and grids of the convolutions that can be asked.
    notice: what is to be known of the network itself.
    """

    top: list[dict[str, Any]]
    original: bytes
    saw: bytes
    seen: Pixels
    frame: str
    notes: list[str]
    layers: dict[str, tuple[int, int]]
    notice: str = ""


def answer(run: str, source: Source) -> Answer:
    """Open a picture and ask the network what it is.

    Raises:
        BadPicture: it cannot be used. UserError: the run cannot be read.
    """
    asked = cached.loaded(run)
    return _answers[source.private](run, asked.checkpoint_sha256, source.key, asked, source)


def _answer(run: str, weights: str, key: str, _run: Run, _source: Source) -> Answer:
    network = _run.network()
    opened = network.open(_source.data, _source.name)
    said = actions.predict(_run, [opened.image])
    found = said["results"][0]
    if "error" in found or not np.isfinite([one["probability"] for one in found["top"]]).all():
        raise Failed("The network gives no finite numbers for this picture, so there is nothing to explain.")
    seen = network.preprocessing.picture(opened.image)
    window = network.preprocessing.window(*opened.image.size)
    index = {name: i for i, name in enumerate(_run.classes)}
    return Answer(
        top=[{**one, "index": index[one["class"]]} for one in found["top"]],
        original=png(squared(framed(np.asarray(opened.image), window))),
        saw=png(squared(enlarged(seen))),
        seen=seen,
        frame=_frame(window, opened.image.size),
        notes=list(opened.notes),
        layers={name: grid for name, grid in network.convolutions() if grid[0] * grid[1] > 1},
        notice=said["notice"],
    )


_answers = cached.of_pictures(_answer)


def _frame(window: tuple[float, float, float, float], size: tuple[int, int]) -> str:
    if window == (0, 0, *size):
        return WHOLE
    if window[0] < 0 or window[1] < 0:
        return "It gets all of it, with black margins."
    return "The frame is what it gets."


def method() -> str:
    """The method of the address bar, else the first of the shelf."""
    asked = st.query_params.get("method", "")
    return asked if asked in METHODS.names() else METHODS.first[0]


def explained(run: str, source: Source, layer: str | None, target: int | None) -> Explanation:
    """Why, at a layer, for a class, by the method of the address; without the original, which may be large.

    Raises:
        UserError: the network has nothing to ask, or the layer or class is not there.
    """
    asked = cached.loaded(run)
    way = (layer, target, method())
    return _explanations[source.private](run, asked.checkpoint_sha256, source.key, *way, asked, source)


def _explanation(
    run: str, weights: str, key: str, layer: str | None, target: int | None, by: str, _run: Run, _source: Source
) -> Explanation:
    found = actions.explain(_run, _source.data, by, layer=layer, target=target)
    return replace(found, original=np.zeros((1, 1, 3), np.uint8))


_explanations = cached.of_pictures(_explanation)


def _heat_picture(key: tuple[Any, ...], colors: str, _heat: NDArray[np.float32]) -> bytes:
    return png(squared(heat_picture(_heat, colors)))


_heat_pictures = cached.of_pictures(_heat_picture)


def _overlay(
    key: tuple[Any, ...],
    opacity: float,
    colors: str,
    in_color: bool,
    most: float,
    _seen: Pixels,
    _heat: NDArray[np.float32],
) -> bytes:
    return png(squared(overlay(_seen, _heat, opacity, colors, in_color, most=most)))


_overlays = cached.of_pictures(_overlay)


@st.cache_data(max_entries=4, show_spinner=False)
def _bar(colors: str) -> bytes:
    return png(color_bar(colors))


# --- the four squares -----------------------------------------------------------------------------


def what_it_saw(places: list[DeltaGenerator], source: Source, found: Answer) -> None:
    """The first two squares, which need no map; a drawing stands on its sheet already."""
    if source.drawing is None:
        with places[0]:
            st.image(found.original, width="stretch", alt=f"{source.title}. {found.frame}")
            words = [f"**{md(source.title)}.**"]
            if source.truth:
                words.append(f"It is {md(source.truth, 40)}.")
            if not source.truth or found.frame != WHOLE:
                words.append(found.frame)
            st.caption(" ".join([*words, *map(md, found.notes)]))
    with places[1]:
        height, width = found.seen.shape[:2]
        st.image(found.saw, width="stretch", alt="The picture as the network saw it")
        st.caption(f"**What it saw.** {width} × {height} pixels.")


def what_decided(
    places: list[DeltaGenerator], source: Source, found: Answer, why: Explanation, look: dict[str, Any]
) -> bytes:
    """The heat and the overlay; returns the overlay as PNG. Without evidence both are the bare picture."""
    name = md(why.target, 40)
    if not why.has_evidence:
        sentence = f"Nothing in this picture speaks for “{name}” at this layer, so no map is painted."
        for place, title in zip(places[2:], ("Heat", "What decided"), strict=True):
            with place:
                st.image(found.saw, width="stretch", alt="The bare picture: there is no map to paint")
                st.caption(f"**{title}.** {sentence}")
        return found.saw
    with places[2]:
        heat = _heat_pictures[source.private](_mark(source, why), look["colors"], why.heat)
        st.image(heat, width="stretch", alt="The heat alone")
        color_scale(f"**Heat**, {why.grid[1]} × {why.grid[0]}", float(why.heat.max()), look)
    with places[3]:
        picture = lit(source, found, why, look)
        st.image(picture, width="stretch", alt=f"The picture, lit where it speaks for {plain(why.target, 60)}")
        st.caption(f"**What decided.** The glow speaks for {name}.")
    return picture


def _mark(source: Source, why: Explanation) -> tuple[str, str]:
    """What a picture of heat is remembered by: the same run and layer give other heat after a resume."""
    return source.key, sha256(why.heat.tobytes())


def lit(source: Source, found: Answer, why: Explanation, look: dict[str, Any], most: float | None = None) -> bytes:
    """The overlay as PNG; `most`: the heat of the last colour, else the largest of this map."""
    most = float(why.heat.max()) if most is None else most
    ways = (look["opacity"], look["colors"], look["in_color"], most)
    return _overlays[source.private](_mark(source, why), *ways, found.seen, why.heat)


def color_scale(title: str, most: float, look: dict[str, Any]) -> None:
    """The colours below a picture, from 0 to what the last one stands for; the title is Markdown."""
    st.image(_bar(look["colors"]), width="stretch", alt=f"Colours from 0 to {value(most)}")
    with st.container(horizontal=True, wrap=False, gap=None):
        st.caption("0", width="content")
        st.space("stretch")
        st.caption(title, width="content")
        st.space("stretch")
        st.caption(value(most), width="content")


def value(heat: float) -> str:
    """Two digits that count, or a whole number."""
    return f"{heat:.2g}" if heat < 10 else f"{heat:,.0f}"


# --- below them -----------------------------------------------------------------------------------


def guesses(found: Answer, target: int, classes: int) -> None:
    """The best guesses as bars; the one that is explained in our colour."""
    count = len(found.top)
    words = {1: "Its one class", 2: "Its two guesses", 3: "Its three guesses", 4: "Its four guesses"}
    st.subheader(words.get(count, "Its five best guesses"), anchor=False)
    names, shares = [table_text(one["class"], 40) for one in found.top], [one["probability"] for one in found.top]
    asked = next((rank for rank, one in enumerate(found.top) if one["index"] == target), None)
    said = ", ".join(f"{name} {percent(share)}" for name, share in zip(names, shares, strict=True))
    chart = _bars(tuple(names), tuple(shares), asked, shell.theme())
    st.altair_chart(chart, key="explain.guesses", theme=None, alt=said)
    st.caption(f"It can only choose among its {classes:,} classes, whatever the picture shows.")


@st.cache_resource(max_entries=64, show_spinner=False)  # building a chart takes as long as the rest of a rerun
def _bars(names: tuple[str, ...], shares: tuple[float, ...], asked: int | None, theme: str) -> alt.LayerChart:
    return guess_bars(names, shares, asked, theme)
