"""The picture that a calculator looks at: one that is built in, or a visitor's own, which stays in the session."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from cnn_core import actions
from cnn_core.pictures.examples import EXAMPLES, example_bytes
from cnn_core.pictures.opener import MAX_BYTES
from pages.parts import shell, uploads
from pages.parts.words import md, plain

OWN = "calculators.own"  # a visitor's picture
CHOICE = "calculators.picture"
TILE = 16  # pixels a side, for the filter that slides


@dataclass(frozen=True, eq=False)
class Shown:
    """A picture with its name, uint8 (H, W, 3)."""

    name: str
    pixels: NDArray[np.uint8]


@st.cache_resource(show_spinner=False)
def built_in() -> dict[str, Shown]:
    """The pictures that are there for everybody."""
    photos = {one.shows.capitalize(): actions.calculator_picture(example_bytes(one)) for one in EXAMPLES}
    return {name: Shown(name, pixels) for name, pixels in photos.items()}


def choose() -> Shown:
    """The choice, and the picture that is chosen."""
    own = st.session_state.get(OWN)
    names = [*built_in(), *(["Your picture"] if own else [])]
    if st.session_state.get(CHOICE) not in names:
        st.session_state[CHOICE] = names[0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control("Picture", names, key=CHOICE, required=True)
        with st.popover("Your own", icon=":material/upload:"):
            key = f"calculators.upload.{st.session_state.get('calculators.uploads', 0)}"
            st.file_uploader(
                "Drop a picture here, or choose a file",
                key=key,
                on_change=_uploaded,
                args=(key,),
                max_upload_size=MAX_BYTES // 2**20,
                help="It stays in this computer's memory until you close the page.",
            )
    if st.session_state[CHOICE] == "Your picture" and own:
        st.caption(md(own.name, 80))
        return own
    return built_in()[st.session_state[CHOICE]]


def _uploaded(key: str) -> None:
    file = st.session_state[key]
    if file is None:
        return
    data = uploads.take(file)
    st.session_state["calculators.uploads"] = st.session_state.get("calculators.uploads", 0) + 1
    pixels = shell.attempt(actions.calculator_picture, data)
    if pixels is not None:
        st.session_state[OWN] = Shown(plain(file.name, 80) or "picture", pixels)
        st.session_state[CHOICE] = "Your picture"


def tile(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The middle of a picture in grey and small, uint8 (TILE, TILE)."""
    side = min(pixels.shape[:2])
    top, left = (pixels.shape[0] - side) // 2, (pixels.shape[1] - side) // 2
    image = Image.fromarray(pixels[top : top + side, left : left + side]).convert("L")
    return np.asarray(image.resize((TILE, TILE), Image.Resampling.BOX))
