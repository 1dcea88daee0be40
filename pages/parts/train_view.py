"""What the Train page shows beside its form: the pictures before and after, the cost, the layers, the learning rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from cnn_core import actions
from cnn_core.base.errors import UserError
from cnn_core.base.shelf import Shelf
from cnn_core.data.sets import SHELF as DATASETS
from cnn_core.experiment import Choice, Experiment, data_facts, facts
from cnn_core.figures.films import laid
from cnn_core.figures.overlay import Pixels, enlarged, png, squared
from cnn_core.figures.schedule import lr_chart
from pages.parts import form, setup, shell, time_view
from pages.parts.words import NOTHING, md, number, plain, thing

SHOWN_ROWS = 12  # of the layer table; more scroll inside it
_SCALES = {"standard": "mean 0 and std 1", "unit": "0 to 1", "symmetric": "−1 to 1"}


@dataclass(frozen=True)
class Shown:
    """A picture of the preview: a PNG and two short lines."""

    png: bytes
    title: str
    range: str


@st.cache_data(max_entries=128, show_spinner=False)
def plan(key: str, _experiment: Experiment) -> actions.Plan:
    """What the core says of an experiment; `key` is its JSON. UserError where it cannot be built."""
    return actions.plan(_experiment)


@st.cache_data(max_entries=64, show_spinner=False)
def _preview(key: str, index: int, _experiment: Experiment) -> tuple[list[Shown], str]:
    found = actions.preview(_experiment, index)
    rows = (
        ("As stored", found.stored, found.stored_range),
        ("What it gets", found.seen, found.seen_range),
        ("Augmented", found.augmented, found.augmented_range),
    )
    frames = data_facts(_experiment.data).frames
    shown = [
        (_square(laid(picture[None], frames)[0]), title, _range(ends))
        for title, picture, ends in rows
        if picture is not None
    ]
    return [Shown(*one) for one in shown], str(found.target)


def _square(picture: Pixels) -> bytes:
    return png(squared(enlarged(picture, 320), 320, 10))


def _range(ends: tuple[float, float]) -> str:
    """`0 to 255`, `−0.42 to 2.82`."""
    return " to ".join(f"{end:.2f}".rstrip("0").rstrip(".").replace("-", "−") for end in ends)


def draw_preview(experiment: Experiment, seed: int) -> None:
    """One training picture as stored, as the network gets it, and augmented; another on request."""
    if actions.missing(experiment.data):
        st.caption("The pictures appear here once the data set is on this computer.")
        return
    count, called = data_facts(experiment.data).splits["train"], thing(experiment.task)
    index = st.session_state.get("train.index", 0) % count
    experiment = experiment.model_copy(update={"train": experiment.train.model_copy(update={"seed": seed})})
    key = experiment.model_dump_json(include={"data", "preprocessing", "augmentation"}) + str(seed)
    try:
        with st.spinner("Reading the pictures …", show_time=False):
            pictures, target = _preview(key, index, experiment)
    except UserError as error:
        shell.problem(str(error))
        return
    with st.grid(3, min_column_width=80):
        for one in pictures:
            with st.container(gap="xsmall"):
                st.image(one.png, width="stretch", alt=f"{one.title}: a training {called} of class {plain(target, 60)}")
                st.caption(f"{one.title}  \n{one.range}")
        if len(pictures) < 3:
            st.caption(f"Augmentation is off: every epoch sees the same {called}s.")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"Training {called} {index + 1:,} of {count:,}, class {md(target, 60)}", width="content")
        st.button("Another", key="train.another", type="tertiary", icon=":material/shuffle:", on_click=_another)


def _another() -> None:
    st.session_state["train.index"] = st.session_state.get("train.index", 0) + 1


def draw_plan(found: actions.Plan | None, experiment: Experiment | None, theme: str, lacking: bool = False) -> None:
    """The right column: four numbers, the layer table, the learning rate. Without a plan the numbers are dashes.

    lacking: the pictures are not on this computer.
    """
    anatomy = found.anatomy if found else {}
    field = anatomy.get("receptive_field")
    shape = found.input_shape if found else (0, 0, 0)
    pictures = data_facts(experiment.data).splits["train"] if experiment else 0
    called = thing(experiment.task if experiment else "")
    with st.grid(2, min_column_width=140):
        st.metric(
            "Parameters",
            number(anatomy.get("parameters")),
            help=f"Numbers that are learned, from {pictures:,} {called}s." if found else None,
        )
        st.metric(
            "Multiply-adds",
            number(anatomy.get("multiply_adds")),
            help=f"To look at one {called} of {shape[2]} × {shape[1]} once (convolutions and dense layers)."
            if found
            else None,
        )
        st.metric(
            "Receptive field",
            f"{field} × {field}" if field else NOTHING,
            help=_field_help(field, shape) if found else None,
        )
        with st.container(gap=None):
            time_view.draw(experiment if found else None, lacking)
    if found is None or experiment is None:
        st.caption("Numbers, layers and the learning rate appear as soon as the settings fit together.")
        return
    st.caption(_steps(found.steps_per_epoch, experiment))
    draw_layers(anatomy["layers"])
    st.subheader("Learning rate", anchor=False)
    st.altair_chart(lr_chart(found.lr, experiment.train.epochs, theme), key="train.lr", theme=None)


def _field_help(field: int | None, shape: tuple[int, int, int]) -> str | None:
    if not field:
        return "This network has no convolution: every unit sees the whole picture at once."
    whole = "more than the whole picture" if field > max(shape[1:]) else f"the picture has {shape[2]} × {shape[1]}"
    return f"Pixels that one number of the last convolution depends on; {whole}."


def _steps(steps: int, experiment: Experiment) -> str:
    """`1,257 pictures in batches of 32: 40 steps an epoch, 400 in all.`"""
    train, pictures = experiment.train, data_facts(experiment.data).splits["train"]
    said = f"{pictures:,} {thing(experiment.task)}s in batches of {train.batch_size:,}: {steps:,} steps an epoch"
    return f"{said}, {steps * train.epochs:,} in all."


def _end_of(name: str, most: int = 11) -> str:
    """A layer's name as far as its column is wide, by its end, which tells layers apart: `…layers.0`."""
    short = name
    while len(short) > most and "." in short:
        short = short.partition(".")[2]
    return short if short == name else f"…{short}"


def draw_layers(layers: list[dict[str, Any]]) -> None:
    """The layer table; long ones scroll inside."""
    rows = pd.DataFrame(
        {
            "layer": [_end_of(one["name"]) for one in layers],
            "kind": [one["type"].removeprefix("Adaptive").removesuffix("2d") for one in layers],
            "output": [" × ".join(map(str, one["output_shape"])) for one in layers],
            "params": [one["parameters"] for one in layers],
            "mult-adds": [one["multiply_adds"] for one in layers],
            "sees px": pd.array([one["receptive_field"] for one in layers], dtype="Int64"),
        }
    )
    columns = st.column_config
    st.dataframe(
        rows,
        hide_index=True,
        height="content" if len(rows) <= SHOWN_ROWS else 35 * (SHOWN_ROWS + 1) + 3,
        placeholder=NOTHING,
        key="train.layers",
        column_config={
            "layer": columns.TextColumn(width=78),
            "kind": columns.TextColumn(width=80),
            "output": columns.TextColumn(width=84),
            "params": columns.NumberColumn(format="localized", width=58, help="Numbers that are learned."),
            "mult-adds": columns.NumberColumn(format="compact", width=68, help="Multiply-adds for one picture."),
            "sees px": columns.NumberColumn(width=56, help="Receptive field: side of what one number depends on."),
        },
    )


# --- labels of the expanders: they say what is set, so that nobody has to open one ------------------------------


def pictures_label(experiment: Experiment | None, scale: str) -> str:
    """`Pictures · 28 × 28 grey, mean 0 and std 1`."""
    how = _SCALES.get(scale, scale)
    if experiment is None:
        return f"Pictures · {how}"
    known = facts(experiment)
    channels, height, width = known.input_shape
    colour = "grey" if channels == known.frames else "colour"
    of = f"{known.frames} frames of " if known.frames > 1 else ""
    return f"{thing(experiment.task).capitalize()}s · {of}{width} × {height} {colour}, {how}"


def entry_words(name: str, shelf: Shelf[Any]) -> str:
    """`adamw, weight decay 0.01`."""
    said = form.summary(shelf.load(name).options, setup.values(name, shelf))
    return f"{name}, {said}" if said else name


def data_label(name: str) -> str:
    """`Data set · 1,257 to learn from, 180 to check, 360 to test`."""
    try:
        splits = data_facts(Choice(name=name, options=setup.values(name, DATASETS))).splits
    except UserError:
        return f"Data set · {name}"
    return f"Data set · {splits['train']:,} to learn from, {splits['val']:,} to check, {splits['test']:,} to test"


def stopping_label(values: dict[str, Any]) -> str:
    """`Stopping and hardware · no early stop, device auto, precision auto`."""
    patience = values["patience"]
    stop = f"stop after {patience} epochs without gain" if patience else "no early stop"
    return f"Stopping and hardware · {stop}, device {values['device']}, precision {values['precision']}"
