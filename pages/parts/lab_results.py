"""All results of one lab in one table, so that options and seeds can be compared; a row opens its result."""

from __future__ import annotations

import zlib
from typing import Any

import pandas as pd
import streamlit as st

from cnn_core import actions
from cnn_core.jobs.job import LIVE
from pages.parts.words import NOTHING, ago, duration, plain, plural, table_text

Record = dict[str, Any]


def beside(name: str, asked: str) -> None:
    """The results of a lab beside each other, where there are two or more; the one that is shown is marked."""
    records = actions.lab_results(name=name)
    if len(records) < 2:
        return
    with st.expander(f"All {len(records)} results", icon=":material/table_rows:", key=f"labs.all.{name}"):
        frame = table(records, asked)
        event = st.dataframe(
            frame,
            hide_index=True,
            height="content" if len(frame) < 12 else 420,
            key=f"labs.beside.{zlib.crc32(' '.join(one['id'] for one in records).encode())}",
            on_select="rerun",
            selection_mode="single-row",
            column_config={
                "": st.column_config.TextColumn(width=30),
                **{
                    column: st.column_config.NumberColumn(format="%.4g")
                    for column in frame.columns
                    if frame[column].dtype == float
                },
            },
        )
        st.caption("Numbers are means over the seeds. Choose a row to see its result.")
    rows = event.selection.rows
    if rows and records[rows[0]]["id"] != asked:
        st.query_params["result"] = records[rows[0]]["id"]
        st.rerun()


def table(records: list[Record], asked: str) -> pd.DataFrame:
    """A row a result, the newest first: verdict, seeds, options that differ between them, numbers."""
    found = [one["found"] or {} for one in records]
    options = [one.get("options", {}) for one in found]
    differing = [key for key in _keys(options) if len({str(one.get(key)) for one in options if one}) > 1]
    rows = []
    for record, one, chosen in zip(records, found, options, strict=True):
        rows.append(
            {
                "": "●" if record["id"] == asked else "",
                "verdict": table_text(_verdict(record)),
                "when": ago(record["created"]),
                "seeds": _seeds(one),
                **{key: table_text(chosen[key]) if key in chosen else NOTHING for key in differing},
                **{key: float(value) for key, value in one.get("numbers", {}).items()},
                "took": duration(one["seconds"]) if one else NOTHING,
            }
        )
    return pd.DataFrame(rows)


def _keys(options: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(key for one in options for key in one))


def _verdict(record: Record) -> str:
    if record["status"] in LIVE:
        return "at work"
    return str(record["found"]["verdict"]) if record["found"] else str(record["status"])


def _seeds(found: Record) -> str:
    seeds = found.get("seeds", [])
    if not seeds:
        return NOTHING
    span = f"{seeds[0]}" if len(seeds) == 1 else f"{seeds[0]} to {seeds[-1]}"
    return plain(f"{plural(len(seeds), 'seed')}: {span}", 60)
