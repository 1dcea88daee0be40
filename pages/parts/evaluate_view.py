"""What the Evaluate page shows beside matrix and pictures: four numbers, the classes, their means, how sure it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from cnn_core.figures.sureness import sureness_figure
from pages.parts import roc_view, saving, shell
from pages.parts.cases_view import SPLIT
from pages.parts.words import NOTHING, md, number, percent, table_text

Report = dict[str, Any]
Sureness = tuple[list[float] | None, list[float] | None]  # of the right pictures, of the wrong ones


def headline(report: Report) -> None:
    """The finding in large type, then interval, baseline, mistakes, hardest class."""
    if not report["n"]:
        st.header("There are no test pictures", anchor=False)
        return
    st.header(f"Right {percent(report['accuracy'])} of the time", anchor=False)
    right = round(report["accuracy"] * report["n"])
    base = report["baseline"]
    with st.grid(4, min_column_width=140):
        st.metric(
            "With 95% confidence", _interval(report["accuracy_interval"]), help=_interval_help(report["n"], right)
        )
        st.metric(
            f"Always saying “{md(base['class'], 16)}”",
            percent(base["accuracy"]),
            help="The baseline: what the most frequent class alone would get. A network has to beat it.",
        )
        st.metric("Mistakes", f"{report['n'] - right:,} of {report['n']:,}")
        st.metric(
            "Hardest class",
            _hardest(report["per_class"]),
            help="The class that is found least often; in brackets, how often (its recall).",
        )


def _interval(ends: Sequence[float]) -> str:
    return f"{100 * ends[0]:.1f} to {100 * ends[1]:.1f}%"


def _interval_help(count: int, right: int) -> str:
    return (
        f"{right:,} of {count:,} were right. Chance moves that number a little: true rates in this range would give it "
        "95 times of 100 (Wilson's interval)."
    )


def _hardest(rows: list[dict[str, Any]]) -> str:
    """The class with the lowest recall, the first on a tie; a dash where all are found."""
    known = [row for row in rows if row["recall"] is not None]
    worst = min(known, key=lambda row: row["recall"], default=None)
    if worst is None or worst["recall"] == 1:
        return NOTHING
    return f"{md(worst['class'], 14)} ({percent(worst['recall'])})"


def by_class(report: Report, run: str = "") -> None:
    """Precision, recall, F1 and number of pictures by class, beside the ROC curves of the run that is named."""
    left, right = st.columns([11, 9], gap="large")
    with left:
        frame = _class_frame(report["per_class"])
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader("Class by class", anchor=False, width="content")
            st.space("stretch")
            saving.button("As CSV", lambda: saving.csv(frame), f"{run}-{SPLIT}-classes.csv", "evaluate.classes.csv")
        _class_table(frame)
    with right:
        if run:
            roc_view.roc(run)


def all_alike(report: Report, run: str = "", sure: Sureness | None = None) -> None:
    """The means over the classes, beside how sure it was."""
    left, right = st.columns([11, 9], gap="large")
    with left:
        if sure is not None:
            _sureness(run, *sure)
    with right:
        st.subheader("All classes alike", anchor=False)
        with st.grid(2, min_column_width=140):
            st.metric(
                "Balanced accuracy",
                percent(report["balanced_accuracy"]),
                help="The mean recall: every class counts the same, however many pictures it has.",
            )
            st.metric("Macro F1", _three(report["macro_f1"]), help="The mean F1 over the classes; 1 is perfect.")
            st.metric(
                "Mean AUC",
                _four(report["auc_macro"]),
                help="How well each class is told from the rest, whatever the threshold; 0.5 is chance, 1 perfect.",
            )
            st.metric(
                "Log loss",
                number(report["log_loss"]),
                help=f"The mean surprise at the true class; guessing evenly among {len(report['classes'])} "
                f"classes costs {np.log(max(1, len(report['classes']))):.2f}.",
            )


def _sureness(run: str, right: list[float] | None, wrong: list[float] | None) -> None:
    """A still figure: was it less sure where it was wrong?"""
    st.subheader("How sure it was", anchor=False)
    figure = sureness_figure(right, wrong, shell.theme())
    st.plotly_chart(figure, key="evaluate.sure", theme=None, config=saving.still(f"{run}-{SPLIT}-sure"))
    st.caption("The probability of the class it said. Teal: of all it got right. Orange: of all it got wrong.")


def _class_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "class": [table_text(row["class"]) for row in rows],
            "precision": [_hundred(row["precision"]) for row in rows],
            "recall": [_hundred(row["recall"]) for row in rows],
            "F1": [row["f1"] for row in rows],
            "AUC": [row["auc"] for row in rows],
            "pictures": [row["support"] for row in rows],
        }
    ).astype({"precision": float, "recall": float, "F1": float, "AUC": float})


def _class_table(frame: pd.DataFrame) -> None:
    column = st.column_config
    st.dataframe(
        frame,
        hide_index=True,
        height="content" if len(frame) <= 12 else 35 * 13 + 3,
        placeholder=NOTHING,
        key="evaluate.classes",
        column_config={
            "precision": column.NumberColumn(format="%.1f%%", help="Of those it called so, how many were."),
            "recall": column.ProgressColumn(
                format="%.1f%%", min_value=0, max_value=100, help="Of those that were, how many it found."
            ),
            "F1": column.NumberColumn(format="%.3f", help="The harmonic mean of precision and recall."),
            "AUC": column.NumberColumn(format="%.4f", help="This class against the rest; 0.5 is chance."),
            "pictures": column.NumberColumn(format="localized", help="Test pictures of this class."),
        },
    )


def _hundred(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _three(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3f}"


def _four(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.4f}"
