"""What pages offer to keep: a table as CSV, a chart as SVG or PNG. Each is made when it is asked for, not before."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from cnn_core.figures import saving
from pages.parts.words import table_text

if TYPE_CHECKING:
    import altair as alt

_KINDS = {  # ending: (MIME type, icon)
    "csv": ("text/csv", "table"),
    "svg": ("image/svg+xml", "shapes"),
    "png": ("image/png", "image"),
    "onnx": ("application/octet-stream", "download"),
}


def button(label: str, make: Callable[[], str | bytes], file: str, key: str, help: str | None = None) -> None:
    """A quiet button that saves a file; the ending of its name says what it is."""
    kind, icon = _KINDS[file.rpartition(".")[2]]
    st.download_button(
        label,
        make,
        file,
        kind,
        key=key,
        type="tertiary",
        icon=f":material/{icon}:",
        on_click="ignore",
        help=help,
    )


def chart_buttons(what: str, make: Callable[[], alt.LayerChart | alt.Chart], file: str, key: str) -> None:
    """Both forms of a chart; `make` gives it in the light theme, which is the one to print."""
    button(f"{what} as SVG", lambda: saving.svg(make()), f"{file}.svg", f"{key}.svg")
    button(f"{what} as PNG", lambda: saving.png(make()), f"{file}.png", f"{key}.png")


def csv(frame: pd.DataFrame) -> str:
    """A table as CSV. Foreign texts, in cells and in the head, are guarded: a spreadsheet sees no formula in them."""
    texts = frame.select_dtypes(include=["object", "str"]).columns
    guarded = frame.assign(**{name: [_cell(one) for one in frame[name]] for name in texts})
    return str(guarded.rename(columns=lambda name: table_text(name, 1000)).to_csv(index=False))


def _cell(value: Any) -> Any:
    return table_text(value, 1000) if isinstance(value, str) else value


def still(file: str) -> dict[str, Any]:
    """The settings of a Plotly figure that has one tool: the camera, which saves it as SVG."""
    tools = ["zoom", "pan", "zoomIn", "zoomOut", "autoScale", "resetScale", "select", "lasso"]
    camera = {"format": "svg", "filename": file, "scale": 1}
    return {"displaylogo": False, "modeBarButtonsToRemove": tools, "toImageButtonOptions": camera}
