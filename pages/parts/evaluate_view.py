"""What the Evaluate page shows: four numbers, the matrix with a cell's pictures, the surest mistakes, the classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from cnn_core import actions
from cnn_core.evaluation import cases
from cnn_core.figures.matrix import SELECTION, Counts, Unit, cell_sentence, largest_mistake, matrix_chart
from cnn_core.figures.sureness import sureness_figure
from pages.parts import cached, shell
from pages.parts.gallery import Form, Thumb, gallery
from pages.parts.words import NOTHING, distinct, md, number, percent, plain, plural, table_text

if TYPE_CHECKING:
    from cnn_core.runs.loaded import Run

SPLIT = "test"
CELL_MOST = 30  # pictures shown of one cell
LINE_MOST = 24  # surest mistakes in one line
UNITS: dict[str, Unit] = {"Counts": "count", "% of row": "row", "% of column": "column"}
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


def matrix(run: str, report: Report) -> None:
    """The confusion matrix, and beside it the pictures of the chosen cell."""
    counts, classes = np.array(report["confusion_matrix"], dtype=np.int64), report["classes"]
    chosen = chosen_cell(run, counts)
    left, right = st.columns([11, 9], gap="large")
    with left:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader("What it mixes up", anchor=False, width="content")
            st.space("stretch")
            unit = st.segmented_control(
                "Show", list(UNITS), default="Counts", required=True, key="evaluate.unit", label_visibility="collapsed"
            )
        key = f"evaluate.matrix.{run}.{st.session_state.get(f'evaluate.typed.{run}', 0)}"
        st.altair_chart(
            _chart(report["confusion_matrix"], _cells(classes), chosen, shell.theme(), UNITS[unit or "Counts"]),
            key=key,
            theme=None,
            on_select=lambda: _clicked(run, key),
            selection_mode=SELECTION,
            alt=f"Confusion matrix of {len(classes)} classes: rows are what it was, columns what it said.",
        )
        st.caption("Teal: right. Orange: mixed up. Click a cell to see its pictures.")
    with right:
        _cell(run, counts, classes, chosen)


def _cells(classes: Sequence[str]) -> tuple[str, ...]:
    return tuple(table_text(name) for name in classes)  # a chart's data can be saved as a table


@st.cache_resource(max_entries=64, show_spinner=False)  # building a chart takes as long as the rest of a rerun
def _chart(
    counts: list[list[int]], classes: tuple[str, ...], cell: tuple[int, int], theme: str, unit: Unit
) -> alt.LayerChart:
    return matrix_chart(np.array(counts, dtype=np.int64), classes, cell, theme, unit)


def chosen_cell(run: str, counts: Counts) -> tuple[int, int]:
    """(true, predicted) of the cell to show: the one last chosen, at first the largest mistake."""
    true, pred = st.session_state.get(f"evaluate.cell.{run}") or largest_mistake(counts)
    return (true, pred) if max(true, pred) < len(counts) else largest_mistake(counts)


def _clicked(run: str, key: str) -> None:
    points = st.session_state[key]["selection"].get(SELECTION) or []
    if points:
        st.session_state[f"evaluate.cell.{run}"] = (int(points[0]["true"]), int(points[0]["pred"]))


def _typed(run: str, keys: tuple[str, str]) -> None:
    """A cell chosen in the boxes; the chart then starts anew, without the click it may remember."""
    st.session_state[f"evaluate.cell.{run}"] = tuple(st.session_state[key] for key in keys)
    st.session_state[f"evaluate.typed.{run}"] = st.session_state.get(f"evaluate.typed.{run}", 0) + 1


def _cell(run: str, counts: Counts, classes: Sequence[str], cell: tuple[int, int]) -> None:
    keys, names = (f"evaluate.true.{run}", f"evaluate.pred.{run}"), distinct(classes, 40)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(md(cell_sentence(counts, classes, *cell)), anchor=False, width="content")
        st.space("stretch")
        with st.container(horizontal=True, width="content"):
            for key, value, label in zip(keys, cell, ("It was", "It said"), strict=True):
                st.session_state[key] = value
                st.selectbox(
                    label,
                    range(len(classes)),
                    format_func=lambda index: names[index],
                    key=key,
                    on_change=_typed,
                    args=(run, keys),
                    label_visibility="collapsed",
                    width=84 if max(map(len, names)) < 4 else 140,
                )
    found = of_cell(run, *cell)
    if not found:
        st.caption("No picture is in this cell.")
        return
    show_cases(f"evaluate.cell_pictures.{run}", run, found[:CELL_MOST], classes, sure=True)
    rest = f" The first {CELL_MOST} of {len(found):,}." if len(found) > CELL_MOST else ""
    st.caption(f"Surest first.{rest} Click a picture to see why.")


def of_cell(run: str, true: int, pred: int) -> list[cases.Case]:
    """The pictures of one cell, the surest first."""
    asked = actions.load_run(run)
    return _of_cell(run, asked.checkpoint_sha256, true, pred, asked)


@st.cache_resource(max_entries=32, show_spinner=False)
def _of_cell(run: str, weights: str, true: int, pred: int, _run: Run) -> list[cases.Case]:
    found = _run.predictions(SPLIT)
    return cases.mixed_up(found.logits, found.targets, true, pred)


def show_cases(
    key: str, run: str, found: Sequence[cases.Case], classes: Sequence[str], *, sure: bool, form: Form = "grid"
) -> None:
    """Test pictures as a gallery; a click explains one. The caption says how sure, or what was said."""
    sheet, _ = cached.picture_sheet(run, SPLIT, tuple(one.index for one in found), most=96)
    long, short = [plain(name, 60) for name in classes], [plain(name, 12) for name in classes]
    thumbs = [
        Thumb(
            f"Test picture {one.index}: it was {long[one.target]}, it said {long[one.said]}, "
            f"{_sure(one.probability)}. Why?",
            _sure(one.probability) if sure else f"{short[one.target]}, said {short[one.said]}",
        )
        for one in found
    ]
    size = 66 if form == "line" else 76
    label = f"{plural(len(found), 'test picture')}, the surest first"
    picked = gallery(key, sheet, thumbs, label=label, form=form, size=size, dark=shell.dark())
    if picked is not None:
        shell.explain_picture(run, SPLIT, found[picked].index)


def _sure(probability: float) -> str:
    """`80% sure`; never 100% while there was some doubt."""
    return f"{min(99, round(100 * probability)) if probability < 1 else 100}% sure"


def surest(run: str, classes: Sequence[str]) -> None:
    """One line of the mistakes it was surest of."""
    wrong, _ = cached.hard_cases(run)
    if not wrong:
        return
    st.space("small")
    st.subheader("Surest mistakes", anchor=False)
    show_cases(f"evaluate.surest.{run}", run, wrong[:LINE_MOST], classes, sure=False, form="line")


def by_class(report: Report, sure: Sureness | None = None) -> None:
    """Precision, recall, F1 and number of pictures by class, beside the means over the classes and how sure it was."""
    left, right = st.columns([11, 9], gap="large")
    with left:
        st.subheader("Class by class", anchor=False)
        _class_table(report["per_class"])
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
        if sure is not None:
            _sureness(*sure)


def _sureness(right: list[float] | None, wrong: list[float] | None) -> None:
    """A still figure: was it less sure where it was wrong?"""
    st.space("small")
    st.subheader("How sure it was", anchor=False)
    figure = sureness_figure(right, wrong, shell.theme())
    st.plotly_chart(figure, key="evaluate.sure", theme=None, config={"staticPlot": True})
    st.caption("The probability of the class it said. Teal: of all it got right. Orange: of all it got wrong.")


def _class_table(rows: list[dict[str, Any]]) -> None:
    frame = pd.DataFrame(
        {
            "class": [table_text(row["class"]) for row in rows],
            "precision": [_hundred(row["precision"]) for row in rows],
            "recall": [_hundred(row["recall"]) for row in rows],
            "F1": [row["f1"] for row in rows],
            "AUC": [row["auc"] for row in rows],
            "pictures": [row["support"] for row in rows],
        }
    ).astype({"precision": float, "recall": float, "F1": float, "AUC": float})
    column = st.column_config
    st.dataframe(
        frame,
        hide_index=True,
        height="content" if len(rows) <= 12 else 35 * 13 + 3,
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
