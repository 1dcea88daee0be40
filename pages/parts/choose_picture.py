"""Which picture the Explain page is about: one of the test set (in the address bar), or a visitor's photo (kept in
the session, never written to disk)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn_core.base.errors import UserError, shorten
from cnn_core.base.files import sha256
from cnn_core.figures.sheet import Sheet, sheet
from cnn_core.pictures import open_picture, thumbnail
from cnn_core.pictures.examples import EXAMPLES, example_bytes
from cnn_core.pictures.opener import MAX_BYTES
from pages.parts import cached, shell, uploads
from pages.parts.gallery import Thumb, gallery
from pages.parts.words import plain

KINDS = ("Test picture", "Photo")
SHOWN = 44  # test pictures at a time
PHOTO = "explain.photo"
MENU = "explain.change"  # whether the menu *Change picture* is open
SPLITS = {"test": "Test picture", "val": "Validation picture", "train": "Training picture"}


@dataclass(frozen=True, eq=False)
class Source:
    """A picture to ask about.

    key: changes with its content. name: as the visitor knows it. data: a file's bytes, or uint8 (H, W, C).
    truth: its class where that is known. title: what the page calls it. private: a visitor's own photo.
    """

    key: str
    name: str
    data: bytes | NDArray[np.uint8]
    title: str
    truth: str = ""
    private: bool = False


def current(run: str) -> Source | None:
    """The picture that is asked about now, None where none is chosen.

    Raises:
        UserError: the address names a picture that is not there, or the data set cannot be read.
    """
    if st.query_params.get("picture") and not cached.counts(run):  # left over from a run that has test pictures
        st.query_params.pop("picture")
    asked = shell.asked_picture()
    if asked is None and st.query_params.get("picture"):
        text = shorten(st.query_params["picture"])
        raise UserError(f'The address asks for the picture "{text}", but must name one as test-12.')
    if asked is None:
        return st.session_state.get(PHOTO)
    split, index = asked
    pictures, targets = cached.pictures(run, split, [index])
    return Source(
        key=f"{split}-{index}",
        name=f"{SPLITS[split]} {index:,}",
        data=pictures[0],
        title=f"{SPLITS[split]} {index:,}",
        truth=cached.classes(run)[int(targets[0])],
    )


def beginning(run: str) -> Source | None:
    """A picture for a visitor who has chosen none: the first of the test set, else, without data, an example photo."""
    try:
        cached.pictures(run, "test", [0])
    except UserError:
        return _example_source(0)
    st.query_params["picture"] = "test-0"
    return current(run)


# --- choosing: these are callbacks ----------------------------------------------------------------


def _chosen() -> None:
    """After any choice: the menu closes, and the class asked about is again the predicted one."""
    st.session_state[MENU] = False
    st.query_params.pop("class", None)


def take_test(index: int) -> None:
    """Ask about a picture of the test set."""
    st.query_params["picture"] = f"test-{index}"
    _chosen()


def take_photo(source: Source) -> None:
    """Ask about a photo; the one before is kept until this one was read."""
    st.session_state["explain.before"] = (st.query_params.get("picture"), st.session_state.get(PHOTO))
    st.session_state[PHOTO] = source
    st.query_params.pop("picture", None)
    _chosen()


def give_back() -> None:
    """A photo that could not be read is not kept: back to what there was."""
    picture, photo = st.session_state.pop("explain.before", (None, None))
    st.session_state[PHOTO] = photo
    if picture:
        st.query_params["picture"] = picture
    st.session_state["explain.uploads"] = _uploads() + 1  # an empty uploader


def keep() -> None:
    """The photo was read: the one before it is let go."""
    st.session_state.pop("explain.before", None)


def _uploads() -> int:
    return int(st.session_state.get("explain.uploads", 0))


def _uploaded(key: str) -> None:
    file = st.session_state[key]
    if file is not None:
        data = uploads.take(file)
        take_photo(Source(sha256(data), plain(file.name, 80) or "photo", data, "Your photo", private=True))
        st.session_state["explain.uploads"] = _uploads() + 1


def _typed(key: str) -> None:
    if st.session_state[key] is not None:
        take_test(int(st.session_state[key]))


def _turn(by: int) -> None:
    st.session_state["explain.first"] = st.session_state.get("explain.first", 0) + by


# --- what is drawn --------------------------------------------------------------------------------


def chooser(run: str, place: str, size: int) -> None:
    """A photo or a test picture, where there are any; `place` makes the widgets of page and menu different ones."""
    if not cached.counts(run):
        _photos(place)
        return
    kind = st.segmented_control(
        "Which picture",
        KINDS,
        default=KINDS[1] if isinstance(st.session_state.get(PHOTO), Source) else KINDS[0],
        required=True,
        key=f"explain.kind.{place}",
        label_visibility="collapsed",
    )
    if kind == "Photo":
        _photos(place)
    else:
        _tests(run, place, size)


def _photos(place: str) -> None:
    key = f"explain.upload.{place}.{_uploads()}"
    st.file_uploader(
        "Drop a photo here, or choose a file",
        key=key,
        on_change=_uploaded,
        args=(key,),
        max_upload_size=MAX_BYTES // 2**20,
        help="PNG, JPEG, WebP, GIF, BMP or TIFF. It stays in this computer's memory until you close the page.",
    )
    st.caption("Or try one of these")
    thumbs = [Thumb(f"Explain the photo of a {one.shows}", one.shows) for one in EXAMPLES]
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
        take_photo(_example_source(picked))


def _example_source(number: int) -> Source:
    one = EXAMPLES[number]
    return Source(f"example-{one.file}", one.file, example_bytes(one), f"A {one.shows}")


def _tests(run: str, place: str, size: int) -> None:
    count = cached.counts(run)["test"]
    pages = -(-count // SHOWN)
    page = st.session_state.get("explain.first", 0) % max(1, pages)
    indices = tuple(range(page * SHOWN, min(count, (page + 1) * SHOWN)))
    sheet, targets = cached.picture_sheet(run, "test", indices, most=96)
    names = cached.classes(run)
    thumbs = [
        Thumb(f"Explain test picture {index}: {plain(names[target], 60)}", plain(names[target], 12))
        for index, target in zip(indices, targets, strict=True)
    ]
    key = f"explain.tests.{place}.{run}.{page}"
    gallery(
        key,
        sheet,
        thumbs,
        label="Test pictures with their classes",
        size=size,
        dark=shell.dark(),
        on_pick=lambda: _picked(key, indices),
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _by_number(place, count)
        if pages > 1:
            st.space("stretch")
            _turn_pages(place, f"{indices[0]:,} to {indices[-1]:,} of {count:,}")


def _by_number(place: str, count: int) -> None:
    key = f"explain.number.{place}"
    st.number_input(
        f"Or by its number, 0 to {count - 1:,}",
        0,
        count - 1,
        value=None,
        step=1,
        key=key,
        on_change=_typed,
        args=(key,),
        width=220,
        placeholder="number",
    )


def _turn_pages(place: str, where: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        st.button("Earlier", key=f"explain.back.{place}", type="tertiary", on_click=_turn, args=(-1,))
        st.markdown(f":gray[{where}]", width="content")
        st.button("More", key=f"explain.more.{place}", type="tertiary", on_click=_turn, args=(1,))


def _picked(key: str, indices: tuple[int, ...]) -> None:
    picked = st.session_state[key]["pick"]
    if picked is not None:
        take_test(indices[picked])
