"""ROC curves: the chosen ones in their colours, the others thin and grey (Plotly, a still figure)."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
from numpy.typing import NDArray

from cnn_core.base.errors import shorten
from cnn_core.figures.style import FONT, Palette, class_color, palette

DASHES = ("solid", "dash", "dot", "dashdot")  # by place among the chosen: nobody has to tell two colours apart
CORNER = (-0.001, 0.1, 0.8, 1.003)  # where the curves of a good network are: left, right, bottom, top
ALL = (-0.01, 1.01, -0.01, 1.02)


@dataclass(frozen=True, eq=False)
class Curve:
    """A curve to draw. name: as users wrote it. x, y: float (P,) in 0..1. index: of its class; None: of several."""

    name: str
    x: NDArray[Any]
    y: NDArray[Any]
    index: int | None = None


def roc_figure(
    chosen: Sequence[Curve], others: Sequence[Curve], theme: str = "light", *, corner: bool = False, height: int = 300
) -> go.Figure:
    """Found against others taken for it, with the line of chance.

    Args:
        chosen: in the foreground, each with its class's colour and a dash of its own; those of several classes in ink.
        others: thin and grey. corner: only up to 10 % taken and from 80 % found.
    """
    colors = palette(theme)
    figure = go.Figure([_chance(colors), *_greys(others, colors)])
    for place, one in enumerate(chosen):
        color = colors.ink if one.index is None else class_color(one.index, theme)
        figure.add_scatter(
            x=one.x,
            y=one.y,
            name=_text(one.name),
            mode="lines",
            line={"color": color, "width": 2.4, "dash": DASHES[place % len(DASHES)]},
            hovertemplate="%{y:.1%} found, %{x:.1%} of the others taken for it",
        )
    left, right, bottom, top = CORNER if corner else ALL
    ticks = [place / 50 if corner else place / 5 for place in range(6)]
    axis = {
        "tickfont": {"size": 12, "color": colors.mute},
        "title": {"font": {"size": 12, "color": colors.mute}, "standoff": 6},
        "tickformat": ".0%",
        "showline": False,
        "zeroline": False,
        "fixedrange": True,
    }
    figure.update_layout(
        height=height,
        margin={"l": 52, "r": 18, "t": 10, "b": 44},
        font={"family": FONT, "size": 12, "color": colors.mute},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        showlegend=True,
        hoverlabel={"font": {"family": FONT}, "namelength": 30},
        legend={"x": 0.98, "y": 0.04, "xanchor": "right", "yanchor": "bottom", "bgcolor": "rgba(0,0,0,0)"},
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": colors.mute, "activecolor": colors.ours},
        xaxis={**axis, "range": [left, right], "tickvals": ticks, "showgrid": False},
        yaxis={**axis, "range": [bottom, top], "dtick": 0.05 if corner else 0.25, "gridcolor": colors.grid},
    )
    figure.update_xaxes(title_text="others taken for it")
    figure.update_yaxes(title_text="found")
    return figure


def _chance(colors: Palette) -> go.Scatter:
    line = {"color": colors.other, "width": 1, "dash": "2px,4px"}
    return go.Scatter(x=[0, 1], y=[0, 1], name="chance", mode="lines", line=line, hoverinfo="skip", showlegend=False)


def _greys(others: Sequence[Curve], colors: Palette) -> list[go.Scatter]:
    """All in one trace, with gaps: a thousand traces would take the browser seconds."""
    if not others:
        return []
    x = [value for one in others for value in (*one.x.tolist(), None)]
    y = [value for one in others for value in (*one.y.tolist(), None)]
    line = {"color": colors.other, "width": 1}
    how = {"mode": "lines", "line": line, "opacity": 0.45, "hoverinfo": "skip", "showlegend": False}
    return [go.Scatter(x=x, y=y, name="other classes", **how)]


def _text(name: str) -> str:
    """A foreign name as Plotly draws it letter by letter: it reads some HTML, and formulas between dollars."""
    return html.escape(shorten(name, 30), quote=False).replace("$", "&#36;")
