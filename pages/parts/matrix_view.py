"""The confusion matrix of the Evaluate page, with the pictures of one cell, which stands in the address: `cell=4-9`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from cnn_core import actions
from cnn_core.base.errors import shorten
from cnn_core.evaluation import cases
from cnn_core.figures.matrix import SELECTION, Counts, Unit, cell_sentence, largest_mistake, matrix_chart
from pages.parts import saving, shell
from pages.parts.cases_view import SPLIT, show_cases
from pages.parts.words import distinct, md, table_text, thing

if TYPE_CHECKING:
    from cnn_core.runs.loaded import Run

MOST = 30  # pictures shown of one cell
ADDRESS = re.compile(r"(\d{1,5})-(\d{1,5})", re.ASCII)
UNITS: dict[str, Unit] = {"Counts": "count", "% of row": "row", "% of column": "column"}
Cell = tuple[int, int]  # (true, predicted)


def matrix(run: str, report: dict[str, Any]) -> None:
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
        shown = UNITS[unit or "Counts"]
        key = f"evaluate.matrix.{run}.{st.session_state.get(f'evaluate.typed.{run}', 0)}"
        st.altair_chart(
            _chart(report["confusion_matrix"], _cells(classes), chosen, shell.theme(), shown),
            key=key,
            theme=None,
            on_select=lambda: _clicked(run, key),
            selection_mode=SELECTION,
            alt=f"Confusion matrix of {len(classes)} classes: rows are what it was, columns what it said.",
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(
                f"Teal: right. Orange: mixed up. Click a cell to see its {thing(report['task'])}s.", width="content"
            )
            st.space("stretch")
            _downloads(run, report, chosen, shown)
    with right:
        _pictures(run, counts, classes, chosen, thing(report["task"]))


def _cells(classes: Sequence[str]) -> tuple[str, ...]:
    return tuple(table_text(name) for name in classes)  # a chart's data can be saved as a table


@st.cache_resource(max_entries=64, show_spinner=False)  # building a chart takes as long as the rest of a rerun
def _chart(counts: list[list[int]], classes: tuple[str, ...], cell: Cell, theme: str, unit: Unit) -> alt.LayerChart:
    return matrix_chart(np.array(counts, dtype=np.int64), classes, cell, theme, unit)


def _downloads(run: str, report: dict[str, Any], cell: Cell, unit: Unit) -> None:
    counts, names = report["confusion_matrix"], _cells(report["classes"])
    name = f"{run}-{SPLIT}-matrix"
    with st.popover("Download", type="tertiary", icon=":material/download:"):
        saving.button("The matrix as CSV", lambda: _csv(counts, report["classes"]), f"{name}.csv", "evaluate.csv")
        saving.chart_buttons(
            "The matrix", lambda: _chart(counts, names, cell, "light", unit), f"{name}-{unit}", "evaluate.matrix"
        )


def _csv(counts: list[list[int]], classes: Sequence[str]) -> str:
    """A row a true class, a column a predicted one; always counts, from which the shares follow."""
    names = [table_text(name, 1000) for name in classes]
    frame = pd.DataFrame(counts, columns=pd.Index(names))
    frame.insert(0, "it was, it said", pd.Series(names, dtype=object), allow_duplicates=True)
    return saving.csv(frame)


# --- the chosen cell ------------------------------------------------------------------------------


def chosen_cell(run: str, counts: Counts) -> Cell:
    """The cell of the address bar, else the one last chosen, at first the largest mistake."""
    text = st.query_params.get("cell")
    asked = _read(text, len(counts)) if text is not None else None
    if text is not None and asked is None:
        st.query_params.pop("cell")
        if st.session_state.get("evaluate.run", run) == run:  # else it is left over from a run with more classes
            st.warning(
                f'From the address: cell is "{md(shorten(text), 60)}", but must be two numbers of classes '
                f"from 0 to {len(counts) - 1}, what it was and what it said, such as 1-0.",
                icon=":material/info:",
            )
    st.session_state["evaluate.run"] = run
    kept = asked or st.session_state.get(f"evaluate.cell.{run}")
    if kept is None or max(kept) >= len(counts):
        return largest_mistake(counts)
    _choose(run, kept)
    return int(kept[0]), int(kept[1])


def _read(text: str, classes: int) -> Cell | None:
    found = ADDRESS.fullmatch(text)
    cell = (int(found[1]), int(found[2])) if found else None
    return cell if cell and max(cell) < classes else None


def _choose(run: str, cell: Cell) -> None:
    st.session_state[f"evaluate.cell.{run}"] = cell
    st.query_params["cell"] = f"{cell[0]}-{cell[1]}"


def _clicked(run: str, key: str) -> None:
    points = st.session_state[key]["selection"].get(SELECTION) or []
    if points:
        _choose(run, (int(points[0]["true"]), int(points[0]["pred"])))


def _typed(run: str, keys: tuple[str, str]) -> None:
    """A cell chosen in the boxes; the chart then starts anew, without the click it may remember."""
    _choose(run, (st.session_state[keys[0]], st.session_state[keys[1]]))
    st.session_state[f"evaluate.typed.{run}"] = st.session_state.get(f"evaluate.typed.{run}", 0) + 1


# --- its pictures ---------------------------------------------------------------------------------


def _pictures(run: str, counts: Counts, classes: Sequence[str], cell: Cell, called: str) -> None:
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
        st.caption(f"No {called} is in this cell.")
        return
    show_cases(f"evaluate.cell_pictures.{run}", run, found[:MOST], classes, sure=True, called=called)
    rest = f" The first {MOST} of {len(found):,}." if len(found) > MOST else ""
    st.caption(f"Surest first.{rest} Click a {called} to see why.")


def of_cell(run: str, true: int, pred: int) -> list[cases.Case]:
    """The pictures of one cell, the surest first."""
    asked = actions.load_run(run)
    return _of_cell(run, asked.checkpoint_sha256, true, pred, asked)


@st.cache_resource(max_entries=32, show_spinner=False)
def _of_cell(run: str, weights: str, true: int, pred: int, _run: Run) -> list[cases.Case]:
    found = _run.predictions(SPLIT)
    return cases.mixed_up(found.logits, found.targets, true, pred)
