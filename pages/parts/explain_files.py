"""What the Explain page gives to take away: the overlay as a picture, the map as numbers; of one class or of two."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from cnn_core import actions
from pages.parts.explain_view import value

if TYPE_CHECKING:
    from cnn_core.attribution.contrast import Contrast
    from cnn_core.attribution.explain import Explanation


def downloads(run: str, found: Explanation | Contrast, picture: bytes | Callable[[], bytes]) -> None:
    """A menu of both files; what is not made yet is made when it is wanted."""
    two = getattr(found, "second", None)
    why, most = (found.first, found.most) if two else (found, float(found.heat.max()))
    name = f"{run}-{re.sub(r'[^A-Za-z0-9_-]', '_', why.layer)}-class-{why.target_index}"
    name += f"-against-{two.target_index}" if two else ""
    with st.popover("Download", icon=":material/download:"):
        st.download_button(
            "Both overlays, as PNG" if two else "What decided, as PNG",
            picture,
            f"{name}.png",
            "image/png",
            key="explain.png",
            type="tertiary",
            icon=":material/image:",
            on_click="ignore",
        )
        st.download_button(
            "Both maps as numbers, .npy" if two else "The map as numbers, .npy",
            actions.npy(found),
            f"{name}.npy",
            "application/octet-stream",
            key="explain.npy",
            type="tertiary",
            icon=":material/table:",
            on_click="ignore",
        )
        shape = " × ".join(map(str, (2, *why.shape) if two else why.shape))
        st.caption(f"Float32, {shape}, true values from 0 to {value(most)}.")
