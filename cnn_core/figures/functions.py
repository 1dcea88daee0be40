"""Lines over one axis with a cursor that reads all of them at once (Altair, in the browser alone)."""

from __future__ import annotations

import json
from collections.abc import Mapping

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cnn_core.figures.style import class_color, layered, palette, quiet

Floats = NDArray[np.float64]


def function_chart(
    x: Floats, lines: Mapping[str, Floats], marked: float | None, title: str, theme: str = "light", height: int = 320
) -> alt.LayerChart:
    """Lines by name over x, float64 (N,); the values at the pointer stand above them.

    Args:
        marked: an x with a point on each line; None: none. title: of the x axis.
    """
    colors, names = palette(theme), list(lines)
    frame = pd.concat([pd.DataFrame({"x": x, "line": name, "value": values}) for name, values in lines.items()])
    color = alt.Color(
        "line:N",
        title=None,
        scale=alt.Scale(domain=names, range=[class_color(at, theme) for at in range(len(names))]),
        legend=alt.Legend(orient="top", labelColor=colors.ink, symbolType="stroke", labelFontSize=13),
    )
    at = alt.X("x:Q", title=title, axis=alt.Axis(grid=True), scale=alt.Scale(nice=False))
    height_of = alt.Y("value:Q", title=None, axis=alt.Axis(tickCount=5))
    near = alt.selection_point(nearest=True, on="pointerover", clear="pointerout", fields=["x"], empty=False)
    base = alt.Chart(frame)
    zero = base.transform_filter("datum.value === 0").mark_rule(color=colors.mute, opacity=0.25).encode(y=alt.datum(0))
    curves = base.mark_line(strokeWidth=2.4, clip=True).encode(x=at, y=height_of, color=color)
    silent = alt.value(None)  # no box of the browser beside our own words
    catch = base.mark_point(size=60, opacity=0).encode(x=at, y=height_of, tooltip=silent).add_params(near)
    found = base.transform_filter(near)
    rule = found.mark_rule(color=colors.mute).encode(x=at, tooltip=silent)
    dots = found.mark_circle(size=70, opacity=1).encode(x=at, y=height_of, color=color, tooltip=silent)
    words = (
        found.transform_pivot("line", value="value", groupby=["x"])
        .transform_calculate(said=_said(names))
        .mark_text(align="right", fontSize=13, color=colors.ink)
        .encode(x=alt.value("width"), y=alt.value(-12), text="said:N")
    )
    layers = [zero, curves, catch, rule, dots, words]
    if marked is not None:
        place = pd.DataFrame(
            {"x": [marked] * len(names), "line": names, "value": [float(np.interp(marked, x, lines[n])) for n in names]}
        )
        layers.append(
            alt.Chart(place).mark_point(size=90, filled=False, strokeWidth=2.4, opacity=1).encode(at, height_of, color)
        )
    return quiet(layered(*layers), theme, height)


def _said(names: list[str]) -> str:
    """The values of all lines at the pointer, as an expression of Vega: `at 0.5: value 0.35, slope 0.87`."""
    each = " + ', ' + ".join(f"{json.dumps(name)} + ' ' + format(datum[{json.dumps(name)}], '.4~g')" for name in names)
    return f"'at ' + format(datum.x, '.3~g') + ': ' + {each}"
