"""What the page Compress shows: a method with its options, a job at work, and all variants beside each other."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from cnn_core import actions
from cnn_core.base.kinds import is_number
from cnn_core.compression.methods import SHELF
from cnn_core.figures.tradeoff import Way, tradeoff_chart
from pages.parts import saving, shell
from pages.parts.form import draw_form, form_problems, form_values, mirror
from pages.parts.words import ago, distinct, md, percent, plain, plural, prose, table_text

PAGE = "compress"
TICK = 1.0  # seconds between two looks at a job at work
LOSS = 0.01  # of the accuracy that a variant may lose and still be called as good
DOES = {"segmentation": "segments pictures", "generation": "draws pictures", "sequences": "watches films"}
Record = dict[str, Any]


def fits(record: Record) -> bool:
    """Whether its network can be compressed; else the page says why not, and what could be."""
    if not record["origin"] and record["task"] == "classification":
        return True
    if record["origin"]:
        heading = "It was trained elsewhere"
        sentence = "It has no pictures of its own here, so nothing could say what a smaller form gets wrong."
    else:
        heading = f"It {DOES.get(record['task'], 'does something else')}"
        sentence = "Compression is for networks that give each picture one class, so far."
    with shell.empty("compress", heading, f"{sentence} Choose another run above, or train one."):
        if st.button("Set up a run", type="primary", icon=":material/play_arrow:", key="compress.new"):
            shell.go("train")
    return False


# --- the method -----------------------------------------------------------------------------------


def choose(run: str) -> None:
    """A method with what it does and its options; *Compress* puts it in the queue."""
    with st.container(horizontal=True, vertical_alignment="center"):
        method = st.selectbox(
            "Method",
            SHELF.names(),
            format_func=_called,
            label_visibility="collapsed",
            width=300,
            **mirror(f"{PAGE}.method", SHELF.names()[0]),
        )
        st.space("stretch")
        options = SHELF.load(method).options
        values = form_values(PAGE, method, options)
        problems = form_problems(options, values)
        wrong = next(iter(problems.values()), "")
        if st.button(
            "Compress",
            type="primary",
            icon=":material/compress:",
            key="compress.start",
            disabled=bool(wrong),
            help=md(wrong) or None,
        ):
            shell.attempt(actions.start_compress, run, method, values)
            st.rerun()
    claim, more = SHELF.card(method)
    left, right = st.columns([11, 9], gap="large")
    with left:
        st.markdown(f"**{prose(claim)}**")
        st.caption(prose(" ".join(more.split()), 2000))
    with right:
        draw_form(PAGE, method, options, problems=problems, columns=2)


def _called(method: str) -> str:
    words = method.replace("_", " ")
    return words[:1].upper() + words[1:]


# --- at work --------------------------------------------------------------------------------------


def at_work(run: str) -> None:
    """Jobs that wait or work, each with Stop; and how the last one ended."""
    live = [one["id"] for one in actions.compressings(run) if one["status"] in shell.LIVE]

    @shell.ticking(TICK if live else None)
    def view() -> None:
        found = actions.compressings(run)
        now = [one for one in found if one["status"] in shell.LIVE]
        if [one["id"] for one in now] != live:
            st.rerun()
        for one in reversed(now):
            _progress(one)
        if found and not now:
            _ended(found[0])

    view()


def _progress(job: Record) -> None:
    what = _called(job["method"]) if job["verb"] == "compress" else "Timing"
    waits = f"{plain(what, 40)} waits for its turn …" if job["status"] == "queued" else "Getting ready …"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.progress(job["share"], text=md(plain(job["stage"], 160) or waits))
        if st.button("Stop", icon=":material/stop:", key=f"compress.stop.{job['id']}"):
            shell.attempt(actions.stop_compressing, job["id"])
            st.rerun()


def _ended(job: Record) -> None:
    if job["status"] == "failed":
        shell.problem(job["message"] or "It failed; the log has the details.")
    elif job["message"]:
        st.caption(md(job["message"], 300))
    elif job["found"] and job["verb"] == "compress":
        found = job["found"]
        numbers = f"Right {percent(found['accuracy'])} of the time; before {percent(found['accuracy_before'])}."
        st.caption(md(f"{_called(job['method'])}, {ago(job['created'])}. {numbers} {found['said']}", 500))
        shell.caution(str(found["notice"] or ""))


# --- beside each other ----------------------------------------------------------------------------


def beside(record: Record) -> None:
    """The network and all that was made of it: table, chart, ways on. *Measure* times them all."""
    run = record["run"]
    newest = next((one["found"] for one in actions.compressings(run) if one["verb"] == "bench" and one["found"]), {})
    rows = _rows(run, newest)
    batches = [str(one) for one in newest.get("batches", [])]
    todo = [row["name"] for row in rows if not row["times"]]
    st.space("small")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(md(_finding(rows, batches)), anchor=False, width="content")
        st.space("stretch")
        if st.button("Measure", icon=":material/timer:", key="compress.measure", help="Times all of these in turn."):
            shell.attempt(actions.start_bench, run)
            st.rerun()
    if todo and batches:
        st.caption(md(f"Not measured yet: {', '.join(todo)}.", 300))
    elif todo:
        st.caption("Nothing is measured yet.")
    _table(rows, batches)
    left, right = st.columns([11, 9], gap="large")
    with left:
        if batches and any(row["times"] for row in rows):
            _chart(rows, batches, run)
    with right:
        _ways_on(record, rows)


def _rows(run: str, newest: Record) -> list[Record]:
    """All there is now, with what was measured of exactly these weights; the run itself first."""

    def key(row: Record) -> tuple[Any, ...]:
        return row.get("run"), row.get("file"), row.get("weights")

    measured = {key(row): row for row in newest.get("rows", [])}
    there = actions.variants(run)
    rows = [{**row, **measured.get(key(row), {}), "name": row["name"]} for row in there]
    same = measured.get((None, None, there[0]["weights"]))  # ONNX Runtime with the same weights, measured only
    rows = [*rows[:1], *([same] if same else []), *rows[1:]]
    names = distinct([row["name"] for row in rows], 60)
    return [{**row, "name": name} for row, name in zip(rows, names, strict=True)]


def _ms(row: Record, batch: str) -> float | None:
    value = row["times"].get(batch, {}).get("cpu_ms")
    return float(value) if is_number(value) and value > 0 else None


def _ratio(whole: float | None, part: float | None) -> float | None:
    return whole / part if whole and part else None


def _finding(rows: list[Record], batches: list[str]) -> str:
    """The quickest that is about as often right, at the largest batch."""
    if not batches or _ms(rows[0], batches[-1]) is None:
        return "What it saves, what it costs"
    first, batch = rows[0], batches[-1]
    good = [
        (_ratio(_ms(first, batch), _ms(row, batch)) or 0.0, row)
        for row in rows[1:]
        if is_number(row["accuracy"]) and row["accuracy"] >= first["accuracy"] - LOSS
    ]
    speed, best = max(good, key=lambda one: one[0], default=(0.0, first))
    if speed < 1.1:
        return "Nothing here is quicker and about as often right"
    points = 100 * (first["accuracy"] - best["accuracy"])
    cost = f"{points:.1f} points less" if points >= 0.05 else "no less"
    return f"{plain(best['name'], 60)}: {speed:.1f} times as quick, {cost} often right"


def _table(rows: list[Record], batches: list[str]) -> None:
    first, frame = rows[0], []
    for row in rows:
        theory = _ratio(first["multiply_adds"], row["multiply_adds"])
        frame.append(
            {
                "way": table_text(row["name"]),
                "right": 100 * row["accuracy"] if is_number(row["accuracy"]) else None,
                "parameters": row["parameters"],
                "multiply-adds": row["multiply_adds"],
                "KiB": row["bytes"] / 1024 if is_number(row["bytes"]) else None,
                **{f"ms, batch {batch}": _ms(row, batch) for batch in batches},
                "× in theory": theory,
                **{f"× batch {batch}": _ratio(_ms(first, batch), _ms(row, batch)) for batch in batches},
            }
        )
    number, times = st.column_config.NumberColumn, "as trained, divided by this one."
    columns = {
        "way": st.column_config.TextColumn(width="medium"),
        "right": number(format="%.1f%%", help="Of the test pictures."),
        "parameters": number(format="localized"),
        "multiply-adds": number(format="localized", help="For one picture. Zeros are multiplied as well."),
        "KiB": number(format="%.0f", help="Of the weights, or of the file."),
        "× in theory": number(format="%.2f", help=f"How much quicker it should be: multiply-adds {times}"),
    }
    for batch in batches:
        columns[f"ms, batch {batch}"] = number(format="%.3g", help="Median of one call, by the processor's clock.")
        columns[f"× batch {batch}"] = number(format="%.2f", help=f"How much quicker it is: milliseconds {times}")
    data = pd.DataFrame(frame).astype({name: "float64" for name in columns if name != "way"})
    st.dataframe(data, hide_index=True, height="content", key="compress.table", placeholder="–", column_config=columns)
    if batches:
        st.caption("Times are of one thread, by the processor's clock. ×: how much quicker than as trained.")


def _chart(rows: list[Record], batches: list[str], run: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("How often right, by time", anchor=False, width="content")
        st.space("stretch")
        batch = st.segmented_control(
            "Batch",
            batches,
            format_func=lambda one: f"Batch {one}",
            default=batches[-1],
            required=True,
            key="compress.batch",
            label_visibility="collapsed",
        )
    ways = [
        Way(row["name"], row["accuracy"], ms, row["bytes"] / 1024)
        for row in rows
        if (ms := _ms(row, batch)) and is_number(row["accuracy"]) and is_number(row["bytes"])
    ]
    if ways:
        drawn = tradeoff_chart(ways, f"ms for {plural(int(batch), 'picture')}", shell.theme())
        words = "Accuracy by time of each way; the table above has the numbers."
        st.altair_chart(drawn, key=f"compress.chart.{run}", theme=None, alt=words)
        st.caption("Up and to the left is better. The area is the size.")


def _ways_on(record: Record, rows: list[Record]) -> None:
    """Where each variant can be looked at or fetched; and the run that this one was made from."""
    source = record.get("made_from")
    origin = shell.record(source) if isinstance(source, str) else None
    made = [row for row in rows[1:] if row["run"] or row["file"]]
    if made or origin:
        st.subheader("Look closer", anchor=False)
    if origin and st.button(f"Made from {md(shell.run_label(origin), 60)}", type="tertiary", key="compress.source"):
        shell.go(PAGE, origin["run"])
    for row in made[:12]:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(md(row["name"], 60), width="content")
            st.space("stretch")
            if row["file"]:
                _download(record["run"], row["file"])
                continue
            for page, label in (("evaluate", "Evaluate"), ("explain", "Explain")):
                if st.button(label, key=f"compress.{page}.{row['run']}", type="tertiary"):
                    shell.go(page, row["run"])


def _download(run: str, name: str) -> None:
    file = f"{run}-{name}.onnx"
    saving.button("Download", lambda: actions.compressed_file(run, name), file, f"compress.file.{name}")
