"""Segmentation on Evaluate and Explain: how well masks fit, masks over pictures, the colours of the classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from cnn_core import actions
from cnn_core.base.errors import UserError
from cnn_core.evaluation.segmentation import HALF, borders
from cnn_core.figures.masks import mask_colors, masked
from cnn_core.figures.overlay import enlarged, overlay, png, squared
from cnn_core.figures.sheet import Sheet, sheet
from pages.parts import cached, choose_picture, pictured, saving, shell
from pages.parts.gallery import Thumb, gallery
from pages.parts.words import NOTHING, md, number, percent, plain, table_text

if TYPE_CHECKING:
    from cnn_core.runs.loaded import Run

SHOWN = 24  # pictures in the gallery
SPLIT = "test"
Report = dict[str, Any]


def evaluation(run: str, report: Report) -> None:
    """The figures of a split, the pictures from the worst on, and the classes."""
    st.header(f"Masks overlap the truth by {percent(report['mean_iou'])}", anchor=False)
    with st.grid(4, min_column_width=140):
        st.metric(
            "Pixels right",
            percent(report["pixel_accuracy"]),
            help=f"Always saying “background” would get {percent(report['baseline'])}: the overlap (IoU) says more.",
        )
        st.metric(
            "Right at borders", percent(report["border_accuracy"]), help="Pixels beside one that has another class."
        )
        st.metric("Right elsewhere", percent(report["inside_accuracy"]))
        missed = sum(one < HALF for one in report["overlaps"])
        st.metric(
            "Figures missed", f"{missed:,} of {report['n']:,}", help="Less than half of the figure with its class."
        )
    st.space("small")
    _pictures(run, report)
    st.space("small")
    _classes(run, report)


def legend(classes: Sequence[str], shares: Sequence[float] | None = None) -> None:
    """A coloured square for each class but the background, with its share of the pixels where that is known."""
    colors = (255 * mask_colors(len(classes) - 1)).round().astype(int)
    with st.container(horizontal=True, gap="small"):
        for at, name in enumerate(classes):
            if at == 0 or (shares is not None and not shares[at]):
                continue
            said = "" if shares is None else f" {shares[at]:.1%}"
            red, green, blue = colors[at]
            st.html(
                f'<span style="display:inline-block;width:.8em;height:.8em;border-radius:3px;'
                f'background:rgb({red},{green},{blue})"></span>',
                width="content",
            )
            st.caption(md(plain(name, 40)) + said, width="content")


def _pictures(run: str, report: Report) -> None:
    overlaps = np.array(report["overlaps"])
    with st.container(horizontal=True, vertical_alignment="center"):
        which = st.segmented_control(
            "Pictures",
            ["Worst", "Best"],
            default="Worst",
            required=True,
            key="evaluate.masks.which",
            label_visibility="collapsed",
        )
        st.space("stretch")
        legend(report["classes"])
    order = np.argsort(overlaps if which == "Worst" else -overlaps, kind="stable")[:SHOWN]
    try:
        made = _sheet(run, actions.load_run(run).checkpoint_sha256, tuple(int(one) for one in order))
    except UserError as error:  # the data set has gone; what was counted stands all the same
        shell.caution(str(error))
        return
    thumbs = [
        Thumb(f"Test picture {at}: overlap {overlaps[at]:.2f}. Look closer", f"{overlaps[at]:.2f}") for at in order
    ]
    label = "Test pictures with the mask that was said, the true border in white"
    picked = gallery(f"evaluate.masks.{run}.{which}", made, thumbs, label=label, size=86, dark=shell.dark())
    st.caption(
        "Colour: what it said. White line: the true border. The number is the overlap (IoU); a click looks closer."
    )
    if picked is not None:
        shell.explain_picture(run, SPLIT, int(order[picked]))


@st.cache_data(max_size="32MB", show_spinner=False)
def _sheet(run: str, weights: str, indices: tuple[int, ...]) -> Sheet:
    """Pictures with the said mask, the true border in white."""
    pictures, said, true = actions.said_and_true(run, SPLIT, indices)
    return sheet(np.stack([_both(*one) for one in zip(pictures, said, true, strict=True)]))


def _both(picture: Any, said: Any, true: Any) -> Any:
    side = max(96, *picture.shape[:2])
    times = max(1, side // max(picture.shape[:2]))
    found = np.array(masked(picture, said)).repeat(times, 0).repeat(times, 1)
    large = true.repeat(times, 0).repeat(times, 1)
    found[borders(large[None])[0] & (large > 0)] = 255
    return found


def _classes(run: str, report: Report) -> None:
    frame = pd.DataFrame(
        {
            "class": [table_text(row["class"]) for row in report["per_class"]],
            "IoU": [row["iou"] for row in report["per_class"]],
            "Dice": [row["dice"] for row in report["per_class"]],
            "precision": [row["precision"] for row in report["per_class"]],
            "recall": [row["recall"] for row in report["per_class"]],
            "pixels": [row["pixels"] for row in report["per_class"]],
        }
    ).astype({"IoU": float, "Dice": float, "precision": float, "recall": float})
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Class by class", anchor=False, width="content")
        st.space("stretch")
        saving.button("As CSV", lambda: saving.csv(frame), f"{run}-{SPLIT}-classes.csv", "evaluate.masks.csv")
    column = st.column_config
    share = {"format": "percent", "min_value": 0, "max_value": 1}
    st.dataframe(
        frame,
        hide_index=True,
        height="content",
        placeholder=NOTHING,
        key="evaluate.masks.classes",
        column_config={
            "IoU": column.ProgressColumn(help="Right pixels over those that are or were said to be of it.", **share),
            "Dice": column.NumberColumn(format="%.3f", help="2 IoU / (1 + IoU): the F1 of the pixels."),
            "precision": column.NumberColumn(format="percent", help="Of the pixels it called so, how many were."),
            "recall": column.NumberColumn(format="percent", help="Of the pixels that were, how many it found."),
            "pixels": column.NumberColumn(format="localized", help="True pixels of this class."),
        },
    )
    st.caption(
        f"Lone pixels, which differ from two neighbours that agree: {number(100 * report['lone_pixels'])}% "
        "(many of them are the trace of dilation with one rate for all layers)."
    )


# --- Explain: any picture --------------------------------------------------------------------------


def explain(run: str) -> None:
    """A picture and the mask that the network gives to it; the true one beside it where it is known."""
    try:
        source = pictured.current(run) or pictured.beginning(run)
        found = None if source is None or source.blank else _segmented(run, source)
    except UserError as error:
        shell.problem(str(error))
        source, found = None, None
    if source is None or found is None:
        choose_picture.chooser(run, "page", size=86)
        return
    shell.caution(found.notice)
    with st.container(horizontal=True, vertical_alignment="center"):
        best = int(np.argmax(found.shares[1:])) + 1
        said = f"{md(found.classes[best], 40)} on {percent(found.shares[best])} of the picture"
        st.header(said if found.shares[best] else "Nothing but background", anchor=False, width="content")
        st.space("stretch")
        menu = st.popover(
            "Change picture", type="primary", icon=":material/image:", key=pictured.MENU, on_change="rerun"
        )
        if menu.open:
            with menu, st.container(width=420):
                choose_picture.chooser(run, "menu", size=56)
    opacity = st.session_state.get("explain.mask.opacity", 80)
    with st.grid(4, min_column_width=140, gap="medium"):
        _shown(found.saw, "What it saw", source.title)
        _shown(masked(found.saw, found.labels, opacity / 100), "What it says of each pixel", "")
        if (true := _truth(run)) is not None:
            _shown(masked(found.saw, true, opacity / 100), "What is true", "")
        doubt = overlay(found.saw, 1 - found.sure, most=0.5)
        _shown(doubt, "Where it doubts", "Bright: the likeliest class has half of the chance, or less.")
    legend(found.classes, found.shares)
    st.slider("Strength of the colours", 0, 100, 80, key="explain.mask.opacity", format="%d%%", width=320)


def _shown(picture: Any, title: str, words: str) -> None:
    with st.container(gap="xsmall"):
        st.image(png(squared(enlarged(picture))), width="stretch", alt=title)
        st.caption(f"**{title}**  \n{md(words, 80)}")


def _truth(run: str) -> Any:
    asked = shell.asked_picture()
    if asked is None:
        return None
    return actions.said_and_true(cached.loaded(run), asked[0], [asked[1]])[2][0]


def _segmented(run: str, source: pictured.Source) -> actions.Segmented:
    asked = cached.loaded(run)
    how = _FOR_ONE if source.private else _FOR_ALL
    return how(run, asked.checkpoint_sha256, source.key, asked, source)


def _ask(run: str, weights: str, key: str, _run: Run, _source: pictured.Source) -> actions.Segmented:
    return actions.segment(_run, _source.data)


_FOR_ALL, _FOR_ONE = cached.of_pictures(_ask)
