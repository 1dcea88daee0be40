"""The values of a dense layer as bars, by number (Altair)."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cnn_core.figures.style import palette, quiet


def value_bars(values: NDArray[np.float32], chosen: int, theme: str = "light", height: int = 230) -> alt.Chart:
    """One bar a value, above or below zero; the chosen one in our colour.

    Args:
        values: (C,). chosen: number of one of them.
    """
    colors = palette(theme)
    frame = pd.DataFrame(
        {"number": range(len(values)), "value": values.astype(float), "chosen": np.arange(len(values)) == chosen}
    )
    axis = alt.Axis(grid=False, titleAnchor="end", format="d", tickMinStep=1)
    chart = (
        alt.Chart(frame)
        .transform_calculate(left="datum.number - 0.4", right="datum.number + 0.4")
        .mark_rect()
        .encode(
            x=alt.X("left:Q", title="number", axis=axis).scale(domain=[-0.5, len(values) - 0.5], nice=False),
            x2="right:Q",
            y=alt.Y("value:Q", title=None, axis=alt.Axis(tickCount=4)),
            y2=alt.datum(0),
            color=alt.condition("datum.chosen", alt.value(colors.ours), alt.value(colors.other)),
            tooltip=[alt.Tooltip("number:Q"), alt.Tooltip("value:Q", format=".4~g")],
        )
    )
    return quiet(chart, theme, height)
