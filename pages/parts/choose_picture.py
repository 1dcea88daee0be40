"""Where a visitor chooses the picture for Explain and Features: of the data, a photo, a sample, or a sheet."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn_core.base.errors import UserError
from cnn_core.base.files import sha256
from cnn_core.figures.sheet import Sheet, sheet
from cnn_core.pictures import open_picture, thumbnail
from cnn_core.pictures.drawing import Drawing
from cnn_core.pictures.examples import EXAMPLES, example_bytes
from cnn_core.pictures.opener import MAX_BYTES, MAX_FRAMES
from pages.parts import cached, pictured, shell, uploads
from pages.parts.gallery import Thumb, gallery
from pages.parts.pictured import LAST, PHOTO, SPLITS, Source
from pages.parts.words import plain

KINDS = ("From the data", "Photo", "Draw")
FILM_KINDS = ("From the data", "Animation")
SHOWN = 44  # pictures of the data at a time


def _uploaded(key: str) -> None:
    file = st.session_state[key]
    if file is not None:
        data = uploads.take(file)
        pictured.take_photo(Source(sha256(data), plain(file.name, 80) or "photo", data, "Your photo", private=True))
        pictured.empty_uploader()


def _typed(key: str, split: str) -> None:
    if st.session_state[key] is not None:
        pictured.take(split, int(st.session_state[key]))


def _turn(by: int) -> None:
    st.session_state["explain.first"] = st.session_state.get("explain.first", 0) + by


# --- what is drawn --------------------------------------------------------------------------------


def chooser(run: str, place: str, size: int, verb: str = "Explain") -> None:
    """A picture of the data where there is any, a photo, or a drawing.

    place: makes the widgets of page and menu different ones. verb: what a click on a picture does.
    """
    films = cached.frames(run) > 1
    kinds = FILM_KINDS if films else KINDS if cached.counts(run) else KINDS[1:]
    own, key = st.session_state.get(PHOTO), f"explain.kind.{place}"
    now = "Draw" if isinstance(own, Drawing) else "Photo" if isinstance(own, Source) else kinds[0]
    now = now if now in kinds else kinds[-1] if now == "Photo" else kinds[0]
    kind = st.segmented_control(
        "Which picture",
        kinds,
        default=kinds[0] if st.session_state.get(LAST) else now,
        required=True,
        key=key,
        on_change=_kind_chosen,
        args=(key,),
        label_visibility="collapsed",
    )
    if kind == "Animation":
        _film(place)
    elif kind == "Photo":
        _photos(place, verb)
    elif kind == "Draw":
        label = "Draw instead of the photo" if isinstance(own, Source) else "A new sheet"
        st.button(label, key=f"explain.sheet.{place}", icon=":material/draw:", on_click=pictured.begin_drawing)
        st.caption("With a mouse, a pen or a finger.")
    else:
        try:
            _of_the_data(run, place, size, verb)
        except UserError as error:  # the data is gone; a photo or a drawing can still be asked about
            shell.problem(str(error))


def _kind_chosen(key: str) -> None:
    """The sheet comes at once, unless that would take a photo away."""
    if st.session_state[key] == "Draw" and not isinstance(st.session_state.get(PHOTO), Source):
        pictured.draw_on()


def _film(place: str) -> None:
    key = f"explain.film.{place}.{pictured.uploads()}"
    st.file_uploader(
        "Drop an animation here, or choose a file",
        key=key,
        on_change=_uploaded,
        args=(key,),
        max_upload_size=MAX_BYTES // 2**20,
        help=f"GIF or WebP of 2 to {MAX_FRAMES} frames. It stays in this computer's memory until you close the page.",
    )


def _photos(place: str, verb: str) -> None:
    key = f"explain.upload.{place}.{pictured.uploads()}"
    st.file_uploader(
        "Drop a photo here, or choose a file",
        key=key,
        on_change=_uploaded,
        args=(key,),
        max_upload_size=MAX_BYTES // 2**20,
        help="PNG, JPEG, WebP, GIF, BMP or TIFF. It stays in this computer's memory until you close the page.",
    )
    st.caption("Or try one of these")
    thumbs = [Thumb(f"{verb} the photo of a {one.shows}", one.shows) for one in EXAMPLES]
    key = f"explain.examples.{place}"
    gallery(key, _example_sheet(), thumbs, label="Example photos", size=150, on_pick=lambda: _example(key))
    st.caption(". ".join(one.credit for one in EXAMPLES) + ".")


@st.cache_resource(show_spinner=False)
def _example_sheet() -> Sheet:
    """The middle of each example as a square."""
    pictures = [thumbnail(open_picture(example_bytes(one)).image, 400) for one in EXAMPLES]
    side = min(min(picture.size) for picture in pictures)
    return sheet(np.stack([_middle(np.asarray(picture), side) for picture in pictures]))


def _middle(picture: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    top, left = (picture.shape[0] - side) // 2, (picture.shape[1] - side) // 2
    return picture[top : top + side, left : left + side]


def _example(key: str) -> None:
    picked = st.session_state[key]["pick"]
    if picked is not None:
        pictured.take_photo(pictured.example(picked))


def _of_the_data(run: str, place: str, size: int, verb: str) -> None:
    split = st.session_state.get(f"explain.split.{place}", "test")  # the box stands below the pictures
    count = cached.counts(run)[split]
    pages = -(-count // SHOWN)
    page = st.session_state.get("explain.first", 0) % max(1, pages)
    indices = tuple(range(page * SHOWN, min(count, (page + 1) * SHOWN)))
    sheet, targets = cached.picture_sheet(run, split, indices, most=96)
    names, word = cached.truths(run), SPLITS[split].lower()
    thumbs = [
        Thumb(f"{verb} {word} {index}: {plain(names[target], 60)}", plain(names[target], 12))
        for index, target in zip(indices, targets, strict=True)
    ]
    key = f"explain.pictures.{place}.{run}.{split}.{page}"
    gallery(
        key,
        sheet,
        thumbs,
        label=f"{SPLITS[split]}s with their classes",
        size=size,
        dark=shell.dark(),
        on_pick=lambda: _picked(key, split, indices),
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _split(run, place)
        _by_number(place, split, count)
        if pages > 1:
            st.space("stretch")
            _turn_pages(place, f"{indices[0]:,} to {indices[-1]:,} of {count:,}")


def _split(run: str, place: str) -> None:
    """Which part of the data: a network may know the training pictures by heart."""
    st.selectbox(
        "Which of them",
        [split for split, count in cached.counts(run).items() if count],
        format_func=lambda split: f"{SPLITS[split]}s",
        index=list(cached.counts(run)).index("test"),
        key=f"explain.split.{place}",
        on_change=_first_page,
        width=190,
    )


def _first_page() -> None:
    st.session_state["explain.first"] = 0


def _by_number(place: str, split: str, count: int) -> None:
    key = f"explain.number.{place}"
    st.number_input(
        f"Or by its number, 0 to {count - 1:,}",
        0,
        count - 1,
        value=None,
        step=1,
        key=key,
        on_change=_typed,
        args=(key, split),
        width=220,
        placeholder="number",
    )


def _turn_pages(place: str, where: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        st.button("Earlier", key=f"explain.back.{place}", type="tertiary", on_click=_turn, args=(-1,))
        st.markdown(f":gray[{where}]", width="content")
        st.button("More", key=f"explain.more.{place}", type="tertiary", on_click=_turn, args=(1,))


def _picked(key: str, split: str, indices: tuple[int, ...]) -> None:
    picked = st.session_state[key]["pick"]
    if picked is not None:
        pictured.take(split, indices[picked])
