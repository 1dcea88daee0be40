"""How sure a network was when it was right, and when it was wrong (Plotly, a still figure)."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from cnn_core.figures.style import FONT, palette


def sureness_figure(
    right: Sequence[float] | None, wrong: Sequence[float] | None, theme: str = "light", height: int = 250
) -> go.Figure:
    """Two sets of bars side by side, each adding up to 100%.

    Args:
        right, wrong: shares of the right and of the wrong pictures in equal bins of the probability 0..1; None: none.
    """
    colors = palette(theme)
    bars = [
        _bars("right", right, colors.ours),
        _bars("wrong", wrong, colors.wrong),
    ]
    figure = go.Figure([bar for bar in bars if bar is not None])
    axis = {"tickfont": {"size": 12, "color": colors.mute}, "showline": False, "zeroline": False, "fixedrange": True}
    figure.update_layout(
        height=height,
        margin={"l": 40, "r": 6, "t": 10, "b": 34},
        bargap=0.18,
        bargroupgap=0.08,
        font={"family": FONT, "size": 12, "color": colors.mute},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        hovermode=False,
        legend={"x": 0.02, "y": 0.98, "bgcolor": "rgba(0,0,0,0)", "font": {"size": 12, "color": colors.mute}},
        showlegend=True,
        xaxis={**axis, "range": [0, 1], "tickformat": ".0%", "dtick": 0.2, "showgrid": False},
        yaxis={**axis, "range": [0, 1], "tickformat": ".0%", "dtick": 0.25, "gridcolor": colors.grid},
    )
    return figure


def _bars(name: str, shares: Sequence[float] | None, color: str) -> go.Bar | None:
    if shares is None:
        return None
    width = 1 / len(shares)
    return go.Bar(
        name=name, x=[(place + 0.5) * width for place in range(len(shares))], y=list(shares), marker_color=color
    )
