"""The curves of a lab: the mean over its seeds as a line, each seed as faint dots behind it (Altair)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from cnn_core.figures.style import class_color, layered, palette, quiet, value_format

Points = Sequence[Sequence[float]]
_CROWD = 60  # points of one line that would hide it as dots
_PHONE = 36  # letters of a legend that a phone shows in one line


def readings_chart(
    readings: Sequence[Mapping[str, Points]],
    x: str,
    y: str,
    theme: str = "light",
    *,
    log: bool = False,
    height: int = 300,
) -> alt.LayerChart:
    """Lines by name, in the order of the first reading. One seed alone has no dots behind it where points are many.

    Args:
        readings: one a seed: points (x, y) by name. x, y: titles of the axes. log: y on a log scale, above 0 only.
    """
    rows = [
        (name, float(px), float(py))
        for reading in readings
        for name, points in reading.items()
        for px, py in points
        if not log or py > 0
    ]
    frame = pd.DataFrame(rows, columns=["series", "x", "y"])
    means = frame.groupby(["series", "x"], sort=False, as_index=False)["y"].mean()
    names = list(dict.fromkeys(frame["series"]))
    colors = palette(theme)
    far = len(frame) and frame["x"].min() > 0 and frame["x"].max() / frame["x"].min() > 50
    whole = not far and bool((frame["x"] % 1 == 0).all())  # epochs, frames: nothing lies between
    color = alt.Color(
        "series:N",
        title=None,
        scale=alt.Scale(domain=names, range=[class_color(place, theme) for place in range(len(names))]),
        legend=alt.Legend(
            orient="bottom",
            columns=2 if sum(map(len, names)) > _PHONE else 0,
            labelColor=colors.mute,
            symbolType="stroke",
            symbolOpacity=1,
        ),
    )
    axes = {
        "x": alt.X(
            "x:Q",
            title=x,
            scale=alt.Scale(type="log" if far else "linear", nice=False, zero=False),
            axis=alt.Axis(grid=False, tickMinStep=1) if whole else alt.Axis(grid=False),
        ),
        "y": alt.Y(
            "y:Q",
            title=y or None,
            scale=alt.Scale(type="log" if log else "linear", zero=False),
            axis=alt.Axis(format=value_format(frame["y"].max(), log=log), tickCount=5),
        ),
        "color": color,
    }
    crowded = len(readings) == 1 and len(frame) > _CROWD * max(1, len(names))
    dots = alt.Chart(frame.head(0) if crowded else frame).mark_circle(size=18, opacity=0.35).encode(**axes)
    lines = alt.Chart(means).mark_line(strokeWidth=2.2).encode(**axes)
    return quiet(layered(dots, lines), theme, height=height)
