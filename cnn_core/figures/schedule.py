"""The learning rate over all epochs, before anything is trained (Altair)."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from cnn_core.figures.style import layered, palette, quiet


def lr_chart(points: Sequence[tuple[float, float]], epochs: int, theme: str = "light") -> alt.LayerChart:
    """A line over a light area.

    Args:
        points: (epoch, learning rate), epochs as fractions from 0 on. epochs: the end of the axis.
    """
    colors = palette(theme)
    frame = pd.DataFrame(points, columns=["epoch", "lr"])
    top = float(frame["lr"].max())
    base = alt.Chart(frame).encode(
        x=alt.X(
            "epoch:Q",
            title="epoch",
            scale=alt.Scale(domain=[0, epochs], nice=False),
            axis=alt.Axis(grid=False, titleAnchor="end", tickCount=min(epochs, 8), format="d"),
        ),
        y=alt.Y(
            "lr:Q",
            title=None,
            scale=alt.Scale(domain=[0, top * 1.04], nice=False),
            axis=alt.Axis(tickCount=4, format="~g"),
        ),
        tooltip=[alt.Tooltip("epoch:Q", format=".2f"), alt.Tooltip("lr:Q", title="learning rate", format=".3~g")],
    )
    area = base.mark_area(color=colors.ours, opacity=0.12)
    line = base.mark_line(color=colors.ours, strokeWidth=2.2)
    return quiet(layered(area, line), theme, height=170)
