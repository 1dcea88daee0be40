"""How many pictures each class has, as bars (Altair)."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from cnn_core.base.errors import shorten
from cnn_core.figures.style import layered, palette, quiet

ROOM = 96  # pixels for names at most
ROW = 20


def count_bars(names: Sequence[str], counts: Sequence[int], theme: str = "light") -> alt.LayerChart:
    """A bar a class from 0 on, in their order, the count at its end.

    Args:
        names: classes as users wrote them; drawn as text. counts: their pictures.
    """
    colors = palette(theme)
    frame = pd.DataFrame(
        {
            "rank": range(len(names)),
            "name": [shorten(name, 40) for name in names],
            "count": list(counts),
            "text": [f"{count:,}" for count in counts],
        }
    )
    tip = [alt.Tooltip("name:N", title="class"), alt.Tooltip("text:N", title="pictures")]
    base = alt.Chart(frame).encode(y=alt.Y("rank:O", axis=None), tooltip=tip)
    most = max(1, *counts)
    wide = alt.X("count:Q", axis=None, scale=alt.Scale(domain=[0, 1.3 * most], nice=False))  # room for the numbers
    bar = base.mark_bar(size=9, cornerRadius=2, color=colors.ours).encode(x=wide)
    number = base.mark_text(align="left", dx=6, fontSize=12, color=colors.mute).encode(x=wide, text="text:N")
    label = base.mark_text(align="right", dx=-8, fontSize=12, color=colors.mute, limit=ROOM).encode(
        x=alt.value(0), text="name:N"
    )
    return quiet(layered(bar, number, label), theme, height=ROW * len(names))
