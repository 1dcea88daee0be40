"""Which picture Explain and Features are about: one of the data (in the address bar), a visitor's photo (kept in the
session, never written to disk), or a drawing (in both, as strokes)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn_core import actions
from cnn_core.base.errors import UserError, shorten
from cnn_core.base.files import sha256
from cnn_core.pictures.drawing import Drawing, drawing_of, drawing_text, read_drawing
from cnn_core.pictures.examples import EXAMPLES, example_bytes
from pages.parts import cached, drawing, shell

PHOTO = "explain.photo"  # a photo (Source) or a Drawing
LAST = "explain.last"  # (run, its picture): what to come back to from other pages, which drop the address
DRAWN = "drawn"  # begins the address of a drawing
LONGEST = 3000  # letters of a drawing that an address may carry
MENU = "explain.change"  # whether the menu *Change picture* is open
SPLITS = {"test": "Test picture", "val": "Validation picture", "train": "Training picture"}


@dataclass(frozen=True, eq=False)
class Source:
    """A picture to ask about.

    key: changes with its content. name: as the visitor knows it. data: a file's bytes, or uint8 (H, W, C).
    truth: its class where that is known. title: what the page calls it. private: a visitor's own photo or drawing.
    drawing: the strokes of which `data` was made, for the network of this run.
    """

    key: str
    name: str
    data: bytes | NDArray[np.uint8]
    title: str
    truth: str = ""
    private: bool = False
    drawing: Drawing | None = None

    @property
    def blank(self) -> bool:
        """A sheet on which nothing was drawn yet: there is nothing to ask."""
        return self.drawing is not None and not self.drawing.strokes


def current(run: str) -> Source | None:
    """The picture that is asked about now, None where none is chosen.

    Raises:
        UserError: the address names a picture that is not there, or the data set cannot be read.
    """
    if shell.asked_picture() and not cached.counts(run):  # left over from a run that has test pictures
        st.query_params.pop("picture")
    if not st.query_params.get("picture"):
        _come_back(run)
    asked = shell.asked_picture()
    if asked is None:
        own = _own()
        return _drawn(run, own) if isinstance(own, Drawing) else own
    found = of_the_data(run, *asked)
    st.session_state[LAST] = (run, st.query_params["picture"])
    return found


def of_the_data(run: str, split: str, index: int) -> Source:
    """A picture of a split.

    Raises:
        UserError: there is none, or the data set cannot be read.
    """
    pictures, targets = cached.pictures(run, split, [index])
    return Source(
        key=f"{split}-{index}",
        name=f"{SPLITS[split]} {index:,}",
        data=pictures[0],
        title=f"{SPLITS[split]} {index:,}",
        truth=cached.truths(run)[int(targets[0])],
    )


def _come_back(run: str) -> None:
    """Other pages drop the address: the picture of the data that was looked at last is named in it again."""
    last = st.session_state.get(LAST)
    if last and last[0] == run and cached.counts(run):
        st.query_params["picture"] = last[1]
    elif isinstance(own := st.session_state.get(PHOTO), Drawing):
        _name_drawing(own)


def _own() -> Source | Drawing | None:
    """A visitor's photo, or a drawing: that of the address, else that of the session.

    Raises:
        UserError: the address names something else.
    """
    text = st.query_params.get("picture", "")
    if text == DRAWN or text.startswith(f"{DRAWN}-"):
        st.session_state[PHOTO] = read_drawing(text[len(DRAWN) + 1 :])
    elif text:
        raise UserError(f'The address asks for the picture "{shorten(text)}", but must name one as test-12.')
    own = st.session_state.get(PHOTO)
    return own if isinstance(own, Source | Drawing) else None


def _drawn(run: str, own: Drawing) -> Source:
    """A drawing as a picture for the network of a run."""
    data = actions.drawn(cached.experiment(run), own)
    return Source(sha256(data.tobytes()), "drawing", data, "Your drawing", private=True, drawing=own)


def beginning(run: str) -> Source | None:
    """A picture for a visitor who has chosen none: the first of the test set, else, without data, an example photo."""
    try:
        cached.pictures(run, "test", [0])
    except UserError:
        return example(0)
    st.query_params["picture"] = "test-0"
    return current(run)


# --- choosing: these are callbacks ----------------------------------------------------------------


def _chosen() -> None:
    """After any choice: the menu closes, and the class asked about is again the predicted one, alone."""
    st.session_state[MENU] = False
    st.query_params.pop("class", None)
    st.query_params.pop("against", None)


def take(split: str, index: int) -> None:
    """Ask about a picture of the data."""
    st.query_params["picture"] = f"{split}-{index}"
    _chosen()


def take_photo(source: Source) -> None:
    """Ask about a photo; the one before is kept until this one was read."""
    st.session_state["explain.before"] = (st.query_params.get("picture"), st.session_state.get(PHOTO))
    st.session_state[PHOTO] = source
    st.session_state.pop(LAST, None)
    st.query_params.pop("picture", None)
    _chosen()


def begin_drawing() -> None:
    """An empty sheet."""
    _take_drawing(Drawing())
    _chosen()


def draw_on() -> None:
    """The sheet that was left for a picture of the data, else an empty one."""
    own = st.session_state.get(PHOTO)
    _take_drawing(own if isinstance(own, Drawing) else Drawing())
    _chosen()


def take_strokes(strokes: object) -> None:
    """Ask about what the pad sent, once it was checked; the class asked about stays."""
    found = shell.attempt(drawing_of, strokes)
    if found is not None:
        drawing.remember_sent(found)
        _take_drawing(found)


def _take_drawing(own: Drawing) -> None:
    st.session_state[PHOTO] = own
    st.session_state.pop(LAST, None)
    _name_drawing(own)


def _name_drawing(own: Drawing) -> None:
    """Into the address bar, so that a link shows the same; one that is too long for it stays in the session."""
    text = drawing_text(own)
    if len(text) > LONGEST:
        st.query_params.pop("picture", None)
    else:
        st.query_params["picture"] = f"{DRAWN}-{text}" if text else DRAWN


def give_back() -> None:
    """A photo that could not be read is not kept: back to what there was."""
    picture, photo = st.session_state.pop("explain.before", (None, None))
    st.session_state[PHOTO] = photo
    if picture:
        st.query_params["picture"] = picture
    empty_uploader()


def keep() -> None:
    """The photo was read: the one before it is let go."""
    st.session_state.pop("explain.before", None)


def uploads() -> int:
    """How often an uploader was emptied: part of its key."""
    return int(st.session_state.get("explain.uploads", 0))


def empty_uploader() -> None:
    """The next uploader is a new one, without a file."""
    st.session_state["explain.uploads"] = uploads() + 1


def example(number: int) -> Source:
    """One of the photographs to try a network on."""
    one = EXAMPLES[number]
    return Source(f"example-{one.file}", one.file, example_bytes(one), f"A {one.shows}")
