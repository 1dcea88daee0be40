"""ROC curves on Evaluate: a few classes in front of all others, the corner or all of it, and the points as a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from cnn_core import actions
from cnn_core.evaluation.curves import Roc, RocCurves, thinned
from cnn_core.evaluation.curves import roc as curves_of
from cnn_core.figures.roc import DASHES, Curve, roc_figure
from pages.parts import saving, shell
from pages.parts.words import NOTHING, distinct, md

if TYPE_CHECKING:
    from cnn_core.runs.loaded import Run

GOOD = 0.98  # a mean area above which the curves are all in the corner
GREY = 6000  # points of all grey curves together
MACRO, MICRO = -1, -2
MEANS = {MACRO: "All classes alike (macro)", MICRO: "All answers together (micro)"}
HELP = (
    "A class is told from the rest by its probability and a threshold. Up: the share of its pictures that are found. "
    "To the right: the share of the others that are taken for it. The area (AUC) is how often one of its pictures has "
    "a higher probability than one of the others; 0.5 is chance, 1 perfect."
)


def roc(run: str, split: str = "test") -> None:
    """The curves of a run's split, under a subheader of their own.

    Raises:
        UserError: the run cannot be read, or its predictions cannot be made.
    """
    found = curves(run, split)
    names = distinct([one.name for one in found.per_class], 40)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("ROC", anchor=False, width="content", help=HELP)
        st.space("stretch")
        defined = [index for index, one in enumerate(found.per_class) if one.auc is not None]
        if defined:
            part = st.segmented_control(
                "Show",
                ["Corner", "All"],
                default="Corner" if (found.macro.auc or 0) > GOOD else "All",
                required=True,
                key=f"roc.part.{run}",
                label_visibility="collapsed",
            )
    if not defined:
        st.caption("No class has both pictures of its own and others to compare with, so there is no curve to draw.")
        return
    chosen = st.multiselect(
        "In front",
        [*defined, *MEANS],
        default=[_hardest(found.per_class)],
        format_func=lambda index: MEANS.get(index) or names[index],
        max_selections=len(DASHES),
        key=f"roc.chosen.{run}",
        label_visibility="collapsed",
        placeholder="Choose classes",
    )
    st.plotly_chart(
        _figure(_key(run, split), tuple(chosen), part == "Corner", shell.theme(), found),
        key=f"roc.figure.{run}",
        theme=None,
        config=saving.still(f"{run}-{split}-roc"),
        alt=_alt(found, chosen, names),
    )
    st.caption(_caption(found, chosen, names, chance=part == "All"))
    _download(run, split, found)


def curves(run: str, split: str = "test") -> RocCurves:
    """The curves, made once for each set of weights."""
    asked = actions.load_run(run)
    return _curves(run, asked.checkpoint_sha256, split, asked)


def _key(run: str, split: str) -> tuple[str, str, str]:
    return run, actions.load_run(run).checkpoint_sha256, split


@st.cache_data(max_size="16MB", show_spinner=False)
def _curves(run: str, weights: str, split: str, _run: Run) -> RocCurves:
    stored = _run.predictions(split)
    return curves_of(stored.logits, stored.targets, _run.classes)


@st.cache_data(max_size="16MB", show_spinner=False)
def _figure(
    key: tuple[str, str, str], chosen: tuple[int, ...], corner: bool, theme: str, _found: RocCurves
) -> go.Figure:
    most = max(24, GREY // len(_found.per_class))
    front = [_curve(_found, index) for index in chosen]
    others = [
        Curve(one.name, *thinned(one.fpr, one.tpr, most), index)
        for index, one in enumerate(_found.per_class)
        if index not in chosen and one.auc is not None
    ]
    return roc_figure(front, others, theme, corner=corner)


def _one(found: RocCurves, index: int) -> Roc:
    return {MACRO: found.macro, MICRO: found.micro}.get(index) or found.per_class[index]


def _curve(found: RocCurves, index: int) -> Curve:
    one = _one(found, index)
    return Curve(MEANS.get(index, one.name), one.fpr, one.tpr, index if index >= 0 else None)


def _hardest(rows: Sequence[Roc]) -> int:
    """The class with the smallest area, the first on a tie."""
    return min((row.auc, index) for index, row in enumerate(rows) if row.auc is not None)[1]


def _auc(one: Roc) -> str:
    return NOTHING if one.auc is None else f"{one.auc:.4f}"


def _said(found: RocCurves, chosen: Sequence[int], names: Sequence[str]) -> list[str]:
    return [f"{MEANS.get(index) or names[index]}: AUC {_auc(_one(found, index))}." for index in chosen]


def _caption(found: RocCurves, chosen: Sequence[int], names: Sequence[str], *, chance: bool) -> str:
    undefined = sum(one.auc is None for one in found.per_class)
    left_out = (
        f" {undefined:,} of {len(names):,} classes have no curve: no pictures, or no others." if undefined else ""
    )
    said = md(" ".join(_said(found, chosen, names)))
    mean = f"Mean of all classes: {_auc(found.macro)}, all answers together: {_auc(found.micro)}."
    dotted = " Dotted: chance." if chance else ""  # it is far below the corner
    return f"{said} Grey: the other classes.{dotted} {mean}{left_out}".strip()


def _alt(found: RocCurves, chosen: Sequence[int], names: Sequence[str]) -> str:
    return " ".join(["ROC curves, each class against the rest.", *_said(found, chosen, names)])


def _download(run: str, split: str, found: RocCurves) -> None:
    saving.button(
        "The curves as CSV",
        lambda: _csv(found),
        f"{run}-{split}-roc.csv",
        f"roc.csv.{run}",
        "The picture as SVG: the camera over the chart.",
    )


def _csv(found: RocCurves) -> str:
    """A line a point: class, AUC, and both shares. An undefined curve has one line without numbers."""
    frames = [
        pd.DataFrame({"curve": name, "auc": one.auc, "others_taken": one.fpr, "found": one.tpr})
        if one.auc is not None
        else pd.DataFrame({"curve": [name], "auc": [None], "others_taken": [None], "found": [None]})
        for name, one in [
            *((one.name, one) for one in found.per_class),
            *((name, _one(found, index)) for index, name in MEANS.items()),
        ]
    ]
    return saving.csv(pd.concat(frames))
