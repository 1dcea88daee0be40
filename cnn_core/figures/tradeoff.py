"""What a network costs and how often it is right: accuracy over time, size as area (Altair)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import altair as alt
import pandas as pd

from cnn_core.figures.style import class_color, palette, quiet


class Way(NamedTuple):
    """One way to answer. accuracy: 0 to 1. ms: of a call, above 0. kib: its size."""

    name: str
    accuracy: float
    ms: float
    kib: float


def tradeoff_chart(ways: Sequence[Way], x: str, theme: str = "light", height: int = 260) -> alt.Chart:
    """A disc for each way, the area its size, the first one in our colour; x is the title of the time.

    Time is on a log scale where the slowest takes ten times as long as the quickest.
    """
    frame = pd.DataFrame(ways, columns=Way._fields)
    colors, names = palette(theme), list(dict.fromkeys(frame["name"]))
    low, high = float(frame["accuracy"].min()), float(frame["accuracy"].max())
    margin = max(0.005, (high - low) / 5)
    far = frame["ms"].min() > 0 and frame["ms"].max() > 10 * frame["ms"].min()
    shown = [alt.Tooltip("name:N", title="way"), alt.Tooltip("accuracy:Q", title="right", format=".1%")]
    shown += [alt.Tooltip("ms:Q", title="ms", format=".3~g"), alt.Tooltip("kib:Q", title="KiB", format=",.0f")]
    chart = (
        alt.Chart(frame)
        .mark_circle(opacity=0.75, stroke=colors.ink, strokeWidth=0.5)
        .encode(
            x=alt.X(
                "ms:Q",
                title=x,
                scale=alt.Scale(type="log", nice=False, padding=28) if far else alt.Scale(zero=True, padding=28),
                axis=alt.Axis(grid=False, format="~g", tickCount=5),
            ),
            y=alt.Y(
                "accuracy:Q",
                title=None,
                scale=alt.Scale(domain=[max(0.0, low - margin), high + margin], nice=False),
                axis=alt.Axis(format=".1%", tickCount=4, labelExpr="datum.value > 1 ? '' : datum.label"),
            ),
            size=alt.Size("kib:Q", legend=None, scale=alt.Scale(domain=[0, float(frame["kib"].max())], range=[0, 900])),
            color=alt.Color(
                "name:N",
                title=None,
                scale=alt.Scale(domain=names, range=[class_color(place, theme) for place in range(len(names))]),
                legend=alt.Legend(
                    orient="bottom", columns=alt.ExprRef("width > 480 ? 2 : 1"), labelColor=colors.mute, labelLimit=260
                ),
            ),
            order=alt.Order("kib:Q", sort="descending"),  # small ones lie on top
            tooltip=shown,
        )
    )
    return quiet(chart, theme, height=height + 17 * len(names))  # the legend takes its room from the whole
