"""Charts as files: SVG and PNG, made by vl-convert (Vega's own renderer in this process; nothing is fetched)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import vl_convert

if TYPE_CHECKING:
    import altair as alt

WIDTH = 560  # points across of a saved chart, which has no page to fill
SHARP = 2.0  # pixels a point


def svg(chart: alt.LayerChart | alt.Chart, width: int = WIDTH) -> bytes:
    """A chart as SVG on white; hand in one of the light theme."""
    return str(vl_convert.vegalite_to_svg(_whole(chart, width), allowed_base_urls=[])).encode()


def png(chart: alt.LayerChart | alt.Chart, width: int = WIDTH) -> bytes:
    """A chart as PNG on white, two pixels a point; hand in one of the light theme."""
    return bytes(vl_convert.vegalite_to_png(_whole(chart, width), scale=SHARP, allowed_base_urls=[]))


def _whole(chart: alt.LayerChart | alt.Chart, width: int) -> dict[str, Any]:
    return dict(chart.properties(width=width, background="#ffffff").to_dict())
