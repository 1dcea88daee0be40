"""The curves of several runs in one frame: a colour and a dash each, the raw line faint behind a smoothed one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import altair as alt
import pandas as pd

from cnn_core.figures.curves import POINTS, Curve, Span, accuracy_floor, bare, ceiling, x_axis
from cnn_core.figures.style import class_color, layered, palette, quiet

DASHES = ((1, 0), (7, 3), (2, 2), (8, 3, 2, 3), (1, 3))
COLUMNS = ["x", "value", "series", "part", "mark"]


@dataclass(frozen=True)
class Line:
    """A run's curve: its name, the number of its colour, epochs, values as they are, and smoothed (None: just raw)."""

    name: str
    color: int
    x: Sequence[float]
    raw: Sequence[float | None]
    smooth: Sequence[float | None] | None = None


def curves_together(
    lines: Sequence[Line],
    end: float,
    theme: str,
    *,
    share: bool,
    start: float = 0.0,
    log: bool = False,
    height: int = 320,
) -> Curve:
    """The curves of some runs over epochs.

    Args:
        lines: with names that differ; those of one colour get dashes of their own, in this order.
        start, end: of the axis; values are scaled by what is to be seen of them.
        share: the values are 0..1 and shown as per cent, else losses. log: losses on a log scale.
    """
    frame = pd.DataFrame([row for line in lines for row in _rows(line, 100.0 if share else 1.0)], columns=COLUMNS)
    styles = tuple((line.name, line.color, dash) for line, dash in zip(lines, dashes(lines), strict=True))
    frame, reach = frame[frame["x"] >= start], (start, end)
    values = frame["value"]
    if share:
        low = accuracy_floor(values)
        return Curve(_spec(styles, reach, (low, 100.0), ".0f" if low < 98 else ".1f", "%", False, theme, height), frame)
    if log:
        frame = frame[values > 0]
        span, form = _decades(frame["value"]), "~g"
    else:
        span = (0.0, ceiling(values))
        form = f".{max(2, -math.floor(math.log10(span[1] / 5)))}f"
    return Curve(_spec(styles, reach, span, form, "", log, theme, height), frame)


def dashes(lines: Sequence[Line]) -> list[int]:
    """Which dash each line gets: the next one for each that has the colour of one before it."""
    colors = [line.color % 10 for line in lines]
    return [colors[:place].count(color) % len(DASHES) for place, color in enumerate(colors)]


def _rows(line: Line, scale: float) -> list[tuple[float, float, str, str, str]]:
    found = []
    parts = (("line", line.raw),) if line.smooth is None else (("raw", line.raw), ("line", line.smooth))
    for part, values in parts:
        points = [
            (float(x), float(value) * scale)
            for x, value in zip(line.x, values, strict=True)
            if value is not None and math.isfinite(value)
        ]
        kept = _thinned(points)
        found += [(*point, line.name, part, "") for point in kept[:-1]]
        found += [(*point, line.name, part, "last" if part == "line" else "") for point in kept[-1:]]
    return found


def _thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    stride = math.ceil(len(points) / POINTS) or 1
    return points if stride == 1 else [*points[:-1:stride], points[-1]]


def _decades(values: pd.Series[float]) -> Span:
    """Whole powers of ten around all values."""
    if not len(values):
        return (0.01, 1.0)
    low, high = (math.log10(float(value)) for value in (values.min(), values.max()))
    return (10.0 ** math.floor(low), 10.0 ** max(math.ceil(high), math.floor(low) + 1))


@lru_cache(maxsize=64)
def _spec(
    styles: tuple[tuple[str, int, int], ...],
    reach: Span,
    span: Span,
    form: str,
    unit: str,
    log: bool,
    theme: str,
    height: int,
) -> dict[str, object]:
    names = [name for name, _, _ in styles]
    legend = alt.Legend(
        title=None,
        orient="bottom",
        columns=2,
        symbolType="stroke",
        symbolSize=280,
        symbolStrokeWidth=2.6,
        symbolOpacity=1,  # not the faint one of the raw lines
        labelColor=palette(theme).mute,
        labelFontSize=12,
        labelLimit=210,
        columnPadding=18,
    )
    color = alt.Color("series:N").scale(domain=names, range=[class_color(one, theme) for _, one, _ in styles])
    dash = alt.StrokeDash("series:N").scale(domain=names, range=[list(DASHES[one]) for _, _, one in styles])
    x = alt.X("x:Q", title="epoch", axis=x_axis(reach[1] - reach[0])).scale(domain=list(reach), nice=False)
    axis = alt.Axis(tickCount=4, format=form, labelExpr=f"datum.label + '{unit}'")
    scaled = alt.Y("value:Q", title=None, axis=axis).scale(domain=list(span), nice=False)
    y = scaled.scale(type="log", domain=list(span), nice=False) if log else scaled
    base = alt.Chart(alt.NamedData("rows")).encode(x=x, y=y, color=color.legend(legend))
    raw, line = (base.transform_filter(f"datum.part == '{part}'") for part in ("raw", "line"))
    tip = [
        alt.Tooltip("series:N", title=" "),
        alt.Tooltip("x:Q", title="epoch", format=".4~g"),
        alt.Tooltip("value:Q", title="value", format=".4~g"),
    ]
    chart = layered(
        raw.mark_line(strokeWidth=1.6, opacity=0.28, clip=True),
        line.mark_line(strokeWidth=2.2, clip=True).encode(strokeDash=dash.legend(legend)),
        line.transform_filter("datum.mark == 'last'").mark_point(size=44, filled=True, opacity=1),
        line.mark_point(size=160, opacity=0).encode(tooltip=tip),
    )
    return bare(quiet(chart, theme, height))
