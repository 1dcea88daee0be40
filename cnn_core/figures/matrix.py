"""The confusion matrix as a chart whose cells can be clicked (Altair)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cnn_core.base.errors import shorten
from cnn_core.figures.style import layered, palette, quiet

Unit = Literal["count", "row", "column"]
Counts = NDArray[np.int64]

SELECTION = "cell"  # the name of the click; it reports [{"true": 5, "pred": 3}]
DIGITS_UP_TO = 24  # classes; more leave no room for numbers in the cells
_GAPS = alt.Scale(paddingInner=0.08, paddingOuter=0.02)
_MISTAKE = {"light": "#d2590f", "dark": "#f28746"}


def matrix_frame(counts: Counts, classes: Sequence[str], unit: Unit = "count") -> pd.DataFrame:
    """One row a cell: true, pred, count, strength (0..1 of its own kind's largest), text and sentence.

    Args:
        counts: int64 (K, K), rows true, columns predicted. classes: K names.
        unit: what the text says: the count, or its per cent of the row or of the column.
    """
    size = len(classes)
    true, pred = np.divmod(np.arange(size * size), size)
    flat = counts.reshape(-1)
    right = true == pred
    most = np.where(right, max(1, np.diag(counts).max(initial=0)), max(1, flat[~right].max(initial=0)))
    shown = _texts(counts, unit)
    return pd.DataFrame(
        {
            "true": true,
            "pred": pred,
            "count": flat,
            "kind": np.where(flat == 0, "none", np.where(right, "right", "wrong")),
            "strength": flat / most,
            "text": shown if size <= DIGITS_UP_TO else [""] * len(shown),
            "sentence": [cell_sentence(counts, classes, int(t), int(p)) for t, p in zip(true, pred, strict=True)],
        }
    )


def _texts(counts: Counts, unit: Unit) -> list[str]:
    if unit == "count":
        return [f"{n:,}" if n else "" for n in counts.reshape(-1)]
    totals = np.maximum(1, counts.sum(axis=1 if unit == "row" else 0, keepdims=True))
    shares = counts / totals.reshape((-1, 1) if unit == "row" else (1, -1))
    return ["" if not share else "<1%" if share < 0.005 else f"{share:.0%}" for share in shares.reshape(-1)]


def cell_sentence(counts: Counts, classes: Sequence[str], true: int, pred: int) -> str:
    """`15 were 4, it said 9`, or `950 were 4, and it said so`."""
    count = int(counts[true, pred])
    verb = "was" if count == 1 else "were"
    was = f"{count:,} {verb} {shorten(classes[true], 30)}"
    return f"{was}, and it said so" if true == pred else f"{was}, it said {shorten(classes[pred], 30)}"


def largest_mistake(counts: Counts) -> tuple[int, int]:
    """(true, predicted) of the most frequent mistake, the first on a tie; the fullest cell where there is none."""
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    chosen = wrong if wrong.any() else counts
    true, pred = np.unravel_index(int(chosen.argmax()), chosen.shape)
    return int(true), int(pred)


def matrix_chart(
    counts: Counts, classes: Sequence[str], chosen: tuple[int, int], theme: str = "light", unit: Unit = "count"
) -> alt.LayerChart:
    """Right cells teal, mistakes orange, each kind on its own scale; the chosen cell has a stroke of ink."""
    colors = palette(theme)
    frame = matrix_frame(counts, classes, unit)
    frame["chosen"] = (frame.true == chosen[0]) & (frame.pred == chosen[1])  # in the data: a new spec would flicker
    picked = alt.selection_point(fields=["true", "pred"], name=SELECTION, on="click", toggle=False, clear=False)
    base = alt.Chart(frame).encode(
        x=alt.X("pred:O", title="it said", scale=_GAPS, axis=_axis(classes, colors.ink, "top")),
        y=alt.Y("true:O", title="it was", scale=_GAPS, axis=_axis(classes, colors.ink, "left")),
    )
    cells = base.mark_rect(cornerRadius=4, cursor="pointer").encode(
        color=alt.Color(
            "kind:N",
            legend=None,
            scale=alt.Scale(domain=["right", "wrong", "none"], range=[colors.ours, _MISTAKE[theme], colors.mute]),
        ),
        opacity=alt.Opacity("opacity:Q", legend=None, scale=None),
        tooltip=alt.Tooltip("sentence:N", title=" "),
    )
    cells = cells.transform_calculate(opacity=_opacity(theme)).add_params(picked)
    texts = base.mark_text(fontSize=12, cursor="pointer").encode(text="text:N", color=_text_color(theme))
    ring = base.transform_filter("datum.chosen").mark_rect(
        cornerRadius=4, filled=False, stroke=colors.ink, strokeWidth=2.5
    )
    return quiet(layered(cells, texts, ring), theme, height=470)


def _opacity(theme: str) -> str:
    """Each kind on its own scale: with one for both, the diagonal would drown the mistakes."""
    right = "0.1 + 0.38 * datum.strength" if theme == "dark" else "0.15 + 0.5 * datum.strength"
    return f"datum.kind === 'none' ? 0.035 : datum.kind === 'right' ? {right} : 0.18 + 0.72 * datum.strength"


def _text_color(theme: str) -> alt.ColorValue | alt.Condition | dict[str, object]:
    """Ink on every cell in light; in dark, black from the strong orange on."""
    if theme != "dark":
        return alt.value(palette(theme).ink)
    strong = "datum.kind === 'wrong' && datum.strength > 0.66"
    return alt.condition(strong, alt.value("#000000"), alt.value(palette(theme).ink))


def _axis(classes: Sequence[str], color: str, orient: Literal["left", "top"]) -> alt.Axis:
    """Names of classes; those too long to stand side by side are turned."""
    turned = orient == "top" and len(classes) * max(map(len, classes), default=0) > 70
    return alt.Axis(
        orient=orient,
        labelExpr=f"{json.dumps([shorten(name, 40) for name in classes])}[datum.value]",
        labelAngle=-90 if turned else 0,
        labelColor=color,
        labelFontSize=13,
        labelLimit=110,
        grid=False,
    )
