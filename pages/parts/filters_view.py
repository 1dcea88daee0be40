"""The filters of a convolution on the Features page: in colour, one map each, a chosen input, or as a matrix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from cnn_core import actions
from cnn_core.figures.overlay import png
from cnn_core.figures.sheet import Sheet, sheet
from cnn_core.figures.tiles import color_tiles, filter_tiles, kernel_table, strongest_inputs
from pages.parts import cached, shell
from pages.parts.features_view import save, value
from pages.parts.gallery import Thumb, gallery
from pages.parts.words import md, plural

if TYPE_CHECKING:
    from cnn_core.features.filters import Filters
    from cnn_core.runs.loaded import Run

SHOWN = 128  # filters at a time
ORDERS = {"Longest first": "by_norm", "Alike together": "by_similarity", "By number": "number"}
STRONGEST = -1
HELP = (
    "The weights of a convolution. Its length is the root of the sum of its squares. “Alike together” begins with the "
    "longest and goes on to whichever filter left points most nearly in the same direction."
)


@dataclass(frozen=True, eq=False)
class Shown:
    """Filters ready to be shown: those of one page, in order.

    shape: (K, C, h, w) of all. sheet: one picture a filter; None for a matrix, which is `matrix` (PNG).
    numbers, norms, inputs: of the filters that are shown; inputs: the map that each picture is about, None in colour.
    """

    layer: str
    layers: tuple[str, ...]
    shape: tuple[int, ...]
    color: bool
    scale: float
    sheet: Sheet | None
    matrix: bytes
    numbers: tuple[int, ...]
    norms: tuple[float, ...]
    inputs: tuple[int, ...] | None


def filters(run: str, show_map: Callable[[str, int], None] | None) -> None:
    """The section with its own choice of layer and order; `show_map(layer, number)` follows a click on a filter.

    None where no map can be shown: then nothing is to be clicked.

    Raises:
        UserError: the network has no convolution (the text says what is possible), or cannot be read.
    """
    asked = cached.loaded(run)
    layers = _layers(run, asked.checkpoint_sha256, asked)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Filters", anchor=False, width="content", help=HELP)
        st.space("stretch")
        layer = _layer(run, layers)
        order = st.segmented_control(
            "Order",
            list(ORDERS),
            default="Longest first",
            required=True,
            key="features.filter_order",
            label_visibility="collapsed",
        )
    place = ORDERS[order or "Longest first"]
    source = st.session_state.get(f"features.input.{run}.{layer}", STRONGEST)
    page = st.session_state.get(f"features.filter_page.{layer}", 0)
    found = _shown(run, asked.checkpoint_sha256, layer, place, source, page, asked)
    _gallery(run, found, place, show_map)
    with st.container(horizontal=True, vertical_alignment="center"):
        click = " Click one to see its map." if show_map and found.sheet is not None else ""
        st.caption(_caption(found, source) + click, width="content")
        st.space("stretch")
        _input(run, found)
        _pages(found)
        _downloads(run, found.layer, asked)


def _layer(run: str, layers: tuple[str, ...]) -> str:
    """The visitor's choice; a link to a convolution's maps opens with its filters as well."""
    asked, key = st.query_params.get("layer"), f"features.convolution.{run}"
    if key not in st.session_state and asked in layers:
        st.session_state[key] = asked
    return str(st.selectbox("Convolution", list(layers), key=key, label_visibility="collapsed", width=220))


@st.cache_data(max_entries=32, show_spinner=False)
def _layers(run: str, weights: str, _run: Run) -> tuple[str, ...]:
    return actions.filters(_run).layers


@st.cache_data(max_size="16MB", show_spinner=False)
def _shown(run: str, weights: str, layer: str, order: str, source: int, page: int, _run: Run) -> Shown:
    found = actions.filters(_run, layer)
    count, inputs, height, width = found.weights.shape
    line = {"by_norm": found.by_norm, "by_similarity": found.by_similarity}.get(order)
    numbers = list(range(count)) if line is None else line.tolist()
    start = page % -(-count // SHOWN) * SHOWN
    matrix = height * width == 1 and inputs > 1 and not found.color
    numbers = numbers if matrix else numbers[start : start + SHOWN]
    picked = _inputs(found, source, numbers)
    return Shown(
        layer=layer,
        layers=found.layers,
        shape=found.weights.shape,
        color=found.color,
        scale=found.scale,
        sheet=None if matrix else _sheet(found, numbers, picked),
        matrix=png(kernel_table(found.weights, found.scale, numbers)) if matrix else b"",
        numbers=tuple(numbers),
        norms=tuple(float(found.norms[k]) for k in numbers),
        inputs=None if found.color else picked,
    )


def _inputs(found: Filters, source: int, numbers: list[int]) -> tuple[int, ...]:
    """The input map that each filter's picture is about."""
    if 0 <= source < found.weights.shape[1]:
        return (source,) * len(numbers)
    return tuple(int(one) for one in strongest_inputs(found.weights[numbers]))


def _sheet(found: Filters, numbers: list[int], picked: tuple[int, ...]) -> Sheet:
    weights = found.weights[numbers]
    if found.color:
        return sheet(color_tiles(weights, found.scale))
    return sheet(filter_tiles(weights, found.scale, picked))


def _gallery(run: str, found: Shown, order: str, show_map: Callable[[str, int], None] | None) -> None:
    count, inputs, *_ = found.shape
    if found.sheet is None:
        alt = f"A matrix of {count:,} rows, one a filter, and {inputs:,} columns, one an input map"
        st.image(found.matrix, width=min(1024, max(240, 8 * inputs)), alt=alt)
        return
    key = f"features.filters.{run}.{found.layer}.{order}.{found.numbers[0]}"

    def clicked() -> None:
        place = st.session_state[key]["pick"]
        if place is not None and show_map:
            show_map(found.layer, found.numbers[place])

    gallery(
        key,
        found.sheet,
        [_thumb(found, place, maps=show_map is not None) for place in range(len(found.numbers))],
        label=f"{plural(len(found.numbers), 'filter')} of {found.layer}",
        size=56,
        pick=show_map is not None,
        on_pick=clicked,
        dark=shell.dark(),
    )


def _thumb(found: Shown, place: int, *, maps: bool) -> Thumb:
    number, many = found.numbers[place], found.inputs is not None and found.shape[1] > 1
    about = f", its weights for input map {found.inputs[place]}" if many and found.inputs else ""
    caption = f"{number} ← {found.inputs[place]}" if many and found.inputs else str(number)
    return Thumb(f"Filter {number}, length {found.norms[place]:.3g}{about}.{' See its map.' if maps else ''}", caption)


def _caption(found: Shown, source: int) -> str:
    count, inputs, height, width = found.shape
    shown = f"{len(found.numbers):,} of {count:,}" if len(found.numbers) < count else f"{count:,}"
    what = f"{shown} filter{'' if count == 1 else 's'} of {width} × {height} pixels"
    scale = f"one scale from −{value(found.scale)} to {value(found.scale)}"
    if found.color:
        return f"{what} in their colours; middle grey is 0, {scale}."
    signs = f"teal adds, orange takes away; {scale}"
    if found.sheet is None:
        return f"{count:,} rows, one a filter, {inputs:,} columns, one an input map: {signs}."
    if inputs == 1:
        return f"{what}: {signs}."
    about = "shown for the input map that each weighs most" if source == STRONGEST else f"shown for input map {source}"
    return f"{what} for each of {inputs:,} input maps, {about}: {signs}."


def _input(run: str, found: Shown) -> None:
    """Which input map the pictures are about, where there are several."""
    if found.sheet is None or found.color or found.shape[1] == 1:
        return
    st.selectbox(
        "Input map",
        [STRONGEST, *range(found.shape[1])],
        format_func=lambda one: "Its strongest input" if one == STRONGEST else f"Input map {one}",
        key=f"features.input.{run}.{found.layer}",
        label_visibility="collapsed",
        width=190,
    )


def _pages(found: Shown) -> None:
    if len(found.numbers) == found.shape[0]:
        return
    st.button("Earlier", key="features.filters_back", type="tertiary", on_click=_turn, args=(found.layer, -1))
    st.button("More", key="features.filters_more", type="tertiary", on_click=_turn, args=(found.layer, 1))


def _turn(layer: str, by: int) -> None:
    key = f"features.filter_page.{layer}"
    st.session_state[key] = st.session_state.get(key, 0) + by


def _downloads(run: str, layer: str, asked: Run) -> None:
    """Both files hold all filters, whatever page is shown."""
    name = f"{run}-{md(layer, 60).replace(chr(92), '').replace('.', '_')}-filters"
    with st.popover("Download filters", icon=":material/download:", type="tertiary"):
        make_png, make_npz = _makers(layer, asked)
        save("All filters as PNG", make_png, f"{name}.png", "image/png", "image", "features.filters_png")
        save("The weights, .npz", make_npz, f"{name}.npz", "application/octet-stream", "table", "features.filters_npz")


def _makers(layer: str, asked: Run) -> tuple[Callable[[], bytes], Callable[[], bytes]]:
    return (
        lambda: actions.sheet_png(actions.filters(asked, layer)),
        lambda: actions.npz(actions.filters(asked, layer)),
    )
