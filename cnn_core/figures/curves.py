"""Live curves: they grow into an empty frame of all planned epochs, while the axes stand still.

The specification stays the same from tick to tick and only the data change: a browser keeps its drawing, and Altair,
which takes tens of milliseconds to check a chart, is asked once for each frame.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, cast

import altair as alt
import pandas as pd

from cnn_core.figures.style import palette, quiet

Row = Mapping[str, Any]
Corner = Literal["bottom-right", "top-right"]
Side = Literal["left", "center", "right"]
FLOORS = (0.0, 50.0, 80.0, 90.0, 95.0, 98.0, 99.0)  # per cent
POINTS = 300  # a line of more points looks the same and costs more
COLUMNS = ["x", "value", "series", "mark", "label"]
SERIES = ["validation", "training"]
Span = tuple[float, float]


@dataclass(frozen=True)
class Curve:
    """A chart in two parts: `spec`, Vega-Lite without data (shared, not to be changed), and `data` in long form."""

    spec: dict[str, Any]
    data: pd.DataFrame


def accuracy_curve(
    rows: Sequence[Row], epochs: int, theme: str, *, best: int | None = None, last: int = 0, height: int = 250
) -> Curve:
    """Accuracy of validation and training over epochs.

    Args:
        rows: one a validation, with epoch (may be a fraction), val_accuracy and train_accuracy in 0..1 or None.
        epochs: as many as are planned; the axis ends there. best: the epoch to ring. last: show only so many epochs.
    """
    shown, span = _window(rows, epochs, last)
    data = _frame(shown, "val_accuracy", "train_accuracy", best, scale=100)
    low = accuracy_floor(data["value"])
    form = ".0f" if low < 98 else ".1f"
    return Curve(_spec(span, (low, 100.0), form, "%", "bottom-right", _side(data, span), theme, height), data)


def loss_curve(
    rows: Sequence[Row], epochs: int, theme: str, *, best: int | None = None, last: int = 0, height: int = 250
) -> Curve:
    """Loss of validation and training over epochs; the arguments are those of `accuracy_curve`, with *_loss."""
    shown, span = _window(rows, epochs, last)
    data = _frame(shown, "val_loss", "train_loss", best)
    top = ceiling(data["value"])
    form = f".{max(2, -math.floor(math.log10(top / 5)))}f"  # the ticks are about a fifth apart
    return Curve(_spec(span, (0.0, top), form, "", "top-right", _side(data, span), theme, height), data)


def loss_by_step(losses: Sequence[Row], ended: int, theme: str, height: int = 280) -> Curve:
    """The training loss of a run that diverged, on a log scale, up to a cross where it became infinite.

    Args:
        losses: dicts with step and loss; those that are not finite or not positive are left out. ended: the last step.
    """
    colors = palette(theme)
    points = [(row["step"], float(row["loss"])) for row in losses if _finite(row.get("loss")) and row["loss"] > 0]
    points = points[-POINTS:]
    frame = pd.DataFrame([(step, loss, "") for step, loss in points], columns=["x", "value", "mark"])
    frame.loc[frame.index[-1:], "mark"] = "last"
    first = min((p[0] for p in points), default=0)
    x = alt.X("x:Q", title="step", axis=x_axis(ended - first, whole=True)).scale(
        domain=[min(first, max(ended - 1, 0)), max(ended, first + 1)], nice=False
    )
    y = alt.Y("value:Q", title=None, axis=alt.Axis(tickCount=4, format=".0e")).scale(type="log", nice=False)
    base = alt.Chart(alt.NamedData("rows")).encode(x=x, y=y)
    end = base.transform_filter("datum.mark == 'last'")
    tip = [alt.Tooltip("x:Q", title="step"), alt.Tooltip("value:Q", title="loss", format=".3g")]
    words = end.mark_text(align="right", dy=-14, dx=4, color=colors.ink, fontSize=12)
    chart = _layers(
        base.mark_line(strokeWidth=2.2, color=colors.ours).encode(tooltip=tip),
        end.mark_point(shape="cross", angle=45, size=130, filled=True, opacity=1, color=colors.wrong),
        words.encode(text=alt.value("then infinite")),
    )
    return Curve(bare(quiet(chart, theme, height)), frame)


@lru_cache(maxsize=64)
def _spec(
    span: Span, values: Span, form: str, unit: str, corner: Corner, side: Side, theme: str, height: int
) -> dict[str, Any]:
    axis = alt.Axis(tickCount=4, format=form, labelExpr=f"datum.label + '{unit}'")
    x = alt.X("x:Q", title="epoch", axis=x_axis(span[1] - span[0])).scale(domain=list(span), nice=False)
    y = alt.Y("value:Q", title=None, axis=axis).scale(domain=list(values), nice=False)
    return bare(quiet(_marks(x, y, corner, side, theme), theme, height))


def _marks(x: alt.X, y: alt.Y, corner: Corner, side: Side, theme: str) -> alt.LayerChart:
    """Both lines, their last points, the ring with its words, and what a pointer finds."""
    colors = palette(theme)
    legend = alt.Legend(
        title=None, orient=corner, symbolType="stroke", symbolStrokeWidth=3, labelColor=colors.mute, labelFontSize=12
    )
    color = alt.Color("series:N").scale(domain=SERIES, range=[colors.ours, colors.other]).legend(legend)
    dash = alt.StrokeDash("series:N").scale(domain=SERIES, range=[[1, 0], [4, 3]]).legend(legend)
    tip = [
        alt.Tooltip("series:N", title=" "),
        alt.Tooltip("x:Q", title="epoch", format=".4~g"),
        alt.Tooltip("value:Q", title="value", format=".4~g"),
    ]
    base = alt.Chart(alt.NamedData("rows")).encode(x=x, y=y, color=color)
    end, ring = (base.transform_filter(f"indexof(datum.mark, '{mark}') >= 0") for mark in ("last", "best"))
    words = ring.mark_text(align=side, dy=-15, color=colors.ink, fontSize=12)
    return _layers(
        base.mark_line(strokeWidth=2.2, clip=True).encode(strokeDash=dash, detail="series:N"),
        end.mark_point(size=44, filled=True, opacity=1, clip=False),
        ring.mark_point(size=110, filled=False, strokeWidth=2.2, opacity=1, color=colors.ours),
        words.encode(text=alt.Text("label:N"), color=alt.value(colors.ink)),
        base.mark_point(size=160, opacity=0).encode(tooltip=tip),
    )


def bare(chart: alt.LayerChart) -> dict[str, Any]:
    """The specification without its data, which the page hands over beside it."""
    spec: dict[str, Any] = chart.to_dict()
    del spec["data"]
    return spec


def _side(frame: pd.DataFrame, span: Span) -> Side:
    """Where the words at the ring begin, so that they stay inside the frame."""
    at = frame.loc[frame["label"] != "", "x"]
    share = (at.iloc[0] - span[0]) / (span[1] - span[0]) if len(at) else 0.5
    return "left" if share < 0.15 else "right" if share > 0.85 else "center"


def _layers(*charts: alt.Chart) -> alt.LayerChart:
    return cast(alt.LayerChart, alt.layer(*charts))


def x_axis(span: float, *, whole: bool = False) -> alt.Axis:
    """Few ticks, on whole numbers only, the title at the right end."""
    step = _nice_step(span / (16 if whole else 6))
    return alt.Axis(grid=False, titleAnchor="end", format="d", tickMinStep=1, tickCount=max(1, int(span / step)))


def _nice_step(least: float) -> int:
    size = 10 ** math.floor(math.log10(max(least, 1)))
    return int(next(step * size for step in (1, 2, 5, 10) if step * size >= least))


def _window(rows: Sequence[Row], epochs: int, last: int) -> tuple[list[Row], Span]:
    """The rows to draw and the ends of the axis: all planned epochs, or the last few that were reached."""
    reached = rows[-1]["epoch"] if rows else 0
    end = max(float(epochs), reached, 1.0)
    if not last or reached <= last:
        return list(rows), (0.0, end)
    start = float(math.floor(reached - last))
    return [row for row in rows if row["epoch"] >= start], (start, float(math.ceil(reached)))


def _frame(rows: Sequence[Row], validation: str, training: str, best: int | None, scale: float = 1) -> pd.DataFrame:
    """Long form: x, value, series, mark (`last`, `best` or both), label; values that are not finite are left out."""
    ringed = next((row for row in reversed(rows) if best and row["epoch"] == best), None)
    found: list[tuple[float, float, str, str, str]] = []
    for series, field in zip(SERIES[::-1], (training, validation), strict=True):  # validation is drawn on top
        points = [row for row in rows if _finite(row.get(field))]
        for row in _thin(points, ringed):
            is_best = row is ringed and series == "validation"
            mark = ("best " if is_best else "") + ("last" if row is points[-1] else "")
            label = f"best, epoch {best}" if is_best else ""
            found.append((float(row["epoch"]), float(row[field]) * scale, series, mark, label))
    return pd.DataFrame(found, columns=COLUMNS)


def _thin(points: list[Row], keep: Row | None) -> list[Row]:
    """At most about POINTS points, the first, the last and the ringed among them."""
    if len(points) <= POINTS:
        return points
    stride = math.ceil(len(points) / POINTS)
    return [row for i, row in enumerate(points) if i % stride == 0 or row is keep or i == len(points) - 1]


def accuracy_floor(values: pd.Series[float]) -> float:
    """Per cent at the bottom: one of a few, so that the axis stands still while the line grows."""
    low = float(values.min()) if len(values) else 0.0
    return max((floor for floor in FLOORS if floor <= low), default=0.0)


def ceiling(values: pd.Series[float]) -> float:
    """A round number above all values."""
    top = float(values.max()) if len(values) else 1.0
    if top <= 0:
        return 1.0
    size = 10.0 ** math.floor(math.log10(top))
    return float(next(step * size for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * size >= top))


def _finite(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
