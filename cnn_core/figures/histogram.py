"""How often each value occurs in a picture, by channel (Altair)."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cnn_core.figures.style import palette, quiet

CHANNELS = {"R": ("#c2391b", "#ff8a70"), "G": ("#2f7d32", "#7ed17f"), "B": ("#2f5fc4", "#8fb2ff")}  # light, dark
BINS = 64


def histogram_chart(
    values: NDArray[np.float64], order: str, title: str, theme: str = "light", height: int = 170
) -> alt.Chart:
    """Shares of equal bins from the least to the most value, one line a channel.

    Args:
        values: (H, W, 3). order: of the channels, `RGB` or `BGR`. title: of the axis of values.
    """
    low, high = float(values.min()), float(values.max())
    edges = np.linspace(low, high if high > low else low + 1, BINS + 1)
    frames = [
        pd.DataFrame(
            {
                "value": (edges[1:] + edges[:-1]) / 2,
                "share": np.histogram(values[..., at], edges)[0] / values[..., at].size,
                "channel": channel,
            }
        )
        for at, channel in enumerate(order)
    ]
    colors = [CHANNELS[channel][theme == "dark"] for channel in "RGB"]
    chart = (
        alt.Chart(pd.concat(frames))
        .mark_line(strokeWidth=1.8, interpolate="step")
        .encode(
            x=alt.X("value:Q", title=title, axis=alt.Axis(grid=False, tickCount=6), scale=alt.Scale(nice=False)),
            y=alt.Y("share:Q", title=None, axis=alt.Axis(format=".0%", tickCount=3)),
            color=alt.Color(
                "channel:N",
                title=None,
                scale=alt.Scale(domain=list("RGB"), range=colors),
                legend=alt.Legend(orient="top-right", labelColor=palette(theme).mute, symbolType="stroke"),
            ),
        )
    )
    return quiet(chart, theme, height)
