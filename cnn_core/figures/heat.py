"""Colours for heat: `inferno`, even to the eye and safe for the colour-blind, and `jet`, the familiar one.

Every colour map starts at 0 and ends at the true maximum of a map: no stretching between.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Every fifth colour of the map `inferno` by Nathaniel Smith and Stefan van der Walt, 2015 (CC0); those between are
# interpolated, at most 2 of 255 off.
_INFERNO = (
    "00000402020c0504170a072210092d160b391e0c45260c512f0a5b380962400a67490b6a510e6c59106e61136e69166e71196e781c6d"
    "801f6c88226a902568982766a02a63a82e5fb0315bb73557bf3952c63d4dcc4248d34743d94d3ddf5337e45a31e9612bed6925f1711f"
    "f47918f78212f98b0bfa9407fb9d07fca60cfcb014fbba1ffac42af8cd37f6d746f4e156f2ea69f2f27df5f992fcffa4"
)
# Where the map `jet` bends (MATLAB, also in OpenCV), as (position, red, green, blue) in 0..1.
_JET = (
    (0.0, 0.0, 0.0, 0.5),
    (0.125, 0.0, 0.0, 1.0),
    (0.375, 0.0, 1.0, 1.0),
    (0.625, 1.0, 1.0, 0.0),
    (0.875, 1.0, 0.0, 0.0),
    (1.0, 0.5, 0.0, 0.0),
)
HEAT_COLORS = ("inferno", "jet")


def heat_table(colors: str = "inferno") -> NDArray[np.float32]:
    """256 colours from no heat to most heat, float32 (256, 3) in 0..1.

    Raises:
        KeyError: no such colours.
    """
    stops, rows = _stops()[colors]
    where = np.linspace(0, 1, 256)
    return np.stack([np.interp(where, stops, rows[:, channel]) for channel in range(3)], axis=1).astype(np.float32)


def _stops() -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    inferno = np.frombuffer(bytes.fromhex(_INFERNO), np.uint8).reshape(-1, 3) / 255
    jet = np.array(_JET)
    return {"inferno": (np.linspace(0, 1, len(inferno)), inferno), "jet": (jet[:, 0], jet[:, 1:])}


def paint(heat: NDArray[np.float32], most: float | None = None, colors: str = "inferno") -> NDArray[np.float32]:
    """Heat as colour, float32 (H, W, 3) in 0..1.

    Args:
        heat: (H, W), 0 and above. most: the heat that gets the last colour; default the maximum of `heat`.
        colors: one of `HEAT_COLORS`.
    """
    top = float(heat.max(initial=0)) if most is None else most
    share = np.clip(heat / top, 0, 1) if top > 0 else np.zeros_like(heat)
    return heat_table(colors)[np.round(share * 255).astype(np.intp)]


def color_bar(colors: str = "inferno", width: int = 512, height: int = 12) -> NDArray[np.uint8]:
    """The colours from 0 (left) to the maximum (right), uint8 (height, width, 3)."""
    row = heat_table(colors)[np.round(np.linspace(0, 255, width)).astype(np.intp)]
    return np.round(np.broadcast_to(row, (height, width, 3)) * 255).astype(np.uint8)
