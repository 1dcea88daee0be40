"""The list of runs: what it says of each, the same as a file, and which rows are ticked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from cnn_core import actions
from pages.parts import runs_chosen, saving, shell
from pages.parts.words import md, moment, plural, table_text

WORDS = {"queued": "waiting", "running": "training", "stopped": "stopped", "done": "done", "failed": "failed"}
CHIPS = {"waiting": "gray", "training": "primary", "stopped": "gray", "done": "green", "failed": "orange"}
FULL = 15  # rows up to which the whole list is in view
OFFERED = 12  # tags to narrow the list by
PICKED = "runs.tagged"
Records = Sequence[shell.Record]

_column = st.column_config
COLUMNS: dict[str, Any] = {  # together as wide as a page of 1440 pixels has room
    "run": _column.TextColumn(width=200),
    "status": _column.MultiselectColumn(options=list(CHIPS), color=list(CHIPS.values()), width=82),
    "data": _column.TextColumn(width=70),
    "network": _column.TextColumn(width=92),
    "validation accuracy": _column.LineChartColumn(
        width=118, y_min=0, y_max=1, color="primary", help="From the first validation to the last, from 0 to 100%."
    ),
    "best": _column.NumberColumn(
        format="%.1f%%", width=60, help="Validation accuracy at the best epoch: the one with the lowest loss."
    ),
    "last": _column.NumberColumn(format="%.1f%%", width=60, help="Validation accuracy at the last validation."),
    "test": _column.NumberColumn(format="%.1f%%", width=60, help="Accuracy on the test pictures, by the best epoch."),
    "parameters": _column.NumberColumn(format="localized", width=86),
    "seconds": _column.NumberColumn("time", format="%.1f s", width=62, help="Inside training steps."),
    "started": _column.DatetimeColumn(format="distance", width=118),
    "tags": _column.ListColumn(width=104),
    "note": _column.TextColumn(width="medium"),
}


def frame_of(runs: Records) -> pd.DataFrame:
    """What the list says of each run; tags and notes have a column where there are any."""
    small = actions.summaries(runs)
    with_tags = any(one["tags"] for one in runs)
    columns: dict[str, list[Any]] = {
        "run": [table_text(name, 90) for name in shell.run_labels(runs)],
        "status": [[WORDS[one["status"]]] for one in runs],
        **({"tags": [[table_text(tag, 30) for tag in one["tags"]] for one in runs]} if with_tags else {}),
        "data": [table_text(one["data"], 30) for one in runs],
        "network": [table_text(one["model"], 40) for one in runs],
        "validation accuracy": [list(one.curve) or None for one in small],
        "best": [_hundred(one["val_accuracy"]) for one in runs],
        "last": [_hundred(one.last) for one in small],
        "test": [_hundred(one["test_accuracy"]) for one in runs],
        "parameters": [one["parameters"] for one in runs],
        "seconds": [one["seconds"] or None for one in runs],
        "started": [None if one["status"] == "queued" else moment(one["created"]) for one in runs],
    }
    if any(one["note"] for one in runs):
        columns["note"] = [table_text(one["note"], 200) for one in runs]
    frame = pd.DataFrame(columns)
    numbers = dict.fromkeys(("best", "last", "test", "seconds"), float)
    frame = frame.astype({**numbers, "parameters": "Int64"})
    return frame.assign(started=pd.to_datetime(frame["started"], utc=True, errors="coerce"))


def _hundred(share: float | None) -> float | None:
    return None if share is None else 100 * share


def csv(runs: Records) -> str:
    """The list as a file: shares from 0 to 1, UTC, and texts such that no sheet takes one for a formula."""
    small = actions.summaries(runs)
    rows = {
        "id": [one["run"] for one in runs],
        "run": [table_text(shell.run_label(one), 80) for one in runs],
        "status": [WORDS[one["status"]] for one in runs],
        "data": [table_text(one["data"]) for one in runs],
        "network": [table_text(one["model"]) for one in runs],
        "best_val_accuracy": [one["val_accuracy"] for one in runs],
        "last_val_accuracy": [one.last for one in small],
        "test_accuracy": [one["test_accuracy"] for one in runs],
        "best_epoch": pd.array([one["best_epoch"] for one in runs], dtype="Int64"),
        "epochs": [one["epochs"] for one in runs],
        "parameters": pd.array([one["parameters"] for one in runs], dtype="Int64"),
        "seconds": [one["seconds"] for one in runs],
        "created": [table_text(one["created"]) for one in runs],
        "tags": [table_text(", ".join(one["tags"]), 400) for one in runs],
        "note": [table_text(one["note"], 2000) for one in runs],
    }
    return saving.csv(pd.DataFrame(rows))


def choose_tags(runs: Records) -> None:
    """The tags in use, the most frequent ones, to narrow the list by; nothing where there are none."""
    counts = Counter(tag for one in runs for tag in one["tags"])
    offered = sorted(tag for tag, _ in counts.most_common(OFFERED))
    st.session_state[PICKED] = [tag for tag in st.session_state.get(PICKED) or () if tag in offered]
    if offered:
        st.pills(
            "Tags",
            offered,
            selection_mode="multi",
            key=PICKED,
            format_func=lambda tag: md(tag, 30),
            label_visibility="collapsed",
        )


def tagged(runs: Records) -> Records:
    """The runs that have all tags that are picked."""
    picked = set(st.session_state.get(PICKED) or ())
    return [one for one in runs if picked <= set(one["tags"])]


def table(every: Records) -> list[str]:
    """The list; returns the ids of the chosen runs: those whose rows are ticked, and those that have none now."""
    before, runs = runs_chosen.chosen(), tagged(every)
    event = st.dataframe(
        frame_of(runs),
        hide_index=True,
        height="content" if len(runs) <= FULL else 560,
        row_height=38,
        placeholder="–",
        key=f"{shell.list_key('runs.table', list(runs))}.{runs_chosen.turn()}",
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": [i for i, one in enumerate(runs) if one["run"] in before]}},
        column_config=COLUMNS,
        alt=f"{plural(len(runs), 'run')}, the newest first. The box under “Side by side” chooses runs as well.",
    )
    ticked = {runs[row]["run"] for row in event["selection"]["rows"] if row < len(runs)}
    hidden = set(before) - {one["run"] for one in runs}
    return [one["run"] for one in every if one["run"] in ticked | hidden]
