"""What the Features page shows of a picture: the maps of a layer as a gallery, and one of them over the picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn_core import actions
from cnn_core.base.files import sha256
from cnn_core.features.activations import statistics
from cnn_core.figures.heat import color_bar
from cnn_core.figures.overlay import Pixels, enlarged, overlay, png, spread, squared
from cnn_core.figures.sheet import Sheet, sheet
from cnn_core.figures.signed import signed_overlay, tint_bar
from cnn_core.figures.tiles import map_tiles
from cnn_core.figures.values import value_bars
from pages.parts import cached, shell
from pages.parts.gallery import Thumb, gallery
from pages.parts.pictured import Source
from pages.parts.words import md, percent, plural

if TYPE_CHECKING:
    from cnn_core.features.activations import Activations
    from cnn_core.runs.loaded import Run

SHOWN = 42  # maps at a time
THUMB = 96  # pixels of the longer side of a map in the gallery
ORDERS = ("Strongest first", "By number")


@dataclass(frozen=True)
class Look:
    """What the visitor sees: the channel laid over the picture, the order of the maps, whether they share a scale."""

    channel: int
    by_strength: bool
    shared: bool


def maps(run: str, source: Source, layer: str | None) -> Activations:
    """What a layer gives for a picture; None: the layer to begin with.

    Raises:
        BadPicture: it cannot be used. UserError: the run cannot be read, or it has no such layer.
    """
    asked = cached.loaded(run)
    return _activations[source.private](run, asked.checkpoint_sha256, source.key, layer, asked, source)


def _ask(run: str, weights: str, key: str, layer: str | None, _run: Run, _source: Source) -> Activations:
    network = _run.network()
    return actions.activations(_run, network.open(_source.data, _source.name).image, layer)


_activations = cached.of_pictures(_ask)


def vector(found: Activations) -> NDArray[np.float32] | None:
    """The values of a layer that has no places; None where it has some."""
    flat = found.maps.reshape(len(found.maps), -1)
    return flat[:, 0] if flat.shape[1] == 1 else None


def _mark(found: Activations) -> str:
    return sha256(found.maps.tobytes() + found.saw.tobytes())


# --- all maps -------------------------------------------------------------------------------------


def _tiles(mark: str, channels: tuple[int, ...], most: float | None, _found: Activations) -> Sheet:
    return sheet(map_tiles(_found.maps[list(channels)], _found.signed, most), THUMB)


_sheets = cached.of_pictures(_tiles)


def all_maps(run: str, source: Source, found: Activations, look: Look, picked: Callable[[int], None]) -> None:
    """A page of the maps; `picked` is called with the channel that was clicked."""
    count = len(found.maps)
    order = found.order.tolist() if look.by_strength else list(range(count))
    pages = -(-count // SHOWN)
    page = st.session_state.get("features.page", 0) % pages
    channels = tuple(order[page * SHOWN : (page + 1) * SHOWN])
    tiles = _sheets[source.private](_mark(found), channels, found.largest if look.shared else None, found)
    thumbs = [Thumb(f"Map {c}, strength {found.strengths[c]:.3g}. Lay it over the picture.", str(c)) for c in channels]
    key = f"features.maps.{run}.{found.layer}.{page}.{look.by_strength}"

    def clicked() -> None:
        place = st.session_state[key]["pick"]
        if place is not None:
            picked(channels[place])

    gallery(
        key,
        tiles,
        thumbs,
        label=f"{plural(len(channels), 'map')} of {found.layer}",
        size=76,
        picked=channels.index(look.channel) if look.channel in channels else None,
        on_pick=clicked,
        dark=shell.dark(),
    )
    scale = "all on one scale" if look.shared else "each on its own scale"
    shown = f"{len(channels):,} of {count:,} maps" if pages > 1 else plural(count, "map")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{shown}, {scale}. Click one to lay it over the picture.", width="content")
        if pages > 1:
            st.space("stretch")
            st.button("Earlier", key="features.back", type="tertiary", on_click=_turn, args=(-1,))
            st.button("More", key="features.more", type="tertiary", on_click=_turn, args=(1,))


def _turn(by: int) -> None:
    st.session_state["features.page"] = st.session_state.get("features.page", 0) + by


def first_page() -> None:
    """Another layer or order begins at its beginning."""
    st.session_state["features.page"] = 0


# --- one map over the picture ---------------------------------------------------------------------


def _laid_over(mark: str, channel: int, most: float, _found: Activations) -> bytes:
    height, width = _found.saw.shape[:2]
    values = spread(_found.maps[channel], height, width)
    if _found.signed:
        return png(squared(signed_overlay(_found.saw, values, most=most)))
    return png(squared(overlay(_found.saw, values, most=most)))


_overlays = cached.of_pictures(_laid_over)


@st.cache_data(max_entries=2, show_spinner=False)
def _bar(signed: bool) -> bytes:
    return png(tint_bar() if signed else color_bar())


def one_map(source: Source, found: Activations, look: Look) -> None:
    """The chosen map over the grey picture, its colour bar with the true values."""
    own = float(np.abs(found.maps[look.channel]).max())
    most = found.largest if look.shared else own
    st.image(
        _overlays[source.private](_mark(found), look.channel, most, found),
        width="stretch",
        alt=f"Map {look.channel} of {found.layer} laid over the picture",
    )
    low = f"−{value(most)}" if found.signed else "0"
    st.image(_bar(found.signed), width="stretch", alt=f"Colours from {low} to {value(most)}")
    with st.container(horizontal=True, wrap=False, gap=None):
        st.caption(low, width="content")
        st.space("stretch")
        if not own:
            st.caption("**Silent:** 0 everywhere", width="content")
            st.space("stretch")
        st.caption(value(most), width="content")


def what_it_saw(source: Source, found: Activations) -> None:
    """The picture alone, where no map has places."""
    st.image(_seen[source.private](_mark(found), found.saw), width="stretch", alt="The picture as the network saw it")


def _saw(mark: str, _picture: Pixels) -> bytes:
    return png(squared(enlarged(_picture)))


_seen = cached.of_pictures(_saw)


def facts(source: Source, found: Activations, channel: int) -> None:
    """Shape and statistics, of the one map and of all."""
    truth = f", {md(source.truth, 30)}" if source.truth else ""
    one, every = statistics(found.maps[channel]), statistics(found.maps)
    word = "Value" if vector(found) is not None else "Map"
    rows = {
        "Picture": f"{md(source.title, 40)}{truth}",
        "Layer": f"{md(found.layer, 40)}, {md(found.type, 30)}",
        "Gives": md(shape_words(found.maps.shape)),
    }
    if word == "Map":
        rows[f"{word} {channel}: lowest, mean, highest"] = _three(one)
        rows[f"{word} {channel}: silent places"] = percent(one["zeros"])
    else:
        rows[f"{word} {channel}"] = value(one["max"])
    rows["All: lowest, mean, highest"] = _three(every)
    rows["All: silent" if word == "Value" else "All: silent places"] = percent(every["zeros"])
    with st.container(gap="xxsmall"):
        for name, text in rows.items():
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.caption(name, width="content")
                st.space("stretch")
                st.markdown(text, width="content")
    for note in found.notes:
        st.caption(md(note))


def _three(numbers: dict[str, float]) -> str:
    return ", ".join(value(numbers[key]) for key in ("min", "mean", "max"))


def shape_words(shape: tuple[int, ...]) -> str:
    """`128 maps of 55 × 55`, or `10 values`."""
    if len(shape) == 1:
        return plural(shape[0], "value")
    return f"{plural(shape[0], 'map')} of {shape[2]} × {shape[1]}"


def value(number: float) -> str:
    """Three digits that count, with a true minus: 237.1 is 237, −0.0421."""
    if number == 0:
        return "0"
    text = f"{abs(number):.3g}" if 1e-3 <= abs(number) < 1e4 else f"{abs(number):.2e}"
    return f"−{text}" if number < 0 else text


# --- a dense layer --------------------------------------------------------------------------------


def values(found: Activations, numbers: NDArray[np.float32], channel: int) -> None:
    """All values of a layer without places as bars."""
    st.altair_chart(
        _bars(_mark(found), channel, shell.theme(), numbers),
        key="features.values",
        theme=None,
        alt=f"{len(numbers):,} values from {value(float(numbers.min()))} to {value(float(numbers.max()))}; "
        f"number {channel} is {value(float(numbers[channel]))}",
    )
    st.caption(f"{plural(len(numbers), 'value')} of {md(found.layer, 40)}: this layer knows no places any more.")


@st.cache_resource(max_entries=16, show_spinner=False)
def _bars(mark: str, channel: int, theme: str, _numbers: NDArray[np.float32]) -> alt.Chart:
    return value_bars(_numbers, channel, theme)


# --- files ----------------------------------------------------------------------------------------


def downloads(run: str, found: Activations, shared: bool) -> None:
    """All maps as one picture and as numbers; made when they are asked for."""
    name = f"{run}-{found.layer.replace('.', '_')}"
    kinds: list[tuple[str, str, str, str, Callable[[], bytes]]] = [
        ("All maps as PNG", "png", "image/png", "image", lambda: actions.sheet_png(found, shared=shared)),
        ("The numbers, .npz", "npz", "application/octet-stream", "table", lambda: actions.npz(found)),
    ]
    with st.popover("Download", icon=":material/download:"):
        for label, ending, kind, icon, make in kinds:
            save(label, make, f"{name}.{ending}", kind, icon, f"features.{ending}")
        st.caption(f"Float32, {md(shape_words(found.maps.shape))}, true values; strongest first in the picture.")


def save(label: str, make: Callable[[], bytes], name: str, kind: str, icon: str, key: str) -> None:
    """A quiet button for a file that is made when it is wanted."""
    more: dict[str, Any] = {"type": "tertiary", "icon": f":material/{icon}:", "on_click": "ignore"}
    st.download_button(label, make, name, kind, key=key, **more)
