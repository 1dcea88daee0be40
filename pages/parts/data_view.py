"""What the Data page shows of a set that is here: some of each class, its numbers, the mean of each class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from cnn_core import actions
from cnn_core.base.errors import UserError
from cnn_core.base.options import Options
from cnn_core.data.sets import SHELF
from cnn_core.experiment import GENERATION, options_of
from cnn_core.figures.counts import count_bars
from cnn_core.figures.films import laid as frames_laid
from cnn_core.figures.sheet import Sheet, sheet
from pages.parts import cached, shell
from pages.parts.gallery import Thumb, gallery
from pages.parts.words import md, percent, plain, table_text

SPLITS = {"train": "Training", "val": "Validation", "test": "Test"}
ONE_LINE = 24  # pictures of a class that are sent; as many are shown as fit into a line
CLASSES = 10  # lines at a time
BARS = 20  # classes up to which each has a bar
Info = dict[str, Any]

Row = tuple[list[int], Sheet | None]


# --- what is remembered: by the name of the set and where it was read from ---------------------------------------


@st.cache_data(max_entries=16, show_spinner=False)
def numbers(name: str, place: str) -> Info:
    """The set in numbers; see `actions.data`."""
    return actions.data(name)


@st.cache_resource(max_entries=16, show_spinner=False)
def _means(name: str, place: str) -> Sheet:
    return sheet(frames_laid(actions.mean_pictures(name), actions.about_data(name)["frames"]), most=96)


@st.cache_resource(max_entries=64, show_spinner=False)
def _rows(name: str, place: str, split: str, labels: tuple[int, ...], turn: int) -> list[Row]:
    frames = actions.about_data(name)["frames"]
    return [(some, _sheet(found, frames)) for some, found in actions.samples(name, split, labels, ONE_LINE, turn)]


def _sheet(pictures: NDArray[np.uint8], frames: int) -> Sheet | None:
    return sheet(frames_laid(pictures, frames), most=64) if len(pictures) else None


@st.cache_data(max_entries=64, show_spinner=False)
def _bars(names: tuple[str, ...], counts: tuple[int, ...], theme: str) -> dict[str, Any]:
    return count_bars(names, counts, theme).to_dict()


# --- what is drawn ------------------------------------------------------------------------------------------------


def samples(about: Info, found: Info, split: str) -> None:
    """A line of pictures for each class; a click asks a network that learned from them."""
    name, classes = about["name"], found["classes"]
    first = st.session_state.get("data.first", 0) % len(classes) // CLASSES * CLASSES
    labels = tuple(range(first, min(len(classes), first + CLASSES)))
    run = _asked(name)
    room = min(84, 14 + 8 * max(len(plain(classes[label], 24)) for label in labels))
    for label, (some, laid) in zip(labels, _shown(about, split, labels), strict=True):
        with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
            with st.container(width=room):
                st.markdown(f":small[{md(classes[label], 24)}]", text_alignment="right")
            with st.container(width="stretch"):
                _line(f"{name}.{label}", run, split, classes[label], some, laid)
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(classes) > CLASSES:
            _turn_pages(f"{labels[0] + 1} to {labels[-1] + 1} of {len(classes)} classes")
        st.caption(
            f"Click a {_thing(about)} to ask {md(shell.named(run))} about it."
            if run
            else f"Once a network has learned from them, a click on a {_thing(about)} asks it why."
        )


def _shown(about: Info, split: str, labels: tuple[int, ...]) -> list[Row]:
    return _rows(about["name"], about["path"], split, labels, st.session_state.get("data.turn", 0))


def _line(key: str, run: str | None, split: str, of: str, some: Sequence[int], laid: Sheet | None) -> None:
    if laid is None:
        st.caption("No pictures in this split.")
        return
    shown = plain(of, 60)
    thumbs = [Thumb(f"{SPLITS[split]} picture {index:,}: {shown}") for index in some]
    picked = gallery(
        f"data.line.{key}.{split}.{some[0]}.{run or ''}",
        laid,
        thumbs,
        label=f"{SPLITS[split]} pictures of {shown}",
        form="line",
        size=46,
        pick=run is not None,
        dark=shell.dark(),
    )
    if run and picked is not None:
        shell.explain_picture(run, split, some[picked])


def _asked(name: str) -> str | None:
    """The run that a click on a picture asks: one that learned from this set as it comes, the newest one."""
    usual = SHELF.load(name).options()
    return shell.newest(
        lambda one: (
            one["data"] == name
            and one["task"] != GENERATION  # it draws and answers nothing
            and bool(one["epochs"])
            and _taught(one["run"], usual)
        )
    )


def _taught(run: str, usual: Options) -> bool:
    """Whether a run learned from its data set with these options; what it has not stored is as usual."""
    try:
        data = cached.experiment(run).data
        return data is not None and options_of(SHELF, data) == usual
    except UserError:
        return False


def _thing(about: Info) -> str:
    return "film" if about["frames"] > 1 else "picture"


def _turn_pages(where: str) -> None:
    st.button("Earlier", key="data.back", type="tertiary", on_click=_turn, args=("data.first", -CLASSES))
    st.markdown(f":gray[{where}]", width="content")
    st.button("More", key="data.more", type="tertiary", on_click=_turn, args=("data.first", CLASSES))


def others_button() -> None:
    """Other pictures of the same classes."""
    st.button(
        "Others", key="data.others", type="tertiary", icon=":material/shuffle:", on_click=_turn, args=("data.turn", 1)
    )


def _turn(key: str, by: int) -> None:
    st.session_state[key] = st.session_state.get(key, 0) + by


def means(about: Info, found: Info) -> None:
    """The mean training picture of each class."""
    st.subheader("The mean of each class", anchor=False)
    names = [plain(name, 40) for name in found["classes"]]
    thumbs = [Thumb(f"The mean of all training pictures of {name}", name) for name in names]
    laid = _means(about["name"], about["path"])
    gallery(
        f"data.means.{about['name']}",
        laid,
        thumbs,
        label="The mean training picture of each class",
        size=56,
        pick=False,
        dark=shell.dark(),
    )
    st.caption(f"All training {_thing(about)}s of a class laid on top of each other: sharp where they agree.")


def facts(about: Info, found: Info | None) -> None:
    """Numbers in two columns; without `found` those that are known before the pictures are here."""
    channels, height, width = about["shape"]
    frames = about["frames"]
    counted = found["splits"] if found else about["splits"]
    rows = {
        f"{_thing(about).capitalize()}s": f"{sum(counted.values()):,}",
        "Classes": f"{len(about['classes']):,}",
        "Size": f"{width} × {height}, {'grey' if channels == frames else 'colour'}",
        **({"Frames": f"{frames} in each"} if frames > 1 else {}),
    }
    if found:
        rows |= {"Mean": _numbers(found["mean"]), "Standard deviation": _numbers(found["std"])}
    _two_columns({**rows, "Licence": md(about["licence"])})
    scale = f"Mean and deviation of the training {_thing(about)}s, on a scale from 0 to 1. " if found else ""
    drawn = about["source"].startswith("drawn ")  # here, by nobody
    st.caption(f"{scale}{'It is' if drawn else 'By'} {md(about['source'])}.")


def splits(counted: dict[str, int]) -> None:
    """How many pictures each split has."""
    st.subheader("Splits", anchor=False)
    _two_columns({word: f"{counted[name]:,}" for name, word in SPLITS.items()})


def by_class(about: Info, found: Info, split: str) -> None:
    """Pictures per class as bars, how uneven they are, and all counts as a table."""
    st.subheader(f"{SPLITS[split]} {_thing(about)}s per class", anchor=False)
    counts, names = found["counts"][split], found["classes"]
    if len(names) <= BARS:
        shown = tuple(plain(name, 40) for name in names)
        alt = ", ".join(f"{name}: {count:,}" for name, count in zip(shown, counts, strict=True))
        bars = _bars(shown, tuple(counts), shell.theme())
        st.vega_lite_chart(bars, key=f"data.bars.{about['name']}.{split}", theme=None, alt=alt)
    st.markdown(_uneven(names, counts, split))
    with st.expander("As a table", type="compact", key=f"data.table.{about['name']}"):
        _table(names, found["counts"])


def _uneven(names: Sequence[str], counts: Sequence[int], split: str) -> str:
    most, least, total = max(counts), min(counts), max(1, sum(counts))
    if most == least:
        first = f"{most:,} of each class."
    elif least and most / least < 1.05:
        first = "Nearly as many of each class."
    elif least:
        first = f"The largest class is {most / least:.1f} times the smallest."
    else:
        first = f"{counts.count(0)} of {len(names)} classes have no picture here."
    largest = md(names[counts.index(most)], 40)
    always = f"Always saying “{largest}” would be right {percent(most / total)} of the time"
    return f"{first} {always}{'' if split == 'train' else ' on these'}."


def _table(names: Sequence[str], counts: dict[str, list[int]]) -> None:
    rows = pd.DataFrame(
        {"class": [table_text(name) for name in names], **{word: counts[name] for name, word in SPLITS.items()}}
    )
    st.dataframe(rows, hide_index=True, height="content" if len(rows) <= BARS else 400, key="data.counts")


def _two_columns(rows: dict[str, str]) -> None:
    """Words left, values right, without lines."""
    with st.container(gap="xsmall"):
        for label, value in rows.items():
            with st.container(horizontal=True, gap="small", wrap=False):
                st.markdown(f":gray[{label}]", width="content")
                st.markdown(value, width="stretch", text_alignment="right")


def _numbers(values: Sequence[float]) -> str:
    digits = 4 if len(values) == 1 else 3
    return ", ".join(f"{value:.{digits}f}" for value in values)
