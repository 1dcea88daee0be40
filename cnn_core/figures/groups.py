"""The numbers of a lab by category: lying bars with their names at the left, each seed as a dot on its bar (Altair)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from cnn_core.base.errors import shorten
from cnn_core.figures.style import class_color, layered, palette, quiet, value_format

Points = Sequence[Sequence[float]]
_BAR = 20  # pixels for one bar
_GAP = 10  # between two categories


def groups_chart(
    readings: Sequence[Mapping[str, Points]],
    ticks: Sequence[str],
    value: str,
    theme: str = "light",
    *,
    log: bool = False,
) -> alt.LayerChart:
    """Bars from the mean over the seeds, in the order of `ticks`; several series stand below each other in a category.

    Args:
        readings: one a seed: points (place in `ticks`, value) by name of the series. ticks: the categories' names.
        value: title of the axis of values. log: values on a log scale, above 0 only.
    """
    frame = _frame(readings, ticks, log)
    series = list(dict.fromkeys(frame["series"]))
    means = frame.groupby(["category", "series"], sort=False, as_index=False)["value"].mean()
    means["start"] = frame["value"].min() / 3 if log else 0.0
    means["text"] = [f"{one:.3g}" for one in means["value"]]
    colors = palette(theme)
    named = list(dict.fromkeys(frame["category"]))
    y = alt.Y(
        "category:N", sort=named, title=None, axis=alt.Axis(labelLimit=170, labelPadding=6, labelColor=colors.ink)
    )
    apart = {"yOffset": alt.YOffset("series:N", sort=series)} if len(series) > 1 else {}
    scale = alt.Scale(type="log", nice=False) if log else alt.Scale()
    form = value_format(frame["value"].max(), log=log)
    x = alt.X("value:Q", title=value or None, scale=scale, axis=alt.Axis(format=form, tickCount=5))
    color = alt.Color(
        "series:N",
        title=None,
        scale=alt.Scale(domain=series, range=[class_color(place, theme) for place in range(len(series))]),
        legend=alt.Legend(orient="bottom", labelColor=colors.mute, labelLimit=300) if len(series) > 1 else None,
    )
    tips = [alt.Tooltip(f"{one}:N") for one in ("category", "series", "text")]
    bars = (
        alt.Chart(means)
        .mark_bar(opacity=0.8, cornerRadius=2)
        .encode(y=y, x=x, x2="start:Q", color=color, tooltip=tips, **apart)
    )
    alone = len(readings) < 2  # then the dots would be the ends of the bars
    dots = (
        alt.Chart(frame.head(0) if alone else frame)
        .mark_circle(size=26, opacity=0.7, color=colors.ink)
        .encode(y=y, x=x, **apart)
    )
    height = len(named) * (_BAR * max(1, len(series)) + _GAP) + 20
    return quiet(layered(bars, dots), theme, height=height)


def _frame(readings: Sequence[Mapping[str, Points]], ticks: Sequence[str], log: bool) -> pd.DataFrame:
    rows = [
        (_named(ticks, int(place)), name, float(value))
        for reading in readings
        for name, points in reading.items()
        for place, value in points
        if not log or value > 0
    ]
    order = {_named(ticks, place): place for place in range(len(ticks))}
    frame = pd.DataFrame(rows, columns=["category", "series", "value"])
    return frame.sort_values(
        "category", key=lambda some: some.map(lambda one: order.get(one, len(order))), kind="stable"
    )


def _named(ticks: Sequence[str], place: int) -> str:
    return shorten(ticks[place], 40) if 0 <= place < len(ticks) else str(place)
