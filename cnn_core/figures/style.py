"""The colours and the quiet axes that all charts share, for the light and the dark theme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, cast

import altair as alt


@dataclass(frozen=True)
class Palette:
    """Colours of one theme as `#rrggbb`.

    ours: right, validation, chosen. wrong: mistakes. other: training and the rest. ink, mute: text. grid: lines and
    tracks.
    """

    ours: str
    wrong: str
    other: str
    ink: str
    mute: str
    grid: str


LIGHT = Palette(ours="#0b6a67", wrong="#b4490f", other="#66757a", ink="#172326", mute="#66757a", grid="#e9eded")
DARK = Palette(ours="#4cc2b5", wrong="#f0945a", other="#93a1a3", ink="#e6ebea", mute="#93a1a3", grid="#243033")

# Of the classes, by their number (again from the first after ten), as in .streamlit/config.toml.
CLASSES_LIGHT = (
    *("#0b6a67", "#b4490f", "#4a5fc1", "#b8456b", "#5d7c1c"),
    *("#7d5bb5", "#1f78a8", "#a0522d", "#5f6b6d", "#8f7310"),
)
CLASSES_DARK = (
    *("#4cc2b5", "#f0945a", "#8fa2f5", "#ee86a8", "#a9c95f"),
    *("#bda4ec", "#6dbde8", "#d69a75", "#9fb0b3", "#e6c75a"),
)

FONT = '"Source Sans", sans-serif'  # the page's own, which Streamlit brings along

ChartT = TypeVar("ChartT", alt.Chart, alt.LayerChart)


def palette(theme: str) -> Palette:
    """The colours of a theme, `light` or `dark`."""
    return DARK if theme == "dark" else LIGHT


def class_color(index: int, theme: str) -> str:
    """The colour that a class keeps on every page."""
    return (CLASSES_DARK if theme == "dark" else CLASSES_LIGHT)[index % len(CLASSES_LIGHT)]


def value_format(most: float, *, log: bool = False) -> str:
    """How an axis writes numbers of which `most` is the largest: 0.25, 200, 150k, 1e-06."""
    if log:
        return ".0e"
    return "~s" if most >= 10_000 else ",d" if most >= 20 else "~g"


def layered(*charts: alt.Chart) -> alt.LayerChart:
    """Charts on top of each other, first one lowest."""
    return cast(alt.LayerChart, alt.layer(*charts))


def quiet(chart: ChartT, theme: str, height: int | None = None) -> ChartT:
    """A chart without frame and ticks, small muted labels, and no lost room below."""
    colors = palette(theme)
    if height is not None:
        chart = chart.properties(height=height)
    return (
        chart.configure(font=FONT)
        .properties(padding={"left": 0, "right": 6, "top": 10, "bottom": 6})
        .configure_view(strokeWidth=0)
        .configure_axis(
            domain=False,
            ticks=False,
            labelFlush=False,
            titlePadding=6,
            labelColor=colors.mute,
            titleColor=colors.mute,
            gridColor=colors.grid,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
        )
        .configure_axisX(labelPadding=6)  # so that the two numbers in the corner do not touch
    )
