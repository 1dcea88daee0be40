"""The network's best guesses as bars on full tracks (Altair)."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from cnn_core.base.errors import shorten
from cnn_core.figures.style import layered, palette, quiet


def guess_bars(
    names: Sequence[str], shares: Sequence[float], asked: int | None, theme: str = "light"
) -> alt.LayerChart:
    """Bars best first, the numbers in one column at the right.

    Args:
        names: classes as users wrote them; drawn as text. shares: their probabilities in 0..1.
        asked: position of the guess that the page explains, in our colour; None: not among them.
    """
    colors = palette(theme)
    frame = _frame(names, shares, asked)
    base = alt.Chart(frame).encode(y=alt.Y("rank:O", axis=None))
    tip = [alt.Tooltip("name:N", title="class"), alt.Tooltip("share:Q", title="probability", format=".4f")]
    wide = alt.X("full:Q", axis=None, scale=alt.Scale(domain=[0, 1]))
    track = base.mark_bar(size=14, cornerRadius=3, color=colors.grid).encode(x=wide, tooltip=tip)
    bar = base.mark_bar(size=14, cornerRadius=3).encode(
        x=alt.X("share:Q", axis=None, scale=alt.Scale(domain=[0, 1])),
        color=alt.condition("datum.asked", alt.value(colors.ours), alt.value(colors.other)),
        tooltip=tip,
    )
    label = base.mark_text(align="right", dx=-10, fontSize=13.5, color=colors.ink, limit=_ROOM - 12).encode(
        x=alt.value(0), text="name:N"
    )
    number = base.mark_text(align="right", dx=54, fontSize=13.5, color=colors.ink).encode(x=wide, text="text:N")
    return quiet(layered(track, bar, label, number), theme, height=34 * len(names))


_ROOM = 150  # pixels for names at most


def _frame(names: Sequence[str], shares: Sequence[float], asked: int | None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "rank": range(len(names)),
            "name": [shorten(name, 40) for name in names],
            "share": list(shares),
            "text": [_percent(share) for share in shares],
            "asked": [rank == asked for rank in range(len(names))],
            "full": 1.0,
        }
    )


def _percent(share: float) -> str:
    """One decimal; never 100.0% while there is some doubt, never 0.0% where there is something."""
    if 0.9995 <= share < 1:
        return "99.9%"
    return "<0.1%" if 0 < share < 0.0005 else f"{100 * share:.1f}%"
