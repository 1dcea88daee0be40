"""Runs side by side: their curves in one frame, and only the settings in which they differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from cnn_core import actions
from cnn_core.actions.keeping import MOST
from cnn_core.experiment import GENERATION
from cnn_core.figures.together import Line, curves_together
from pages.parts import runs_chosen, shell
from pages.parts.shell import Record
from pages.parts.words import NOTHING, distinct, duration, md, number, percent, table_text

METRICS = {
    "Validation accuracy": "val_accuracy",
    "Validation loss": "val_loss",
    "Training accuracy": "train_accuracy",
    "Training loss": "train_loss",
}
CAME_OUT: dict[str, tuple[str, Callable[[Any], str]]] = {
    "parameters": ("parameters", number),
    "best_epoch": ("best epoch", lambda epoch: NOTHING if epoch is None else f"{epoch:,}"),
    "val_accuracy": ("validation, best", percent),
    "test_accuracy": ("test", percent),
    "seconds": ("time", lambda seconds: duration(seconds) if seconds else NOTHING),
}
SMOOTHING = (
    "As in TensorBoard: each point is a mean of all up to it, in which what is older weighs less; the nearer to 1, "
    "the longer the memory. The faint lines are what was measured."
)
ROWS = 20  # of the settings that differ; more scroll
PHONE = 356  # pixels of a table on a phone: the settings and three runs stand there without scrolling
WIDE = {2: 156, 3: 118}  # pixels of the settings' column by the number of runs


def side_by_side(every: Sequence[Record], tick: float | None) -> None:
    """The chosen runs beside each other; which they are can be chosen here as well as in the list."""
    if len(every) < 2:
        return
    st.space("small")
    st.subheader("Side by side", anchor=False)
    _choose(every)
    found = [one for one in every if one["run"] in runs_chosen.chosen()[:MOST]]
    if len(found) < 2:
        if found:
            st.caption("Choose one more to see the two beside each other.")
        return
    live = any(one["status"] in shell.LIVE for one in found)

    @shell.ticking(tick if live else None)
    def view() -> None:
        _view([one["run"] for one in found])

    view()


def _choose(every: Sequence[Record]) -> None:
    labels = dict(zip((one["run"] for one in every), shell.run_labels(every), strict=True))
    st.session_state["runs.beside"] = runs_chosen.chosen()[:MOST]
    st.multiselect(
        "Runs to compare",
        list(labels),
        format_func=lambda run: labels.get(run, run),
        key="runs.beside",
        max_selections=MOST,
        placeholder="Choose runs here, or tick them in the list",
        label_visibility="collapsed",
        select_all=False,
        on_change=_chosen,
        args=(list(labels),),
    )
    if len(runs_chosen.chosen()) > MOST:
        st.caption(f"Ten can be compared at once; these are the first ten of {len(runs_chosen.chosen()):,}.")


def _chosen(order: list[str]) -> None:
    picked = st.session_state["runs.beside"]
    runs_chosen.choose(run for run in order if run in picked)


def _view(several: list[str]) -> None:
    left, right = st.columns([6, 4], gap="large")
    with left:
        metric, log, half, weight = _controls()
    found = actions.compare(several, weight)
    names = distinct([table_text(name, 60) for name in shell.run_labels(found["runs"])], 60)
    with left:
        _curves(found, names, metric, log=log, half=half, smooth=bool(weight))
    with right:
        _differences(found, names)


def _controls() -> tuple[str, bool, bool, float]:
    """Which curve, on which scale, whether only its last half, how smooth."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        said = st.selectbox("Curve", list(METRICS), key="runs.metric", width=180, label_visibility="collapsed")
        metric = METRICS[said]
        log = metric.endswith("loss") and st.toggle("Log scale", key="runs.log")
        part = st.segmented_control(
            "Epochs shown",
            ["All", "Last half"],
            default="All",
            required=True,
            key="runs.part",
            label_visibility="collapsed",
        )
        st.space("stretch")
        weight = st.slider("Smoothing", 0.0, 0.99, 0.0, 0.01, key="runs.smooth", width=190, help=SMOOTHING)
    return metric, log, part == "Last half", weight


def _curves(found: dict[str, Any], names: list[str], metric: str, *, log: bool, half: bool, smooth: bool) -> None:
    lines = [
        Line(name, one["color"], curve["epoch"], curve[metric], curve[f"smooth_{metric}"] if smooth else None)
        for name, one, curve in zip(names, found["runs"], found["curves"], strict=True)
    ]
    if not any(line.x for line in lines):
        st.caption("None of them has been validated yet; the curves begin with the first validation.")
        return
    end = max(1.0, *(line.x[-1] for line in lines if line.x), *(_planned(one) for one in found["runs"]))
    start = end / 2 if half else 0.0
    curve = curves_together(lines, end, shell.theme(), share=metric.endswith("accuracy"), start=start, log=log)
    st.vega_lite_chart(curve.data, curve.spec, key="runs.curves", alt=_alt(found, names, metric))
    without = [name for name, line in zip(names, lines, strict=True) if not line.x]
    if without:
        st.caption(f"No validation yet: {md(', '.join(without), 300)}.")
    _other_tasks(found["runs"], names, metric)


def _other_tasks(runs: list[Record], names: list[str], metric: str) -> None:
    """What the curve means for those that do not name pictures."""
    tasks = [(shell.record(one["run"]) or {}).get("task") for one in runs]
    of = {
        task: [name for name, its in zip(names, tasks, strict=True) if its == task]
        for task in (GENERATION, "segmentation")
    }
    if of[GENERATION]:
        st.caption(
            f"No line, since what draws has neither accuracy nor one loss: {md(', '.join(of[GENERATION]), 300)}."
        )
    if of["segmentation"] and metric.endswith("accuracy"):
        st.caption(f"Share of pixels, not of pictures: {md(', '.join(of['segmentation']), 300)}.")


def _planned(one: dict[str, Any]) -> float:
    """Where the axis of a run that trains ends."""
    return float(one["epochs_planned"]) if one["status"] in shell.LIVE else 0.0


def _alt(found: dict[str, Any], names: list[str], metric: str) -> str:
    """The chart in words: where each curve ends."""
    said = next(words for words, name in METRICS.items() if name == metric)
    ends = [
        f"{name} {known[-1]:.3f}"
        for name, curve in zip(names, found["curves"], strict=True)
        if (known := [value for value in curve[metric] if value is not None])
    ]
    return f"{said} over epochs. At the end: {', '.join(ends) or 'nothing yet'}."


def _differences(found: dict[str, Any], names: list[str]) -> None:
    st.markdown("Only what differs")
    rows = [
        (title, [value_words(one["key"], value) for value in one["values"]])
        for title, one in zip(titles(found["settings"]), found["settings"], strict=True)
    ]
    if not rows:
        st.caption("Their settings are the same in every respect.")
    for key, (title, say) in CAME_OUT.items():
        values = [say(one[key]) for one in found["runs"]]
        if len(set(values)) > 1:
            rows.append((title, values))
    heads = short(names)
    frame = pd.DataFrame(
        {"setting": [table_text(title) for title, _ in rows]}
        | {head: [table_text(values[place], 80) for _, values in rows] for place, head in enumerate(heads)}
    )
    column, count = st.column_config.TextColumn, min(3, len(heads))
    widths = dict.fromkeys(heads, column(width=(PHONE - WIDE[count]) // count))
    st.dataframe(
        frame,
        hide_index=True,
        height="content" if len(rows) <= ROWS else 35 * (ROWS + 1) + 3,
        key="runs.differences",
        alt=f"What differs between {', '.join(names)}.",
        column_config={"setting": column(width=WIDE[count], pinned=True), **widths},
    )


def titles(settings: Sequence[dict[str, Any]]) -> list[str]:
    """What the rows are called: an option that stands under its entry does not say the entry again."""
    above = {one["key"]: one["title"] for one in settings}
    found = []
    for one in settings:
        entry = above.get(one["key"].rpartition(".")[0])
        found.append(f"· {one['title'].removeprefix(f'{entry} ')}" if entry else one["title"])
    return found


def short(names: Sequence[str]) -> list[str]:
    """Names without the beginning that all of them share: `small_cnn · 520e`, `mlp · 3f71`.

    Of three and more, whose columns are narrow, only the ends, where these tell them apart.
    """
    parts = [name.split(" · ") for name in names]
    ends = [one[-1] for one in parts]
    if len(names) > 2 and len(set(ends)) == len(ends):
        return ends
    shared = next((i for i, some in enumerate(zip(*parts, strict=False)) if len(set(some)) > 1), 0)
    return [" · ".join(one[shared:]) for one in parts]


def value_words(key: str, value: Any) -> str:
    """A setting's value as people read it."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value_words(key, one) for one in value) or "none"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)[:8] if key == "environment.revision" else str(value)
